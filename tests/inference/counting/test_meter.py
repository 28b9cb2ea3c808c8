"""A count is what asking would take, and counting changes nothing."""

import threading
from dataclasses import replace

import pytest
from tests.inference.tiny import picture, tiny_request, tiny_tokenizer

from precedent_inference.answering import Answerer
from precedent_inference.counting.meter import Meters
from precedent_inference.errors import ImageError, PromptError
from precedent_inference.models import ModelFolder
from precedent_inference.prompt import Prompt, Query
from precedent_inference.protocol import AskRequest, Sampling
from precedent_inference.templates import TemplateChanges

TOKENIZER = tiny_tokenizer()


def tokens(text: str) -> int:
    return len(TOKENIZER.encode(text, add_special_tokens=False).ids)


def test_a_count_is_that_of_the_tokenizer(tiny: ModelFolder) -> None:
    facts = Meters().of(tiny).count(tiny_request(2, max_new_tokens=6))
    mass = tokens("Question: Which class? Answer: mass")
    benign = tokens("Question: Which class? Answer: benign")
    # Each turn has its image token, each shot its end besides; the start token stands before all.
    assert facts.preamble_tokens == 1
    assert facts.shot_tokens == (mass + 2, benign + 2)
    assert facts.query_tokens == tokens("Question: Which class? Answer:") + 1
    assert (facts.answer_tokens, facts.context_tokens, facts.max_images) == (6, 512, 9)
    assert facts.fits


def test_a_count_is_what_the_answer_reports(tiny: ModelFolder, answerer: Answerer) -> None:
    facts = Meters().of(tiny).count(tiny_request(3))
    assert facts.prompt_tokens == answerer.answer(tiny_request(3)).cache.prompt_tokens
    assert len(facts.pictures) == 4


def test_what_is_cached_is_what_the_next_answer_reuses(
    tiny: ModelFolder, answerer: Answerer
) -> None:
    meter = Meters().of(tiny)
    cold = meter.count(tiny_request(2), answerer.engine)
    assert (cold.images_cached, cold.prompt_tokens_cached) == (0, 0)
    answerer.answer(tiny_request(2))
    longer = tiny_request(3)
    told = meter.count(longer, answerer.engine)
    reused = answerer.answer(longer).cache
    assert told.images_cached == reused.images_reused == 3
    assert told.prompt_tokens_cached == reused.prompt_tokens_reused > 0


def test_counting_leaves_the_caches_as_they_are(tiny: ModelFolder, answerer: Answerer) -> None:
    meter = Meters().of(tiny)
    answerer.answer(tiny_request(2))
    before = answerer.engine.image_cache.keys(), answerer.engine.prefix_cache.used_bytes
    meter.count(tiny_request(4), answerer.engine)
    engine = answerer.engine
    assert (engine.image_cache.keys(), engine.prefix_cache.used_bytes) == before


def test_what_does_not_fit_is_counted_and_not_refused(tiny: ModelFolder) -> None:
    asked = tiny_request(10)
    facts = Meters().of(tiny).count(asked)
    assert len(facts.pictures) == 11
    assert not facts.fits
    long = replace(asked, prompt=Prompt((), Query((picture(1),), "why " * 400)))
    assert Meters().of(tiny).count(long).total_tokens > 512


def test_the_kept_part_of_a_picture_is_its_central_square(tiny: ModelFolder) -> None:
    # 64 x 32 to a side of 32: nothing is resized, 16 columns go on each side.
    wide = Prompt((), Query((picture(1, (64, 32)),), "Which class?"))
    (facts,) = Meters().of(tiny).count(AskRequest(wide, "tiny-previous")).pictures
    assert (facts.width, facts.height) == (64, 32)
    assert facts.kept == (16.0, 0.0, 32.0, 32.0)
    assert facts.scale == 1.0


def test_the_kept_part_is_told_in_the_pictures_own_pixels(tiny: ModelFolder) -> None:
    # 128 x 256 to 32 x 64: 16 rows of model pixels, 64 of its own, go above and below.
    tall = Prompt((), Query((picture(1, (128, 256)),), "Which class?"))
    (facts,) = Meters().of(tiny).count(AskRequest(tall, "tiny-previous")).pictures
    assert facts.kept == (0.0, 64.0, 128.0, 128.0)
    assert facts.scale == 0.25


def test_options_take_the_room_of_the_longest(tiny: ModelFolder, answerer: Answerer) -> None:
    asked = replace(tiny_request(1), options=("mass", "benign mass"))
    facts = Meters().of(tiny).count(asked)
    assert facts.answer_tokens == answerer.prepare(asked).room


def test_changed_templates_are_counted_and_used(tiny: ModelFolder, answerer: Answerer) -> None:
    changes = TemplateChanges(preamble="Answer in a word. ", query="<image>{question} In short:")
    asked = replace(tiny_request(1), templates=changes, sampling=Sampling(2))
    answer = answerer.answer(asked)
    assert answer.sent is not None
    assert answer.sent.text == (
        "<s>Answer in a word. <image>Question: Which class? Answer: mass<|endofchunk|>"
        "<image>Which class? In short:"
    )
    assert Meters().of(tiny).count(asked).prompt_tokens == answer.cache.prompt_tokens


def test_templates_that_cannot_be_used_are_refused(tiny: ModelFolder, answerer: Answerer) -> None:
    asked = replace(tiny_request(1), templates=TemplateChanges(shot="{question} {answer}"))
    with pytest.raises(PromptError, match="shot must hold <image> once"):
        Meters().of(tiny).count(asked)
    with pytest.raises(PromptError, match="shot must hold <image> once"):
        answerer.answer(asked)


def test_a_picture_that_cannot_be_read_is_named(tiny: ModelFolder) -> None:
    asked = AskRequest(Prompt((), Query((b"no",), "Which class?")), "tiny-previous")
    with pytest.raises(ImageError):
        Meters().of(tiny).count(asked)


def test_counting_beside_an_answer_disturbs_neither(tiny: ModelFolder, answerer: Answerer) -> None:
    meter, alone = Meters().of(tiny), answerer.answer(tiny_request(3)).text
    answerer.engine.forget()
    is_over = threading.Event()
    counts: list[int] = []

    def count() -> None:
        while not is_over.is_set():
            counts.append(meter.count(tiny_request(3), answerer.engine).prompt_tokens)

    other = threading.Thread(target=count)
    other.start()
    texts = {answerer.answer(tiny_request(shots)).text for shots in (3, 3, 3)}
    is_over.set()
    other.join()
    assert texts == {alone}
    assert len(set(counts)) == 1
