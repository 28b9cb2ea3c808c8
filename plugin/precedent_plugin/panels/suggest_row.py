"""One suggested case: its picture, its answer, and why it is suggested."""

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtGui import QImage, QKeyEvent
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from precedent_plugin.panels.flow import Flow
from precedent_plugin.panels.look import say
from precedent_plugin.panels.pictures import Picture
from precedent_plugin.panels.words import Line
from precedent_plugin.suggest.suggestions import Suggestion

SIDE = 56


class SuggestRow(QFrame):
    """A card with chips; Return puts the case into the tray."""

    def __init__(
        self,
        found: Suggestion,
        *,
        on_add: Callable[[str], object],
        on_open: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.setObjectName("suggest-row")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        say(self, "card")
        case = found.case
        self.case_id = case.id
        self._on_add = on_add
        self.picture = Picture(SIDE, on_click=lambda: on_open(case.id))
        self.picture.setToolTip("Open the case")
        self.add = QPushButton("Add")
        self.add.setObjectName("suggest-add")
        self.add.setToolTip("Put it into the tray (Return)")
        self.add.clicked.connect(lambda: on_add(case.id))
        chips = QWidget()
        flow = Flow(chips, spacing=4)
        for reason in found.reasons:
            flow.addWidget(_chip(reason.words))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Line(case.question, role="muted"))
        words.addWidget(Line(case.answer, role="strong", name="suggest-answer"))
        words.addWidget(chips)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 6, 6, 6)
        row.setSpacing(8)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.add, 0, Qt.AlignmentFlag.AlignTop)
        said = ", ".join(reason.words for reason in found.reasons)
        self.setAccessibleName(f"{case.question} {case.answer}: {said}")

    def show_image(self, image: QImage) -> None:
        """Show the case's picture."""
        self.picture.show_image(image)

    def show_added(self, *, is_added: bool) -> None:
        """Say that it is in the tray, or that it can be put there."""
        self.add.setEnabled(not is_added)
        self.add.setText("In the tray" if is_added else "Add")

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Put the case into the tray."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event is not None and event.key() in keys and self.add.isEnabled():
            self._on_add(self.case_id)
        else:
            super().keyPressEvent(event)


def _chip(words: str) -> QLabel:
    chip = QLabel(words)
    chip.setObjectName("suggest-chip")
    say(chip, "key")
    return chip
