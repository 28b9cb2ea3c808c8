"""From the casebook that is shown to its presentation."""

from collections.abc import Callable

from qtpy.QtGui import QImage
from qtpy.QtWidgets import QWidget

from precedent_plugin.cases import Case, Casebook
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.pictures import image_of_png
from precedent_plugin.panels.presentation import PresentationDialog, Talk


class TalkDoor:
    """Opens presentations of the casebook that is shown."""

    def __init__(self, desk: Desk, chosen: Callable[[], Casebook | None]) -> None:
        """Take what tells the casebook shown."""
        self._desk, self._chosen = desk, chosen

    def open(self, window: QWidget | None) -> None:
        """Read the casebook off the GUI thread, then show its title page."""
        casebook = self._chosen()
        if casebook is None:
            self._desk.host.notify("No casebook is chosen.", "Choose one above the list of cases.")
            return
        self._desk.read_library(
            lambda: Talk(casebook, tuple(self._desk.library.cases(casebook=casebook.id))),
            on_result=lambda talk: PresentationDialog(talk, self._fetch, window).open(),
        )

    def _fetch(self, case: Case, receive: Callable[[QImage], None]) -> None:
        self._desk.read_library(
            lambda: image_of_png(self._desk.library.image(case.images[0])), on_result=receive
        )
