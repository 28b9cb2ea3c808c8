"""Pictures embedded over HTTP: by whom, in which form, and what is refused."""

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from tests.inference.serving.test_server import TOKEN, Served, wait
from tests.inference.tiny import tiny_request

from precedent_inference.client import EngineClient
from precedent_inference.embedding.embeddings import EmbedRequest
from precedent_inference.errors import EngineError, ImageError, ModelError
from precedent_inference.loading import load_answerer
from precedent_inference.models import find_models
from precedent_inference.wire.embedding import embed_request_to_json

PICTURES = tiny_request(3).prompt.images
ADDRESS = "/v1/precedent/embeddings"


@pytest.fixture(scope="module")
def served(models_folder: Path) -> Iterator[Served]:
    running = Served(find_models([models_folder]), lambda model, _: load_answerer(model, "pytorch"))
    running.service.start()
    wait(lambda: running.service.health.state == "ready")
    yield running
    running.close()


def post(served: Served, body: object) -> httpx.Response:
    return httpx.post(
        served.address + ADDRESS,
        json=body,
        headers={"Authorization": f"Bearer {TOKEN}"},
        trust_env=False,
        timeout=60,
    )


def test_many_pictures_are_embedded_in_their_order(served: Served) -> None:
    many = [*PICTURES] * 5
    with served.client() as client:
        found = client.embed(many, "tiny-previous")
        again = client.embed(many[::-1], "tiny-previous")
    assert len(found.vectors) == len(many)
    np.testing.assert_allclose(found.vectors, again.vectors[::-1], atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-6)


def test_lists_and_base64_hold_the_same_numbers(served: Served) -> None:
    body = embed_request_to_json(EmbedRequest("tiny-previous", PICTURES))
    packed = post(served, body).json()
    plain = post(served, {**body, "encoding_format": "float"}).json()
    assert packed["embedder"] == plain["embedder"]
    for one, other in zip(packed["data"], plain["data"], strict=True):
        vector = np.frombuffer(base64.b64decode(one["embedding"]), "<f4")
        assert np.array_equal(vector, np.array(other["embedding"], np.float32))


def test_another_model_is_another_embedder(served: Served) -> None:
    with served.client() as client:
        one = client.embed([], "tiny-previous").embedder
        other = client.embed([], "tiny-next").embedder
    assert one.name == "tiny-previous"
    assert other.name == "tiny-next"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"model": "tiny-previous"}, "lacks the field input"),
        ({"model": "tiny-previous", "input": ["http://x/y.png"]}, "must be a data URL"),
        ({"model": "tiny-previous", "input": ["data:image/png;base64,eA=="] * 65}, "65 pictures"),
        ({"input": []}, "lacks the field model"),
        ({"model": "tiny-previous", "input": [], "encoding_format": "hex"}, "encoding_format must"),
        ({"model": "tiny-previous", "input": ["data:image/png;base64,eA=="]}, "cannot be read"),
    ],
)
def test_what_cannot_be_embedded_is_refused_in_a_sentence(
    served: Served, body: object, words: str
) -> None:
    response = post(served, body)
    assert response.status_code == 400
    assert words in response.json()["error"]["message"]


def test_the_client_raises_what_the_engine_reports(served: Served) -> None:
    with served.client() as client:
        with pytest.raises(ImageError):
            client.embed([b"no picture"], "tiny-previous")
        with pytest.raises(ModelError, match="no model called 'none'"):
            client.embed(PICTURES, "none")


@pytest.mark.parametrize("status", [404, 405])
def test_a_server_of_another_make_says_that_it_cannot(status: int) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json={"detail": "no"}))
    with (
        EngineClient("http://other", transport=transport) as client,
        pytest.raises(EngineError, match="cannot compare pictures"),
    ):
        client.embed(PICTURES)


def test_vectors_that_are_none_are_an_engine_error() -> None:
    embedder = {"name": "x", "fingerprint": "y"}
    short = {"embedder": embedder, "data": [{"embedding": [1.0]}]}
    wrong = {"embedder": embedder, "data": [{"embedding": "AAA="}]}
    for body, pictures in ((short, PICTURES), (wrong, PICTURES[:1]), ({}, PICTURES)):
        transport = httpx.MockTransport(lambda _, body=body: httpx.Response(200, json=body))
        with (
            EngineClient("http://other", transport=transport) as client,
            pytest.raises(EngineError),
        ):
            client.embed(pictures)
