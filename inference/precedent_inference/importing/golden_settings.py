"""The `config.json` of a folder of golden numbers: sizes that shapes do not tell, and agreement."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from precedent_inference.config import FlamingoConfig
from precedent_inference.errors import ModelError
from precedent_inference.importing.golden_case import Reference
from precedent_inference.importing.sizes import FLAMINGO_HEAD_WIDTH, StatedSizes

SETTINGS = "config.json"
Settings = Mapping[str, Any]


def read_settings(folder: Path) -> Settings:
    """Read a folder's settings. Raises ModelError when they are missing or no table."""
    path = folder / SETTINGS
    try:
        raw: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The golden folder's {path.name} cannot be read: {error}.",
            "Choose a folder with config.json, weights, inputs and outputs.",
        ) from error
    if not isinstance(raw, dict):
        raise ModelError(f"The golden folder's {path.name} is not a table.")
    return raw


def stated_sizes(settings: Settings, folder: str) -> StatedSizes:
    """Give what the settings state of the sizes that shapes do not tell."""
    heads = _whole(settings, folder, "vision", "heads")
    width, head_width = (_whole(settings, folder, "vision", x) for x in ("width", "head_width"))
    if heads is None and width and head_width:
        heads = width // head_width
    is_quick = _find(settings, "vision", "quick_gelu") is not False
    return StatedSizes(
        placement="previous" if _find(settings, "cross_attention", "attend_previous") else "next",
        vision_heads=heads,
        activation="quick_gelu" if is_quick else "gelu",
        language_heads=_required(settings, folder, "llama", "num_attention_heads"),
        norm_epsilon=_number(settings, folder, ("llama", "rms_norm_eps"), 1e-6),
        rotary_base=_number(settings, folder, ("llama", "rope_theta"), 10_000.0),
        resampler_head_width=_whole(settings, folder, "perceiver", "dim_head")
        or FLAMINGO_HEAD_WIDTH,
        cross_head_width=_whole(settings, folder, "cross_attention", "dim_head")
        or FLAMINGO_HEAD_WIDTH,
    )


def reference_of(settings: Settings, is_v2: bool, folder: str) -> Reference:
    """Give how the reference ran: its special tokens, and whether its cached steps saw images.

    is_v2: whether the weights have V2's names, which counts where no version is stated.
    """
    stated = str(settings.get("reference", ""))
    version = stated.removeprefix("open-flamingo").strip()
    return Reference(
        image=_required(settings, folder, "tokens", "image_id"),
        end_of_chunk=_required(settings, folder, "tokens", "endofchunk_id"),
        decodes_with_media=version.startswith("2") or (not version and is_v2),
    )


def stated_cases(settings: Settings) -> frozenset[str]:
    """Give the names of the cases that the settings list."""
    cases = settings.get("cases")
    return frozenset(map(str, cases)) if isinstance(cases, dict | list) else frozenset()


def require_agreement(settings: Settings, config: FlamingoConfig, folder: str) -> None:
    """Raise ModelError where the settings contradict the tensors or state another arithmetic."""
    language, vision, cross = config.language, config.vision, config.cross_attention
    resampler = config.resampler
    tensors: dict[tuple[str, ...], object] = {
        ("llama", "hidden_size"): language.width,
        ("llama", "intermediate_size"): language.mlp_width,
        ("llama", "num_hidden_layers"): language.layers,
        ("tokens", "vocab"): language.vocabulary,
        ("vision", "width"): vision.width,
        ("vision", "layers"): vision.layers,
        ("vision", "heads"): vision.heads,
        ("vision", "head_width"): vision.width // vision.heads,
        ("vision", "patch_size"): vision.patch_size,
        ("vision", "image_size"): vision.image_size,
        ("perceiver", "depth"): resampler.depth,
        ("perceiver", "heads"): resampler.heads,
        ("perceiver", "num_latents"): resampler.latents,
        ("perceiver", "ff_mult"): resampler.mlp_multiple,
        ("cross_attention", "heads"): cross.heads,
        ("cross_attention", "ff_mult"): cross.mlp_multiple,
        ("cross_attn_every_n_layers",): cross.every,
        ("cross_attn_layer_indexes",): list(config.cross_layers),
    }
    arithmetic: dict[tuple[str, ...], object] = {
        ("llama", "hidden_act"): "silu",
        ("llama", "tie_word_embeddings"): False,
        ("llama", "rope_scaling"): None,
        ("llama", "num_key_value_heads"): language.heads,
        ("cross_attention", "only_attend_immediate_media"): True,
    }
    for table, holder in ((tensors, "the tensors have"), (arithmetic, "this family has")):
        for path, found in table.items():
            stated = _find(settings, *path)
            if stated is not None and stated != found:
                raise ModelError(
                    f"{folder}/{SETTINGS} states {'.'.join(path)} {stated}; {holder} {found}.",
                    "The folder's files do not belong together.",
                )


def _find(settings: Settings, *path: str) -> Any:
    value: Any = settings
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _whole(settings: Settings, folder: str, *path: str) -> int | None:
    value = _find(settings, *path)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ModelError(f"{folder}/{SETTINGS} states {'.'.join(path)} {value!r}, no whole number.")
    return value


def _required(settings: Settings, folder: str, *path: str) -> int:
    value = _whole(settings, folder, *path)
    if value is None:
        raise ModelError(f"{folder}/{SETTINGS} lacks the number {'.'.join(path)}.")
    return value


def _number(settings: Settings, folder: str, path: tuple[str, ...], default: float) -> float:
    value = _find(settings, *path)
    if value is None:
        return default
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ModelError(f"{folder}/{SETTINGS} states {'.'.join(path)} {value!r}, no number.")
    return float(value)
