"""Our Flamingo against numbers of the public reference code (open_flamingo 0.0.2)."""

from functools import cache
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tests.inference.model.golden import (
    FOLDERS,
    GOLDEN,
    golden_model,
    golden_settings,
    media_indexes,
)
from torch import Tensor

from precedent_inference.model.flamingo import Flamingo
from precedent_inference.model.kv_cache import GrowingCache
from precedent_inference.placement import Placement

pytestmark = pytest.mark.skipif(
    not GOLDEN.exists(), reason="the golden numbers lie in ../shared, which is not here"
)

TOLERANCE = 1e-4

NAMES = (
    "zero_shot",
    "preamble_zero_shot",
    "two_shot",
    "six_shot_preamble",
    "padded_batch",
    "adjacent_images",
    "edge_no_image_token",
    "edge_more_tokens_than_images",
)
CASES = [(folder, case, "next", "logits") for folder in FOLDERS for case in NAMES] + [
    (folder, case, "previous", "logits_attend_previous")
    for folder in FOLDERS
    for case in ("two_shot", "six_shot_preamble")
]


@cache
def _loaded(folder: str) -> tuple[Flamingo, dict[str, Tensor], dict[str, Tensor], int]:
    path: Path = GOLDEN / folder
    image_id = int(golden_settings(path)["tokens"]["image_id"])
    inputs, outputs = (load_file(path / f"{name}.safetensors") for name in ("inputs", "outputs"))
    return golden_model(path), inputs, outputs, image_id


@pytest.mark.parametrize(("folder", "case", "placement", "wanted"), CASES)
def test_logits_are_the_references(
    folder: str, case: str, placement: Placement, wanted: str
) -> None:
    model, inputs, outputs, image_id = _loaded(folder)
    pixels, ids = inputs[f"{case}.pixels"], inputs[f"{case}.input_ids"]
    mask = inputs[f"{case}.attention_mask"]
    with torch.inference_mode():
        latents = model.encode_images(pixels.flatten(0, 2))
        media = model.project_media(latents.view(*pixels.shape[:2], *latents.shape[1:]))
        index = media_indexes(ids, image_id, placement)
        logits = model.decode(ids, media, index, GrowingCache(), mask)
    difference = (logits - outputs[f"{case}.{wanted}"]).abs().amax(-1) * mask
    assert difference.max() <= TOLERANCE


@pytest.mark.parametrize("folder", FOLDERS)
def test_vision_tokens_and_latents_are_the_references(folder: str) -> None:
    model, inputs, outputs, _ = _loaded(folder)
    pixels = inputs["six_shot_preamble.pixels"].flatten(0, 2)
    with torch.inference_mode():
        patches = model.vision(pixels)
        latents = model.resampler(patches)
    tokens, perceiver = (
        outputs[f"six_shot_preamble.{name}"][0] for name in ("vision_tokens", "perceiver")
    )
    assert (patches - tokens).abs().max() <= TOLERANCE
    assert (latents - perceiver).abs().max() <= TOLERANCE


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("case", ["two_shot", "six_shot_preamble", "adjacent_images"])
def test_every_token_sees_the_references_image(folder: str, case: str) -> None:
    _, inputs, outputs, image_id = _loaded(folder)
    index = media_indexes(inputs[f"{case}.input_ids"], image_id, "next")
    assert torch.equal(index, outputs[f"{case}.attended_image"])


@pytest.mark.parametrize("folder", FOLDERS)
def test_greedy_ids_with_a_cache_are_the_references(folder: str) -> None:
    model, inputs, outputs, image_id = _loaded(folder)
    pixels, ids = inputs["two_shot.pixels"], inputs["two_shot.input_ids"]
    wanted = outputs["two_shot.generated"][0].tolist()
    with torch.inference_mode():
        latents = model.encode_images(pixels.flatten(0, 2))
        media = model.project_media(latents[None])
        index = media_indexes(ids, image_id, "next")
        cache = GrowingCache()
        logits = model.decode(ids, media, index, cache)
        written = ids[0].tolist()
        none = torch.zeros(1, 1, dtype=torch.long)
        while len(written) < len(wanted):
            written.append(int(logits[0, -1].argmax()))
            token = torch.tensor([[written[-1]]])
            logits = model.decode(token, None, none, cache)
    assert written == wanted
