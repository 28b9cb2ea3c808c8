"""The facade an extension sees. Everything here is called on the GUI thread.

An extension imports nothing else of the viewer. What it gets are values: snapshots and copies of
arrays, never the viewer's own objects.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal
from PyQt6.QtWidgets import QWidget

from precedent_resources import PrecedentError
from precedent_viewer.active_view import ActiveView
from precedent_viewer.commands import Command, CommandRegistry
from precedent_viewer.dicom.frames import FramePixels, modality_values
from precedent_viewer.errors import ViewerError
from precedent_viewer.headless import PaintedFile, frame_count, render_file
from precedent_viewer.notifications import Level
from precedent_viewer.painted import paint
from precedent_viewer.settings import ThemeName
from precedent_viewer.snapshot import ViewSnapshot, snapshot_of
from precedent_viewer.tasks import TaskHandle, TaskRunner
from precedent_viewer.theme import Theme

__all__ = [
    "API_VERSION",
    "Area",
    "Command",
    "Level",
    "NothingShownError",
    "PaintedFile",
    "TaskHandle",
    "ViewSnapshot",
    "ViewerApi",
    "frame_count",
    "render_file",
]

API_VERSION = 1
Area = Literal["left", "right", "bottom"]


class NothingShownError(ViewerError):
    """Pixels were asked for while no image is shown."""


class Shell(Protocol):
    """What the facade needs of the window; `app.py` provides it."""

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files and folders."""

    def add_panel(self, widget: QWidget, *, title: str, object_name: str, area: Area) -> None:
        """Give a widget a dock."""

    def notify(self, message: str, hint: str | None, level: Level) -> None:
        """Show a sentence."""

    def theme(self) -> Theme:
        """Give the theme that is on."""
        ...


@dataclass(frozen=True, slots=True)
class ApiParts:
    """The objects behind the facade."""

    view: ActiveView
    registry: CommandRegistry
    tasks: TaskRunner
    shell: Shell


class ViewerApi:
    """Given to each extension's `activate(api)`."""

    view_changed = Signal(object)
    """`ViewSnapshot | None` after the frame, window, region or orientation changed."""
    files_opened = Signal(tuple)
    """The paths of one act of opening, when all of it has been searched."""
    theme_changed = Signal(str)
    """`dark` or `light`."""

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._closing: list[Callable[[], None]] = []

    @property
    def version(self) -> int:
        """Give the version of this facade."""
        return API_VERSION

    def snapshot(self) -> ViewSnapshot | None:
        """Say what is painted now, None when no image is."""
        return snapshot_of(self._parts.view.current)

    def stored_pixels(self) -> NDArray[Any]:
        """Copy the frame as stored: (rows, columns) or (rows, columns, 3)."""
        return self._pixels().stored.copy()

    def modality_pixels(self) -> NDArray[np.float32]:
        """Give the frame in modality units (HU for CT): (rows, columns)."""
        return modality_values(self._pixels()).astype(np.float32)

    def painted_pixels(self, *, region_only: bool = True) -> NDArray[np.uint8]:
        """Give what is painted, at the image's own resolution: (rows, columns, 3).

        Window, inversion, rotation and flips are applied; nothing is drawn over it. With
        `region_only` it is cropped to the region when there is one.
        """
        return paint(self._parts.view.current, self._pixels(), region_only=region_only)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files and folders in the background."""
        self._parts.shell.open_paths(paths)

    def add_panel(
        self, widget: QWidget, *, title: str, object_name: str, area: Area = "right"
    ) -> None:
        """Give a widget a dock, with a switch in the Panels menu."""
        self._parts.shell.add_panel(widget, title=title, object_name=object_name, area=area)

    def register(self, command: Command) -> None:
        """Add a command. Raises CommandError when its id is taken."""
        self._parts.registry.add(command)

    def refresh_commands(self) -> None:
        """Have enabled and checked states asked again, after something of the extension changed."""
        self._parts.registry.refreshed.emit()

    def notify(self, message: str, hint: str | None = None, *, level: Level = "info") -> None:
        """Show one sentence above the image."""
        self._parts.shell.notify(message, hint, level)

    def run(
        self,
        function: Callable[..., Any],
        *args: object,
        on_result: Callable[[Any], object],
        on_error: Callable[[PrecedentError], object] | None = None,
        on_progress: Callable[[Any], object] | None = None,
    ) -> TaskHandle:
        """Run a function on a worker; see `TaskRunner.run`."""
        return self._parts.tasks.run(
            function, *args, on_result=on_result, on_error=on_error, on_progress=on_progress
        )

    def on_closing(self, callback: Callable[[], None]) -> None:
        """Call back once before the window closes."""
        self._closing.append(callback)

    def theme(self) -> ThemeName:
        """Say which theme is on."""
        return self._parts.shell.theme().name

    def close(self) -> None:
        """Call the closing callbacks, the last registered first; the viewer calls this."""
        while self._closing:
            self._closing.pop()()

    def _pixels(self) -> FramePixels:
        pixels = self._parts.view.pixels
        if pixels is None:
            raise NothingShownError("No image is shown.", "Open a study first.")
        if pixels.reduced_by > 1:
            raise NothingShownError(
                "The image is still shown at reduced resolution.", "Try again in a moment."
            )
        return pixels
