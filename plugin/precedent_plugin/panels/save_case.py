"""Saving the current view as a case: one key opens it, Return saves, Escape leaves."""

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtGui import QImage, QKeyEvent
from qtpy.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
)

from precedent_plugin.panels.case_fields import tags_of
from precedent_plugin.panels.entry import Entry
from precedent_plugin.panels.look import say
from precedent_plugin.panels.pictures import Picture
from precedent_plugin.panels.words import Line

SIDE = 72


class SaveCase(QFrame):
    """A small form beside the picture that will be saved; the picture is that of the key press."""

    def __init__(self, *, on_save: Callable[[Entry], None], on_close: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("save-case")
        say(self, "card-current")
        self._on_save, self._on_close = on_save, on_close
        self._is_waiting = False
        self.picture = Picture(SIDE)
        self.title = Line(role="muted", name="save-title")
        self.question = self._field("question", "Question this picture answers")
        self.answer = self._field("answer", "Its answer")
        self.tags = self._field("tags", "Tags, parted by commas")
        self.into_tray = QCheckBox("Put it in the tray")
        self.into_tray.setObjectName("save-into-tray")
        self.into_tray.setChecked(True)
        self.save = QPushButton("Save case")
        self.save.setObjectName("save-save")
        say(self.save, "primary")
        self.save.clicked.connect(self._save)
        self.leave = QPushButton("Cancel")
        self.leave.setObjectName("save-cancel")
        self.leave.clicked.connect(lambda: self._on_close())
        self._lay_out()
        self._check()

    def _field(self, name: str, placeholder: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(f"save-{name}")
        field.setAccessibleName(placeholder)
        field.setPlaceholderText(placeholder)
        field.returnPressed.connect(self._save)
        field.textChanged.connect(self._check)
        return field

    def _lay_out(self) -> None:
        heading = QLabel("Save view as case")
        say(heading, "strong")
        head = QVBoxLayout()
        head.setSpacing(3)
        head.addWidget(heading)
        head.addWidget(self.title)
        head.addWidget(self.question)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(head, 1)
        fields = QGridLayout()
        fields.setSpacing(6)
        fields.addWidget(self.answer, 0, 0)
        fields.addWidget(self.tags, 1, 0)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.into_tray)
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.save)
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 8, 10, 10)
        box.setSpacing(6)
        box.addLayout(top)
        box.addLayout(fields)
        box.addLayout(buttons)

    def begin(self, image: QImage, title: str, *, question: str, answer: str) -> None:
        """Open on a picture, with the words used last; the answer is what usually differs."""
        self.picture.show_image(image)
        self.title.say_whole(title)
        self.question.setText(question)
        self.answer.setText(answer)
        first = self.answer if question else self.question
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)
        first.selectAll()

    def wait(self, waiting: bool) -> None:
        """Take no second Return while the case is being written."""
        self._is_waiting = waiting
        self._check()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape leaves without saving."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self._on_close()
            return
        super().keyPressEvent(event)

    def _check(self) -> None:
        has_words = bool(self.question.text().strip() and self.answer.text().strip())
        self.save.setEnabled(has_words and not self._is_waiting)

    def _save(self) -> None:
        if not self.save.isEnabled():
            return
        self._on_save(
            Entry(
                self.question.text().strip(),
                self.answer.text().strip(),
                tags_of(self.tags.text()),
                self.into_tray.isChecked(),
            )
        )
