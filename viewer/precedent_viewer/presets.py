"""Window presets by modality and anatomy: those that come along, and the reader's own. No Qt."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from psygnal import Signal

from precedent_viewer.errors import ViewerError, WindowError
from precedent_viewer.model.voi import VoiFunction, Window
from precedent_viewer.safe_write import replace_file

logger = logging.getLogger(__name__)

FILE = "presets.json"
VERSION = 1
PRESET_KEYS = 9
"""Presets have the keys 1 to 9."""
OFFERED_MODALITIES = frozenset({"CT"})
"""Only CT numbers mean the same on every scanner. The PET presets that come along are in SUV, and
the pixels are Bq/ml until the viewer converts them, so they are not offered."""


class PresetError(ViewerError):
    """Window presets that cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A named window that suits a modality and, if it names any, some parts of the body."""

    name: str
    modality: str
    body_parts: tuple[str, ...]
    window: Window
    is_own: bool = False
    """The reader made or changed it: it is offered for its modality whatever that is."""


class PresetBook:
    """The presets in their order; every change is written at once."""

    changed = Signal()

    def __init__(self, folder: Path, shipped: tuple[Preset, ...]) -> None:
        self.path = folder / FILE
        self._shipped = shipped
        self.problem: PresetError | None = None
        """Why the reader's file could not be used; what came along is used then."""
        self._presets = self._load()

    @property
    def presets(self) -> tuple[Preset, ...]:
        """In the order of the reader's list."""
        return self._presets

    @property
    def shipped(self) -> tuple[Preset, ...]:
        """What comes along."""
        return self._shipped

    def set(self, presets: Sequence[Preset]) -> None:
        """Keep another list. Raises PresetError when it cannot be written."""
        wanted = tuple(presets)
        if wanted != self._presets:
            self._write(wanted)
            self._presets = wanted
            self.changed.emit()

    def own(self, preset: Preset) -> Preset:
        """Mark a preset as the reader's, unless it came along just so."""
        return preset if preset in self._shipped else _owned(preset)

    def _load(self) -> tuple[Preset, ...]:
        if not self.path.exists():
            return self._shipped
        try:
            return load_presets(self.path)
        except PresetError as error:
            logger.warning("The window presets could not be read: %s", type(error).__name__)
            self.problem = error
            return self._shipped

    def _write(self, presets: tuple[Preset, ...]) -> None:
        record = {"version": VERSION, "presets": [_record(one) for one in presets]}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self.path, json.dumps(record, indent=2).encode(), mode=0o600)
        except OSError as error:
            raise PresetError(
                f"The window presets could not be saved: {error.strerror or error}.",
                "Free some space or check the folder's permissions.",
            ) from error


def load_presets(path: Path) -> tuple[Preset, ...]:
    """Read a file of presets. Raises PresetError, which says what is wrong."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_preset(one) for one in record["presets"])
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        WindowError,
    ) as error:
        what = error.message if isinstance(error, WindowError) else "it is damaged."
        raise PresetError(
            f"The window presets in {path.name} could not be read: {what}",
            "Those that come along are used; choosing presets anew replaces the file.",
        ) from error


def presets_for(
    presets: Sequence[Preset], modality: str, file_windows: Sequence[Window], body_part: str = ""
) -> tuple[Window, ...]:
    """Give up to nine windows for an image: the presets of its modality, or the file's own.

    First those for every part of the body, then those of this part, then the others: a key means
    the same window for all images of one modality and part. Where the reader has presets of
    another modality than CT, the file's own windows follow them.
    """
    part = body_part.strip().upper()
    chosen = [
        preset
        for preset in presets
        if preset.modality == modality and (preset.is_own or modality in OFFERED_MODALITIES)
    ]
    chosen.sort(key=lambda preset: _rank(preset, part))
    own = tuple(preset.window for preset in chosen)
    windows = own if modality in OFFERED_MODALITIES and own else (*own, *file_windows)
    return windows[:PRESET_KEYS]


def _rank(preset: Preset, body_part: str) -> int:
    if not preset.body_parts:
        return 0
    return 1 if body_part in preset.body_parts else 2


def _owned(preset: Preset) -> Preset:
    return Preset(preset.name, preset.modality, preset.body_parts, preset.window, is_own=True)


def _preset(item: Mapping[str, object]) -> Preset:
    name, modality = _text(item["name"]), _text(item["modality"])
    parts = tuple(_text(one) for one in cast("list[object]", item["body_parts"]))
    window = Window(
        center=float(cast("float", item["center"])),
        width=float(cast("float", item["width"])),
        function=cast("VoiFunction", item["function"]),
        name=name,
    )
    return Preset(name, modality, parts, window, is_own=item.get("is_own") is True)


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError(f"{type(found).__name__} is not text")
    return found


def _record(preset: Preset) -> dict[str, object]:
    window = preset.window
    return {
        "name": preset.name, "modality": preset.modality, "body_parts": list(preset.body_parts),
        "center": window.center, "width": window.width, "function": window.function,
        "is_own": preset.is_own,
    }  # fmt: skip
