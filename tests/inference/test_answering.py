"""Text in, text out, with the evidence of how the answer came about."""

import io
import math
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tests.inference.tiny import picture, tiny_request

from precedent_inference.answering import Answerer
from precedent_inference.errors import Cancelled, ImageError, PromptError
from precedent_inference.images import prepare_image
from precedent_inference.loading import load_answerer
from precedent_inference.models import ModelFolder, find_models
from precedent_inference.prompt import Prompt, Query
from precedent_inference.protocol import Sampling
from precedent_inference.tokenizer import REPLACEMENT


def test_streamed_pieces_are_the_answer(answerer: Answerer) -> None:
    pieces: list[str] = []
    answer = answerer.answer(tiny_request(2), on_text=pieces.append)
    assert "".join(pieces).rstrip() == answer.text


def test_the_answer_reports_what_the_model_saw(answerer: Answerer) -> None:
    answer = answerer.answer(tiny_request(1))
    assert answer.sent is not None
    assert answer.sent.text.startswith("<s><image>Question: Which class? Answer: mass")
    seen = np.asarray(Image.open(io.BytesIO(answer.sent.media[-1])))
    expected = prepare_image(picture(99), answerer.profile.image).seen
    np.testing.assert_array_equal(seen, expected)


def test_asking_again_reuses_and_answers_the_same(answerer: Answerer) -> None:
    first, again = answerer.answer(tiny_request(2)), answerer.answer(tiny_request(2))
    assert again.text == first.text
    assert again.confidence == pytest.approx(first.confidence, rel=1e-3)
    assert again.cache.images_reused == 3
    assert again.cache.prompt_tokens_reused == first.cache.prompt_tokens - 1


def test_without_shots_the_answer_warns(answerer: Answerer) -> None:
    answer = answerer.answer(tiny_request(0))
    assert any("only by comparison" in warning for warning in answer.warnings)


def test_an_answer_at_its_bound_says_so(answerer: Answerer) -> None:
    answer = answerer.answer(tiny_request(1, max_new_tokens=2))
    assert answer.finish_reason == "length"
    assert "The answer was cut off after 2 tokens." in answer.warnings
    assert answer.timing.new_tokens == 2


def test_a_rationale_that_the_model_cannot_give_is_a_warning(answerer: Answerer) -> None:
    answer = answerer.answer(replace(tiny_request(1), rationale=True))
    assert any("no rationales" in warning for warning in answer.warnings)


def test_cancel_raises(answerer: Answerer) -> None:
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        answerer.answer(
            tiny_request(1, max_new_tokens=400), on_text=lambda _: cancel.set(), cancel=cancel
        )


def test_a_broken_picture_names_its_place(answerer: Answerer) -> None:
    request = replace(tiny_request(1), prompt=Prompt((), Query((b"none",), "What?")))
    with pytest.raises(ImageError, match="picture that the question is about"):
        answerer.answer(request)


@pytest.mark.parametrize("name", ["tiny-previous", "tiny-next"])
def test_a_batch_answers_as_one_by_one(tiny: ModelFolder, name: str) -> None:
    answerer = load_answerer(find_models([tiny.path.parent]).named(name), "pytorch")
    requests = [tiny_request(shots, max_new_tokens=8) for shots in (0, 3, 1)]
    images = [
        [prepare_image(image, answerer.profile.image) for image in request.prompt.images]
        for request in requests
    ]
    together = answerer.answer_many([request.prompt for request in requests], images, 8)
    assert together == [answerer.answer(request).text.strip() for request in requests]


def test_a_turn_of_several_pictures_shows_them_all(answerer: Answerer) -> None:
    images = tuple(picture(at) for at in range(3))
    request = replace(tiny_request(1), prompt=Prompt((), Query(images, "The same?")))
    answer = answerer.answer(request)
    assert answer.sent is not None
    assert len(answer.sent.media) == 3
    assert answer.sent.text.startswith("<s><image><image><image>Question: The same?")


def test_temperature_0_answers_the_same_every_time(tiny: ModelFolder) -> None:
    cold = [load_answerer(tiny, "pytorch").answer(tiny_request(2)) for _ in range(2)]
    warm = load_answerer(tiny, "pytorch")
    answers = [*cold, *(warm.answer(tiny_request(2)) for _ in range(3))]
    assert len({answer.text for answer in answers}) == 1


