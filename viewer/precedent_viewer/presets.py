"""Window presets by modality, from resources/presets. No Qt."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from precedent_viewer.model.voi import Window

PRESET_KEYS = 9
"""Presets have the keys 1 to 9."""
OFFERED_MODALITIES = frozenset({"CT"})
"""Only CT numbers mean the same on every scanner. PET presets are in SUV, and the pixels are Bq/ml
until the viewer converts them, so they are not offered."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A named window that suits a modality and, if it names any, some parts of the body."""

    name: str
    modality: str
    body_parts: tuple[str, ...]
    window: Window


def load_presets(path: Path) -> tuple[Preset, ...]:
    """Read the presets file."""
    record = json.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Preset(
            name=item["name"],
            modality=item["modality"],
            body_parts=tuple(item["body_parts"]),
            window=Window(
                center=float(item["center"]),
                width=float(item["width"]),
                function=item["function"],
                name=item["name"],
            ),
        )
        for item in record["presets"]
    )


def presets_for(
    presets: Sequence[Preset], modality: str, file_windows: Sequence[Window]
) -> tuple[Window, ...]:
    """Give up to nine windows for an image: the modality's presets, or the file's own.

    The order depends on the modality alone, so that a key always means the same window.
    """
    if modality in OFFERED_MODALITIES:
        chosen = [preset.window for preset in presets if preset.modality == modality]
        general = [p.window for p in presets if p.modality == modality and not p.body_parts]
        first = general + [window for window in chosen if window not in general]
        return tuple(first[:PRESET_KEYS])
    return tuple(file_windows[:PRESET_KEYS])
