"""What the user chose, kept between runs in one JSON file. No Qt.

A damaged file never stops the viewer: defaults are used, the damaged file is kept beside the new
one and the user is told.
"""

import json
import logging
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from psygnal import Signal

from precedent_viewer.errors import ViewerError
from precedent_viewer.safe_write import replace_file

logger = logging.getLogger(__name__)

ThemeName = Literal["dark", "light"]
WheelAction = Literal["scroll", "zoom"]
SETTINGS_FILE = "viewer.json"
RECENT_LIMIT = 10
LEAST_MEMORY_MIB, MOST_MEMORY_MIB = 512, 1 << 20


class SettingsError(ViewerError):
    """The settings cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of the viewer, with its default, unit and bounds."""

    theme: ThemeName = "dark"
    """Dark is the default: reading rooms are dark."""
    show_overlay: bool = True
    """Orientation letters, scale bar, window values and slice position on the image."""
    show_layers: bool = True
    """What lies over the image: annotations, segmentations, reference lines."""
    show_patient: bool = True
    """The patient's name, number and study date on the image."""
    memory_mib: int = 0
    """The most memory the viewer takes, 512 to 1048576 MiB; 0 is a quarter of the machine's."""
    prefetch_frames: int = 30
    """Neighbours decoded ahead on each side, 0 to 200."""
    use_graphics_card: bool = False
    """Paint large grey images with OpenGL. Off by default: drivers differ, and a window change of
    a mammogram takes a processor 30 ms."""
    recent_paths: tuple[str, ...] = ()
    """Files and folders opened last, newest first."""
    shortcuts: dict[str, str] = field(default_factory=dict)
    """Command id to keys, only where they differ from the declared ones."""
    mouse_buttons: dict[str, str] = field(default_factory=dict)
    """Mouse button to tool, only where it differs from the usual; `left` is the one at the start,
    and "" is nothing."""
    wheel: WheelAction = "scroll"
    """What the wheel does alone; with Ctrl it does the other."""
    geometry: str = ""
    """Window position as Qt gives it, base64."""
    layout: str = ""
    """Panels and tool bars as Qt gives them, base64."""

    def __post_init__(self) -> None:
        if self.theme not in get_args(ThemeName):
            raise SettingsError(f"The theme {self.theme!r} is not known.", "Use dark or light.")
        if self.wheel not in get_args(WheelAction):
            raise SettingsError(f"The wheel action {self.wheel!r} is not known.",
                                "Use scroll or zoom.")  # fmt: skip
        if self.memory_mib != 0 and not (LEAST_MEMORY_MIB <= self.memory_mib <= MOST_MEMORY_MIB):
            raise SettingsError(
                f"memory_mib is {self.memory_mib}; it must be 0 or between {LEAST_MEMORY_MIB} and "
                f"{MOST_MEMORY_MIB}.",
                "Correct the number.",
            )
        if not 0 <= self.prefetch_frames <= 200:
            raise SettingsError(
                f"prefetch_frames is {self.prefetch_frames}; it must be between 0 and 200.",
                "Correct the number.",
            )

    def with_recent(self, path: Path) -> "Settings":
        """Put a path at the front of the recent ones."""
        others = (known for known in self.recent_paths if known != str(path))
        return replace(self, recent_paths=(str(path), *others)[:RECENT_LIMIT])


class SettingsStore:
    """The current settings and the file that keeps them."""

    changed = Signal(Settings)

    def __init__(self, folder: Path) -> None:
        self.path = folder / SETTINGS_FILE
        self.problem: SettingsError | None = None
        """What was wrong with the file when it was read, if anything."""
        self._current = self._load()

    @property
    def current(self) -> Settings:
        """The settings now."""
        return self._current

    def update(self, **changes: Any) -> None:
        """Change fields; tells listeners only when something changed."""
        self.set(replace(self._current, **changes))

    def set(self, settings: Settings) -> None:
        """Replace the settings; tells listeners only when something changed."""
        if settings == self._current:
            return
        self._current = settings
        self.changed.emit(settings)

    def save(self) -> None:
        """Write the file atomically. Raises SettingsError when the disk refuses."""
        write_settings(self.path, self._current)

    def _load(self) -> Settings:
        try:
            return settings_from_json(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError, TypeError, SettingsError) as error:
            logger.warning("The settings could not be read: %s", type(error).__name__)
            kept = self._keep_damaged()
            self.problem = SettingsError(
                f"The settings in {self.path} could not be read; defaults are used.", kept
            )
            return Settings()

    def _keep_damaged(self) -> str:
        beside = self.path.with_suffix(".damaged.json")
        try:
            self.path.replace(beside)
        except OSError:
            return "Check that you may read and write that file."
        return f"The damaged file was kept as {beside.name}."


def settings_from_json(text: str) -> Settings:
    """Read settings; unknown fields of newer versions are ignored.

    Raises ValueError, TypeError or SettingsError when the text is not a settings file.
    """
    record = json.loads(text)
    if not isinstance(record, dict):
        raise SettingsError("The settings file is not a JSON object.", "Delete it.")
    known = {item.name: item for item in fields(Settings)}
    defaults = asdict(Settings())
    chosen: dict[str, Any] = {}
    for name, value in record.items():
        if name not in known:
            continue
        chosen[name] = _checked(name, value, defaults[name])
    return Settings(**chosen)


def _checked(name: str, value: object, default: object) -> object:
    if isinstance(default, tuple) and isinstance(value, list):
        value = tuple(value)
    if type(value) is not type(default):
        raise SettingsError(
            f"The setting {name} is a {type(value).__name__}, not a {type(default).__name__}.",
            "Correct or delete it.",
        )
    parts = (
        value
        if isinstance(value, tuple)
        else (*value, *value.values())
        if isinstance(value, dict)
        else ()
    )
    if not all(isinstance(part, str) for part in parts):
        raise SettingsError(f"The setting {name} holds something that is not text.", "Delete it.")
    return value


def write_settings(path: Path, settings: Settings) -> None:
    """Write settings so that a crash leaves the old file or the new one, never half of one.

    Raises SettingsError when the folder or the file cannot be written.
    """
    # ASCII, because a path may hold bytes that are no text and then has no UTF-8.
    text = json.dumps(asdict(settings), indent=2)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text.encode("ascii"), mode=0o600)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(
        f"The settings could not be saved to {path}: {error.strerror or error}.",
        "Free some space or check the folder's permissions; this session goes on unchanged.",
    )