def test_a_seed_gives_the_same_answer_and_another_seed_another(answerer: Answerer) -> None:
    drawn = [
        answerer.answer(replace(tiny_request(1), sampling=Sampling(12, 1.0, seed))).text
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_stop_text_of_the_request_ends_the_answer(answerer: Answerer) -> None:
    whole = answerer.answer(tiny_request(1, max_new_tokens=24))
    stop = whole.text[4:6]
    cut = answerer.answer(replace(tiny_request(1, max_new_tokens=24), stop=(stop,)))
    assert cut.text == whole.text[: whole.text.index(stop)].rstrip()
    assert cut.finish_reason == "stop"
    assert cut.timing.new_tokens < whole.timing.new_tokens


def test_log_probabilities_are_given_when_asked_for(answerer: Answerer) -> None:
    request = replace(tiny_request(1), sampling=Sampling(6, top_logprobs=3), logprobs=True)
    answer = answerer.answer(request)
    assert answerer.answer(tiny_request(1)).tokens == ()
    # A token that begins a character has the mark of a broken one.
    words = "".join(token.text for token in answer.tokens).replace(REPLACEMENT, "")
    assert words.strip() == answer.text.replace(REPLACEMENT, "")
    assert [len(token.top) for token in answer.tokens] == [3] * len(answer.tokens)
    # Greedy: the token given is the likeliest one, and the confidence is their product.
    assert all(token.log_probability == token.top[0].log_probability for token in answer.tokens)
    product = math.exp(sum(token.log_probability for token in answer.tokens))
    assert answer.confidence == pytest.approx(product)


def test_the_next_best_answer_reads_differently_and_is_likely(answerer: Answerer) -> None:
    answer = answerer.answer(replace(tiny_request(1), next_best=True))
    assert answer.next_best is not None
    assert answer.next_best.text != answer.text
    assert 0 < answer.next_best.probability < 1
    assert answerer.answer(tiny_request(1)).next_best is None


def test_asking_for_the_next_best_changes_nothing_else(answerer: Answerer) -> None:
    plain = answerer.answer(tiny_request(1))
    asked = answerer.answer(replace(tiny_request(1), next_best=True))
    assert asked.text == plain.text
    assert asked.confidence == pytest.approx(plain.confidence, rel=1e-4)


def test_beams_find_an_answer_no_less_likely_than_the_greedy_one(answerer: Answerer) -> None:
    greedy = answerer.answer(tiny_request(1, max_new_tokens=4))
    sampling = Sampling(4, beams=4, length_penalty=0.0)
    pieces: list[str] = []
    request = replace(tiny_request(1), sampling=sampling, next_best=True)
    beam = answerer.answer(request, on_text=pieces.append)
    assert beam.confidence is not None
    assert greedy.confidence is not None
    assert beam.confidence >= greedy.confidence * (1 - 1e-4)
    assert "".join(pieces) == beam.text
    assert beam.next_best is not None
    assert beam.next_best.probability <= beam.confidence


@pytest.mark.parametrize("is_learned", [True, False])
def test_options_are_scored_and_the_likeliest_is_the_answer(
    answerer: Answerer, is_learned: bool
) -> None:
    answerer.profile = replace(
        answerer.profile, stop=replace(answerer.profile.stop, is_learned=is_learned)
    )
    options = ("benign", "malignant mass", "neither")
    pieces: list[str] = []
    request = replace(tiny_request(1), options=options, next_best=True, logprobs=True)
    answer = answerer.answer(request, on_text=pieces.append)
    assert tuple(option.text for option in answer.options) == options
    assert sum(option.probability for option in answer.options) == pytest.approx(1)
    ranked = sorted(answer.options, key=lambda option: option.log_probability, reverse=True)
    assert pieces == [answer.text] == [ranked[0].text]
    assert answer.next_best is not None
    assert answer.next_best.text == ranked[1].text
    assert answer.timing.new_tokens == 0
    closed = answer.tokens[-1].text == "<|endofchunk|>"
    assert closed == is_learned


def test_options_that_do_not_fit_the_context_are_refused(answerer: Answerer) -> None:
    request = replace(tiny_request(4), options=("yes", "no " * 160))
    with pytest.raises(PromptError, match="tiny-previous reads 512"):
        answerer.answer(request)
