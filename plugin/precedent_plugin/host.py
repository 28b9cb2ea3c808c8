"""What the plugin asks of any viewer: the `Host` protocol. No Qt.

A host needs only `snapshot`, `painted_pixels`, `view_changed`, `add_panel`, `notify`, `run` and
`on_closing`; what else it can do it says in `capabilities`, and the rest of the plugin degrades.
All calls are made on the GUI thread, and all callbacks arrive there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from psygnal import SignalInstance

from precedent_resources import PrecedentError

HOST_VERSION = 1

Capability = Literal[
    "stored_pixels", "modality_pixels", "regions", "commands", "open_paths", "themes"
]
Level = Literal["info", "warning", "error"]
Area = Literal["left", "right", "bottom"]
PaintedPixels = NDArray[np.uint8]
"""(rows, columns, 3), at image resolution, as painted: window, inversion, rotation and flip."""


@dataclass(frozen=True, slots=True)
class ViewSnapshot:
    """The view as it stood at one moment. Texts are empty when the file does not say.

    `patient_key_source` and `study_key_source` name a person or a study; they go through
    `Pseudonyms` and are neither stored, shown nor logged.
    """

    sop_instance_uid: str = ""
    series_uid: str = ""
    study_uid: str = ""
    frame_index: int = 0
    number_of_frames: int = 1
    modality: str = ""
    body_part: str = ""
    laterality: str = ""
    window: tuple[float, float] | None = None
    """Center and width, in modality units."""
    inverted: bool = False
    rotation_quarters: int = 0
    """Quarter turns, clockwise."""
    flipped: bool = False
    pixel_spacing_mm: tuple[float, float] | None = None
    """Row, column."""
    orientation_letters: tuple[str, str, str, str] | None = None
    """Left, right, top, bottom."""
    region: tuple[int, int, int, int] | None = None
    """x, y, width, height in image pixels, (0, 0) at the top left of the file's image."""
    title: str = ""
    """What the image is, for display; never a patient's name."""
    patient_key_source: str = ""
    study_key_source: str = ""
    notes: tuple[str, ...] = ()
    """What makes the pixels less than whole: "3 rows missing: shown black"."""


@dataclass(frozen=True, slots=True)
class HostCommand:
    """An action that the plugin adds to the host's menus, palette and shortcuts."""

    id: str
    """`area.verb-noun`."""
    title: str
    run: Callable[[], None]
    menu: str | None = None
    shortcut: str | None = None
    when: Callable[[], bool] | None = None
    icon: str | None = None
    doc: str = ""


class TaskHandle(Protocol):
    """Work under way."""

    def cancel(self) -> None:
        """Drop the work; none of its callbacks arrives any more."""
        ...


class Runner(Protocol):
    """How work leaves the GUI thread; `Host.run` is one, `runners.py` has others."""

    def __call__(
        self,
        function: Callable[..., Any],
        *args: object,
        on_result: Callable[[Any], object],
        on_error: Callable[[PrecedentError], object] | None = None,
        on_progress: Callable[[Any], object] | None = None,
    ) -> TaskHandle:
        """Run `function(*args)` elsewhere; callbacks arrive on the caller's thread, in order.

        With `on_progress` the function gets a keyword `progress`, a callable that takes one value.
        """
        ...


class Host(Protocol):
    """The viewer in which the plugin's panels live."""

    @property
    def version(self) -> int:
        """The version of this protocol that the host speaks."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it can do beyond the least."""
        ...

    @property
    def view_changed(self) -> SignalInstance:
        """Fires with `ViewSnapshot | None` after frame, window, region or orientation changed."""
        ...

    def snapshot(self) -> ViewSnapshot | None:
        """Give the view as it stands, None when nothing is shown."""
        ...

    def painted_pixels(self, *, region_only: bool = True) -> PaintedPixels:
        """Give the pixels exactly as painted. Raises HostError when nothing is shown."""
        ...

    def stored_pixels(self) -> NDArray[Any]:
        """Give the pixels as stored. Raises HostError without the capability."""
        ...

    def modality_pixels(self) -> NDArray[np.float32]:
        """Give the pixels as modality values. Raises HostError without the capability."""
        ...

    def add_panel(self, widget: Any, *, title: str, object_name: str, area: Area = "right") -> None:
        """Give a widget of the host's toolkit a place in the window."""
        ...

    def register(self, command: HostCommand) -> None:
        """Add an action. Hosts without "commands" ignore it."""
        ...

    def open_paths(self, paths: tuple[Path, ...]) -> None:
        """Open files or folders. Raises HostError without the capability."""
        ...

    def notify(self, message: str, hint: str | None = None, *, level: Level = "info") -> None:
        """Show one sentence to the user without stopping them."""
        ...

    def run(
        self,
        function: Callable[..., Any],
        *args: object,
        on_result: Callable[[Any], object],
        on_error: Callable[[PrecedentError], object] | None = None,
        on_progress: Callable[[Any], object] | None = None,
    ) -> TaskHandle:
        """Run work off the GUI thread, as `Runner` says."""
        ...

    def on_closing(self, callback: Callable[[], None]) -> None:
        """Call back before the window closes."""
        ...
