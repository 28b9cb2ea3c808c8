"""The names and shapes of the real size make the released model, without a weight being there."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from precedent_inference.config import (
    CrossAttentionConfig,
    FlamingoConfig,
    LanguageConfig,
    ResamplerConfig,
    VisionConfig,
)
from precedent_inference.errors import ModelError
from precedent_inference.importing.convert import Conversion, stored_bytes
from precedent_inference.importing.sizes import StatedSizes, infer_config
from precedent_inference.importing.source import WeightSource

LAYOUT = Path(__file__).parents[4] / "shared" / "reference" / "flamingo_checkpoint_layout.json"
pytestmark = pytest.mark.skipif(
    not LAYOUT.exists(), reason="the list of the real size's names lies in ../shared"
)
REAL = FlamingoConfig(
    vision=VisionConfig(224, 14, 1024, 24, 16, 4096, "quick_gelu"),
    resampler=ResamplerConfig(depth=6, heads=8, head_width=64, latents=64),
    language=LanguageConfig(32003, 4096, 32, 32, 11008),
    cross_attention=CrossAttentionConfig(every=4, heads=8, head_width=64),
    placement="next",
)
Shapes = dict[str, tuple[int, ...]]


class Unread:
    """Names and shapes of a file, float16."""

    def __init__(self, name: str, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.path = Path(name)
        self.shapes = shapes

    def dtype(self, name: str) -> torch.dtype:
        return torch.float16

    def read(self, name: str) -> Tensor:
        raise AssertionError(name)


def parts() -> tuple[Shapes, Shapes, Shapes]:
    """Vision tower, language model and checkpoint; LLaMA's own two tables are smaller."""
    layout = json.loads(LAYOUT.read_text())
    keys = ("frozen_vision_keys", "frozen_language_keys", "checkpoint_keys")
    vision, language, trained = (
        {name: tuple(shape) for name, shape in layout[key].items()} for key in keys
    )
    language["lang_encoder.lm_head.weight"] = (32000, 4096)
    language["lang_encoder.model.embed_tokens.weight"] = (32000, 4096)
    return vision, language, trained


def source(shapes: tuple[Shapes, ...]) -> WeightSource:
    return WeightSource([Unread(str(at), one) for at, one in enumerate(shapes)])


def test_the_real_layout_makes_the_released_model() -> None:
    found = source(parts())
    config = infer_config(found.shapes, StatedSizes("next"))
    assert config == REAL
    found.check(config)


def test_the_converted_size_is_that_of_the_parameters() -> None:
    """8,344,891,665 parameters in all, of which CLIP's text tower and last steps are not read."""
    written = stored_bytes(source(parts()), Conversion(REAL, "bf16"))
    assert 16.3e9 < written < 16.6e9


@pytest.mark.parametrize("part", [0, 1, 2])
def test_every_tensor_of_the_real_layout_is_missed(part: int) -> None:
    shapes = parts()
    unused = ("inv_freq", "proj", "ln_post", "text_projection", "logit_scale")
    aliases = "gated_cross_attn_layer"
    names = [n for n in shapes[part] if not n.endswith(unused) and ".ln_post." not in n]
    for name in names[:: max(1, len(names) // 20)]:
        if aliases in name or name.endswith("embed_tokens.weight"):
            continue  # another name of the same tensor is left
        fewer = [dict(one) for one in shapes]
        del fewer[part][name]
        found = source(tuple(fewer))
        with pytest.raises(ModelError, match=r"missing|lack|hold"):
            found.check(infer_config(found.shapes, StatedSizes("next")))
