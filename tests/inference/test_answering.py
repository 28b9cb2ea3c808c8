"""Text in, text out, with the evidence of how the answer came about."""

import io
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tests.inference.tiny import picture, tiny_request

from precedent_inference.answering import Answerer
from precedent_inference.errors import Cancelled, ImageError
from precedent_inference.images import prepare_image
from precedent_inference.loading import load_answerer
from precedent_inference.models import ModelFolder, find_models
from precedent_inference.prompt import Prompt, Query


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
