"""Editing one case where it stands: question, answer, rationale and tags beside its picture."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from qtpy.QtCore import Qt
from qtpy.QtGui import QImage, QKeyEvent
from qtpy.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from precedent_plugin.cases import Case
from precedent_plugin.panels.look import say
from precedent_plugin.panels.pictures import Picture
from precedent_plugin.panels.words import Paragraph

SIDE = 220


class CaseEditor(QWidget):
    """The page of one case."""

    def __init__(
        self, *, on_save: Callable[[Callable[[], Case]], None], on_close: Callable[[], None]
    ) -> None:
        """`on_save` gets what makes the changed case; `on_close` leaves without a change."""
        super().__init__()
        self.setObjectName("case-editor")
        self._on_save, self._on_close = on_save, on_close
        self._case: Case | None = None
        self.picture = Picture(SIDE)
        self.question = QLineEdit()
        self.answer = QLineEdit()
        self.rationale = QPlainTextEdit()
        self.tags = QLineEdit()
        self.origin = Paragraph(role="muted", name="case-origin")
        self.save = QPushButton("Save")
        self.cancel = QPushButton("Cancel")
        self._name()
        self._lay_out()

    def _name(self) -> None:
        for widget, name in (
            (self.question, "question"),
            (self.answer, "answer"),
            (self.rationale, "rationale"),
            (self.tags, "tags"),
        ):
            widget.setObjectName(f"case-{name}")
            widget.setAccessibleName(name.capitalize())
        self.rationale.setPlaceholderText("Why this is the answer (optional)")
        self.rationale.setTabChangesFocus(True)
        self.rationale.setFixedHeight(4 * self.fontMetrics().lineSpacing() + 14)
        self.tags.setPlaceholderText("Parted by commas")
        say(self.save, "primary")
        self.save.setObjectName("case-save")
        self.cancel.setObjectName("case-cancel")
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(lambda: self._on_close())
        for line in (self.question, self.answer, self.tags):
            line.returnPressed.connect(self._save)
            line.textChanged.connect(self._check)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(3)
        for words, field in (
            ("Question", self.question),
            ("Answer", self.answer),
            ("Rationale", self.rationale),
            ("Tags", self.tags),
        ):
            label = QLabel(words)
            say(label, "heading")
            form.addRow(label, field)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addLayout(form)
        box.addWidget(self.origin)
        box.addLayout(buttons)
        box.addStretch(1)

    def edit(self, case: Case) -> None:
        """Show a case to edit."""
        self._case = case
        self.picture.show_image(QImage())
        self.question.setText(case.question)
        self.answer.setText(case.answer)
        self.rationale.setPlainText(case.rationale or "")
        self.tags.setText(", ".join(case.tags))
        self.origin.setText(origin_of(case))
        self.answer.setFocus()
        self.answer.selectAll()

    def show_image(self, image: QImage) -> None:
        """Show the case's picture."""
        self.picture.show_image(image)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape leaves without a change; Ctrl+Return saves from any field."""
        if event is None:
            return
        returns = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self._on_close()
        elif event.key() in returns and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._save()
        else:
            super().keyPressEvent(event)

    def _check(self) -> None:
        self.save.setEnabled(bool(self.question.text().strip() and self.answer.text().strip()))

    def _save(self) -> None:
        if self._case is None or not self.save.isEnabled():
            return
        self._on_save(
            partial(
                replace,
                self._case,
                question=self.question.text().strip(),
                answer=self.answer.text().strip(),
                rationale=self.rationale.toPlainText().strip() or None,
                tags=tags_of(self.tags.text()),
            )
        )


def tags_of(text: str) -> tuple[str, ...]:
    """Read tags parted by commas, without repeats."""
    return tuple(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))


def origin_of(case: Case) -> str:
    """Say where a case comes from, in one line, without a patient's name."""
    whence = case.provenance
    window = f"C {whence.window[0]:g} W {whence.window[1]:g}" if whence.window else ""
    parts = (whence.modality, whence.body_part, whence.laterality, window, whence.created,
             whence.source, whence.licence)  # fmt: skip
    return "  ·  ".join(part for part in parts if part)
