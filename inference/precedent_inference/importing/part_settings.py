"""What the configuration files beside LLaMA and CLIP state, and whether their tensors agree."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from precedent_inference.config import Activation, LanguageConfig, VisionConfig
from precedent_inference.errors import ModelError

CONFIG, OPEN_CLIP_CONFIG = "config.json", "open_clip_config.json"
LLAMA_CONTEXT = 2048
"""Tokens that the first LLaMA was trained with."""

Settings = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LanguageSettings:
    """LLaMA's `config.json`; None where it states nothing."""

    heads: int | None
    norm_epsilon: float
    rotary_base: float
    context_tokens: int
    sizes: Mapping[str, int]
    """Sizes that the tensors show too, by the file's names."""

    def require_agreement(self, config: LanguageConfig) -> None:
        """Raise ModelError where a stated size is not the tensors'."""
        found = {
            "hidden_size": config.width,
            "intermediate_size": config.mlp_width,
            "num_hidden_layers": config.layers,
        }
        _require_same("LLaMA", self.sizes, found)


@dataclass(frozen=True, slots=True)
class VisionSettings:
    """CLIP's `config.json` or `open_clip_config.json`; None where it states nothing."""

    heads: int | None
    activation: Activation
    sizes: Mapping[str, int]

    def require_agreement(self, config: VisionConfig) -> None:
        """Raise ModelError where a stated size is not the tensors'."""
        found = {
            "hidden_size": config.width,
            "intermediate_size": config.mlp_width,
            "num_hidden_layers": config.layers,
            "image_size": config.image_size,
            "patch_size": config.patch_size,
        }
        _require_same("CLIP", self.sizes, found)


def read_language_settings(folder: Path) -> LanguageSettings:
    """Read LLaMA's settings. Raises ModelError for a language model of another kind."""
    settings = read_table(folder / CONFIG)
    _require_plain_llama(settings, folder)
    nested = settings.get("rope_parameters")  # where newer files state the rotary base
    rotary = cast("Settings", nested) if isinstance(nested, dict) else settings
    sizes = ("hidden_size", "intermediate_size", "num_hidden_layers")
    return LanguageSettings(
        heads=_whole(settings, "num_attention_heads"),
        norm_epsilon=_number(settings, "rms_norm_eps", 1e-6),
        rotary_base=_number(rotary, "rope_theta", 10_000.0),
        context_tokens=_whole(settings, "max_position_embeddings") or LLAMA_CONTEXT,
        sizes=_stated(settings, {name: name for name in sizes}),
    )


def read_vision_settings(folder: Path) -> VisionSettings:
    """Read CLIP's settings in Hugging Face's or open_clip's form."""
    settings = read_table(folder / CONFIG)
    inner = settings.get("vision_config")
    if isinstance(inner, dict):
        return _hugging_face_vision(cast("Settings", inner))
    if "clip" in str(settings.get("model_type", "")):
        return _hugging_face_vision(settings)
    model = read_table(folder / OPEN_CLIP_CONFIG).get("model_cfg")
    if isinstance(model, dict):
        return _open_clip_vision(cast("Settings", model))
    return VisionSettings(None, "quick_gelu", {})  # OpenAI's, which Flamingo was trained with


def read_table(path: Path) -> Settings:
    """Read a file of settings, empty when there is none. Raises ModelError for a broken one."""
    if not path.is_file():
        return {}
    try:
        raw: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"The file {path} cannot be read: {error}.", "Copy it again.") from error
    if not isinstance(raw, dict):
        raise ModelError(f"The file {path} is not a table of settings.", "Copy it again.")
    return cast("Settings", raw)


def _hugging_face_vision(settings: Settings) -> VisionSettings:
    names = ("hidden_size", "intermediate_size", "num_hidden_layers", "image_size", "patch_size")
    stated = settings.get("hidden_act", "quick_gelu")
    if stated not in {"quick_gelu", "gelu"}:
        raise ModelError(
            f"The vision tower's activation is {stated!r}; CLIP's are gelu and quick_gelu."
        )
    return VisionSettings(
        heads=_whole(settings, "num_attention_heads"),
        activation="gelu" if stated == "gelu" else "quick_gelu",
        sizes=_stated(settings, {name: name for name in names}),
    )


def _open_clip_vision(model: Settings) -> VisionSettings:
    """open_clip's own default is the plain form; a tower of OpenAI's states the quick one."""
    raw = model.get("vision_cfg")
    tower = cast("Settings", raw) if isinstance(raw, dict) else {}
    width, head_width = _whole(tower, "width"), _whole(tower, "head_width")
    names = {
        "hidden_size": "width",
        "num_hidden_layers": "layers",
        "image_size": "image_size",
        "patch_size": "patch_size",
    }
    return VisionSettings(
        heads=width // head_width if width and head_width else None,
        activation="quick_gelu" if model.get("quick_gelu") is True else "gelu",
        sizes=_stated(tower, names),
    )


def _require_plain_llama(settings: Settings, folder: Path) -> None:
    heads, kv_heads = (_whole(settings, f"num_{kind}_heads") for kind in ("attention", "key_value"))
    problems = {
        "grouped keys and values": kv_heads is not None and heads is not None and kv_heads != heads,
        "scaled positions": settings.get("rope_scaling") is not None,
        f"the type {settings.get('model_type')}": settings.get("model_type", "llama") != "llama",
        "biases": settings.get("attention_bias") is True,
        f"the activation {settings.get('hidden_act')}": settings.get("hidden_act", "silu")
        != "silu",
    }
    found = [what for what, is_so in problems.items() if is_so]
    if found:
        raise ModelError(
            f"The language model in {folder.name} has {found[0]}; the first LLaMA is expected.",
            "Bring the LLaMA that the checkpoint was trained with.",
        )


def _require_same(part: str, stated: Mapping[str, int], found: Mapping[str, int]) -> None:
    for name, size in stated.items():
        if size != found[name]:
            raise ModelError(
                f"{part}'s config.json states {name} {size}; its tensors have {found[name]}.",
                "Copy the whole folder again; its files do not belong together.",
            )


def _stated(settings: Settings, names: Mapping[str, str]) -> dict[str, int]:
    sizes = {ours: _whole(settings, theirs) for ours, theirs in names.items()}
    return {name: size for name, size in sizes.items() if size is not None}


def _whole(settings: Settings, name: str) -> int | None:
    value = settings.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(settings: Settings, name: str, default: float) -> float:
    value = settings.get(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if isinstance(value, int | float) and is_number else default
