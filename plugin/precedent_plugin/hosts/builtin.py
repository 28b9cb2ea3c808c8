"""The host that ships with Precedent: our own viewer, through its public api alone.

`activate` is what the viewer calls when it finds the plugin; `render_file` is what the command line
uses where there is no window.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal, SignalInstance
from qtpy.QtCore import QTimer

from precedent_inference.client import LocalEngine
from precedent_plugin.errors import HostError
from precedent_plugin.host import (
    HOST_VERSION,
    Area,
    Capability,
    HostCommand,
    Level,
    PaintedPixels,
    TaskHandle,
    ViewSnapshot,
)
from precedent_plugin.hosts.courier import Courier
from precedent_plugin.library import CaseLibrary, default_folder
from precedent_plugin.panels.workplace import Workplace
from precedent_resources import PrecedentError
from precedent_viewer import api as viewer

Pixels = TypeVar("Pixels")
PLAIN_PICTURE = "PICTURE"
"""The viewer's word for the modality of a PNG or JPEG file."""
POLL_MS = 2_000
"""How often another process's changes of the library are looked for."""


class BuiltinHost:
    """Our viewer as the plugin's panels see it."""

    _view_seen = Signal(object)

    def __init__(self, api: viewer.ViewerApi) -> None:
        self._api = api
        api.view_changed.connect(self._view_changed)

    @property
    def view_changed(self) -> SignalInstance:
        """Fires with `ViewSnapshot | None`."""
        return self._view_seen

    @property
    def version(self) -> int:
        """The version of the host protocol."""
        return HOST_VERSION

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Everything: it is our own."""
        return frozenset(
            {"stored_pixels", "modality_pixels", "regions", "commands", "open_paths", "themes"}
        )

    def snapshot(self) -> ViewSnapshot | None:
        """Give the view as it stands."""
        return translated(self._api.snapshot())

    def painted_pixels(self, *, region_only: bool = True) -> PaintedPixels:
        """Give the pixels exactly as painted."""
        return self._asked(lambda: self._api.painted_pixels(region_only=region_only))

    def stored_pixels(self) -> NDArray[Any]:
        """Give the pixels as stored."""
        return self._asked(self._api.stored_pixels)

    def modality_pixels(self) -> NDArray[np.float32]:
        """Give the pixels as modality values."""
        return self._asked(self._api.modality_pixels)

    def add_panel(self, widget: Any, *, title: str, object_name: str, area: Area = "right") -> None:
        """Give a widget a dock."""
        self._api.add_panel(widget, title=title, object_name=object_name, area=area)

    def register(self, command: HostCommand) -> None:
        """Add a command to menus, palette and shortcuts."""
        self._api.register(
            viewer.Command(
                command.id,
                command.title,
                command.run,
                menu=command.menu,
                shortcut=command.shortcut,
                when=command.when,
                icon=command.icon,
                doc=command.doc,
            )
        )

    def open_paths(self, paths: tuple[Path, ...]) -> None:
        """Open files or folders."""
        self._api.open_paths(paths)

    def notify(self, message: str, hint: str | None = None, *, level: Level = "info") -> None:
        """Show one sentence above the image."""
        self._api.notify(message, hint, level=level)

    def run(
        self,
        function: Callable[..., Any],
        *args: object,
        on_result: Callable[[Any], object],
        on_error: Callable[[PrecedentError], object] | None = None,
        on_progress: Callable[[Any], object] | None = None,
    ) -> TaskHandle:
        """Run work off the GUI thread."""
        return self._api.run(
            function, *args, on_result=on_result, on_error=on_error, on_progress=on_progress
        )

    def on_closing(self, callback: Callable[[], None]) -> None:
        """Call back before the window closes."""
        self._api.on_closing(callback)

    def _view_changed(self, snapshot: viewer.ViewSnapshot | None) -> None:
        self._view_seen.emit(translated(snapshot))

    def _asked(self, give: Callable[[], Pixels]) -> Pixels:
        try:
            return give()
        except viewer.NothingShownError as error:
            raise HostError(error.message, error.hint) from error


def activate(api: viewer.ViewerApi) -> Workplace:
    """Put the plugin's panels and commands into the viewer's window.

    Raises LibraryError when the user's cases cannot be opened; the viewer then works without us.
    """
    courier = Courier()
    library = CaseLibrary.open(default_folder(), deliver=courier.carry)
    work = Workplace(BuiltinHost(api), library, LocalEngine)
    work.commands_changed.connect(api.refresh_commands)
    poll = QTimer(work.ask)
    poll.setInterval(POLL_MS)
    poll.timeout.connect(lambda: work.desk.read_library(library.poll, on_result=lambda _: None))
    poll.start()
    return work


def render_file(path: Path, index: int = 0) -> tuple[PaintedPixels, ViewSnapshot]:
    """Paint one frame of a file without a window: (rows, columns, 3), and what it is.

    Raises the viewer's errors, one sentence each.
    """
    painted = viewer.render_file(path, index=index)
    count = viewer.frame_count(path)
    snapshot = ViewSnapshot(
        frame_index=index,
        number_of_frames=count,
        modality=_modality(painted.modality),
        body_part=painted.body_part,
        laterality=painted.laterality,
        window=painted.window,
        pixel_spacing_mm=painted.pixel_spacing_mm,
        title=path.name,
        patient_key_source=painted.patient_key_source,
        study_key_source=_study(painted.modality, painted.study_key_source),
        notes=tuple(painted.notes),
    )
    return painted.pixels, snapshot


def translated(snapshot: viewer.ViewSnapshot | None) -> ViewSnapshot | None:
    """Give the viewer's snapshot in the plugin's words."""
    if snapshot is None:
        return None
    return ViewSnapshot(
        sop_instance_uid=snapshot.sop_instance_uid,
        series_uid=snapshot.series_uid,
        study_uid=snapshot.study_uid,
        frame_index=snapshot.frame_index,
        number_of_frames=snapshot.number_of_frames,
        modality=_modality(snapshot.modality),
        body_part=snapshot.body_part,
        laterality=snapshot.laterality,
        window=snapshot.window,
        inverted=snapshot.inverted,
        rotation_quarters=snapshot.rotation_quarters,
        flipped=snapshot.flipped,
        pixel_spacing_mm=snapshot.pixel_spacing_mm,
        orientation_letters=snapshot.orientation_letters,
        region=snapshot.region,
        title=snapshot.title,
        patient_key_source=snapshot.patient_key_source,
        study_key_source=_study(snapshot.modality, snapshot.study_key_source),
        notes=snapshot.notes,
    )


def _modality(word: str) -> str:
    """Give a DICOM modality, empty for a plain picture: its file does not say what made it."""
    return "" if word == PLAIN_PICTURE else word


def _study(modality: str, source: str) -> str:
    """Give what names a study; for plain pictures that is their folder, which is none."""
    return "" if modality == PLAIN_PICTURE else source
