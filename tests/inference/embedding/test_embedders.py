"""Encoders of pictures whose vectors are known: by hand, or by the library that made them."""

import io
import json
import threading
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from PIL import Image
from tests.inference.tiny import tiny_request
from transformers import ViTConfig, ViTModel

from precedent_inference.answering import Answerer
from precedent_inference.embedding.embeddings import EmbedderId, Embeddings, joined, unit_rows
from precedent_inference.embedding.setting import open_embedder
from precedent_inference.embedding.tower import TowerEmbedder
from precedent_inference.errors import Cancelled, EngineError, ImageError, ModelError
from precedent_resources import PrecedentError

GOING = threading.Event()
RECIPE = {
    "size": 4,
    "resize": "shortest",
    "crop": "centre",
    "interpolation": "bicubic",
    "mean": [0, 0, 0],
    "std": [1, 1, 1],
    "channels": "rgb",
}


def png(*colours: tuple[int, int, int]) -> bytes:
    """A picture of 4 x 4 pixels with one colour a column, the last one repeated."""
    pixels = np.zeros((4, 4, 3), np.uint8)
    for column in range(4):
        pixels[:, column] = colours[min(column, len(colours) - 1)]
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def write_mean_colour(folder: Path, **changes: object) -> Path:
    """An encoder whose vector is the picture's mean colour."""
    fed = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["B", 3, 4, 4])
    given = helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["B", 3])
    node = helper.make_node("ReduceMean", ["pixels", "axes"], ["mean"], keepdims=0)
    axes = helper.make_tensor("axes", TensorProto.INT64, [2], [2, 3])
    graph = helper.make_graph([node], "mean", [fed], [given], [axes])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path = folder / "mean.onnx"
    onnx.save(model, path)
    settings = {"format": "precedent-encoder", "version": 1, "name": "mean colour"}
    path.with_suffix(".json").write_text(json.dumps({**settings, "image": RECIPE, **changes}))
    return path


def write_vit(folder: Path) -> Path:
    """A small random transformer without a pooling head, as many checkpoints are."""
    torch.manual_seed(3)
    config = ViTConfig(
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=8,
        patch_size=4,
    )
    model = ViTModel(config, add_pooling_layer=False)
    model.save_pretrained(folder)
    processor = {
        "image_processor_type": "ViTImageProcessor",
        "size": {"height": 8, "width": 8},
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder


def test_an_onnx_encoder_gives_what_its_graph_says(tmp_path: Path) -> None:
    encoder = open_embedder(write_mean_colour(tmp_path))
    found = encoder.embed([png((255, 0, 0)), png((0, 0, 255), (0, 0, 255), (0, 255, 0))], GOING)
    half = 0.5**0.5
    np.testing.assert_allclose(found.vectors, [[1, 0, 0], [0, half, half]], atol=1e-6)


def test_a_folder_encoder_gives_the_class_token_of_its_model(tmp_path: Path) -> None:
    encoder = open_embedder(write_vit(tmp_path))
    found = encoder.embed([png((255, 0, 128))], GOING)
    model = ViTModel.from_pretrained(tmp_path, add_pooling_layer=False)
    shade = torch.tensor([1.0, -1.0, 128 / 255 * 2 - 1]).view(1, 3, 1, 1).expand(1, 3, 8, 8)
    with torch.inference_mode():
        token = model(pixel_values=shade).last_hidden_state[:, 0].numpy()
    np.testing.assert_allclose(found.vectors, token / np.linalg.norm(token), atol=1e-5)


def test_a_folder_encoder_is_the_same_each_time_it_is_opened(tmp_path: Path) -> None:
    one, other = (open_embedder(write_vit(tmp_path)) for _ in range(2))
    pictures = [png((20, 30, 200))]
    assert one.id == other.id
    assert np.array_equal(one.embed(pictures, GOING).vectors, other.embed(pictures, GOING).vectors)


def test_an_encoder_is_another_one_when_its_settings_change(tmp_path: Path) -> None:
    first = open_embedder(write_mean_colour(tmp_path)).id
    second = open_embedder(write_mean_colour(tmp_path, image={**RECIPE, "mean": [0.5] * 3})).id
    assert first.name == second.name
    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "else"}, "no encoder settings"),
        ({"image": {**RECIPE, "size": "big"}}, "size must be a whole number"),
        ({"output": "nothing"}, "no output 'nothing'"),
        ({"pool": "most"}, "pool must be"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_in_words(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ModelError, match=words):
        open_embedder(write_mean_colour(tmp_path, **changes))


def test_settings_that_do_not_fit_the_graph_fail_in_words(tmp_path: Path) -> None:
    encoder = open_embedder(write_mean_colour(tmp_path, image={**RECIPE, "size": 5}))
    with pytest.raises(EngineError, match="The encoder mean colour failed"):
        encoder.embed([png((1, 2, 3))], GOING)


def test_what_is_no_encoder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("no graph")
    (tmp_path / "text.json").write_text(
        (write_mean_colour(tmp_path).with_suffix(".json")).read_text()
    )
    for path in (tmp_path / "nothing", tmp_path / "text.onnx", tmp_path):
        with pytest.raises(ModelError):
            open_embedder(path)


def test_a_folder_that_lacks_weights_is_refused(tmp_path: Path) -> None:
    folder = write_vit(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 2}))
    with pytest.raises(ModelError, match="lacks"):
        open_embedder(folder)


def test_a_model_embeds_with_its_own_eyes(answerer: Answerer) -> None:
    tower = TowerEmbedder(answerer)
    one, other = tiny_request(1).prompt.images
    found = tower.embed([one, other, one], GOING)
    assert found.embedder.name == answerer.profile.name
    assert np.allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-6)
    assert np.allclose(found.vectors[0], found.vectors[2], atol=1e-6)
    assert not np.allclose(found.vectors[0], found.vectors[1], atol=1e-3)


def test_embedding_a_library_leaves_the_caches_to_questions(answerer: Answerer) -> None:
    TowerEmbedder(answerer).embed(tiny_request(3).prompt.images, GOING)
    assert answerer.engine.image_cache.used_bytes == 0


def test_batches_do_not_change_a_vector(answerer: Answerer) -> None:
    tower = TowerEmbedder(answerer)
    pictures = [png((at, 255 - at, 7 * at)) for at in range(20)]
    together = tower.embed(pictures, GOING).vectors
    alone = np.concatenate([tower.embed([each], GOING).vectors for each in pictures])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_embedding_is_cancelled(answerer: Answerer) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        TowerEmbedder(answerer).embed([png((1, 2, 3))], stop)


def test_no_pictures_name_the_embedder_alone(answerer: Answerer) -> None:
    found = TowerEmbedder(answerer).embed([], GOING)
    assert found.vectors.shape == (0, 0)
    assert len(found.embedder.fingerprint) == 64


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: unit_rows(np.array([[np.nan, 1]], np.float32), "x"), EngineError),
        (
            lambda: joined(
                [Embeddings(EmbedderId("a", fp), np.ones((1, 2), np.float32)) for fp in "12"]
            ),
            EngineError,
        ),
    ],
)
def test_vectors_that_cannot_be_compared_are_refused(
    make: object, error: type[PrecedentError]
) -> None:
    assert callable(make)
    with pytest.raises(error):
        make()


def test_a_broken_picture_is_named_so(answerer: Answerer) -> None:
    with pytest.raises(ImageError, match="cannot be read"):
        TowerEmbedder(answerer).embed([b"no picture"], GOING)
