"""A warning of the tray, with what one click can do about it."""

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QWidget

from precedent_plugin.panels.look import say
from precedent_plugin.panels.words import Note
from precedent_plugin.warnings.repair import Repair
from precedent_plugin.warnings.warning import PromptWarning


class WarningRow(QWidget):
    """The sentence, and its repair at the right where one click can do it."""

    def __init__(
        self,
        warning: PromptWarning,
        *,
        offers: Callable[[Repair], bool],
        on_repair: Callable[[Repair], object],
    ) -> None:
        super().__init__()
        self.setObjectName("tray-warning-row")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(Note(warning.message, name="tray-warning"), 1)
        repair = warning.repair
        if repair is not None and offers(repair):
            button = QPushButton(repair.words)
            button.setObjectName("tray-repair")
            button.setAccessibleName(f"{repair.words}: {warning.message}")
            say(button, "link")
            button.clicked.connect(lambda _=False: on_repair(repair))
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
