"""Editing one case where it stands: its words beside its picture, and what it is to other cases."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from qtpy.QtCore import Qt
from qtpy.QtGui import QImage, QKeyEvent
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from precedent_plugin.cases import Case, CaseLink, LinkKind, Roi
from precedent_plugin.panels.case_fields import CaseFields
from precedent_plugin.panels.look import say
from precedent_plugin.panels.pointing import MarkedPicture
from precedent_plugin.panels.words import Line, Paragraph

SIDE = 220
LINK_WORDS: dict[LinkKind, str] = {"prior-of": "Prior of", "contrast-to": "Contrast to"}


class CaseEditor(QWidget):
    """The page of one case."""

    def __init__(
        self,
        *,
        on_save: Callable[[Callable[[], Case]], None],
        on_close: Callable[[], None],
        on_unlink: Callable[[Case, CaseLink], None],
    ) -> None:
        """`on_save` gets what makes the changed case; `on_close` leaves without a change."""
        super().__init__()
        self.setObjectName("case-editor")
        self._on_save, self._on_close, self._on_unlink = on_save, on_close, on_unlink
        self._case: Case | None = None
        self.picture = MarkedPicture(SIDE)
        self.picture.setAccessibleName("Picture; drag to mark where the answer lies")
        self.picture.setToolTip("Drag or click to mark where the answer lies; Del removes the mark")
        self.picture.take_roi(self._mark)
        self._roi: Roi | None = None
        self.save = QPushButton("Save")
        self.save.setObjectName("case-save")
        say(self.save, "primary")
        self.save.clicked.connect(self._save)
        self.cancel = QPushButton("Cancel")
        self.cancel.setObjectName("case-cancel")
        self.cancel.clicked.connect(lambda: self._on_close())
        self.fields = CaseFields(on_change=self._check, on_return=self._save)
        self.origin = Paragraph(role="muted", name="case-origin")
        self.links = QVBoxLayout()
        self._lay_out()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        self.links.setSpacing(2)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addWidget(self.fields)
        box.addLayout(self.links)
        box.addWidget(self.origin)
        box.addLayout(buttons)
        box.addStretch(1)

    def edit(self, case: Case) -> None:
        """Show a case to edit."""
        self._case = case
        self.picture.show_image(QImage())
        self._mark(case.roi)
        self.fields.show_case(case)
        self.origin.setText(origin_of(case))
        self.show_links(())
        self.fields.answer.setFocus()
        self.fields.answer.selectAll()

    def show_image(self, image: QImage) -> None:
        """Show the case's picture."""
        self.picture.show_image(image)

    def show_links(self, others: Sequence[Case]) -> None:
        """Show what the case is to others, which were read meanwhile."""
        while (item := self.links.takeAt(0)) is not None:
            row = item.widget()
            if row is not None:
                row.deleteLater()
        known = {case.id: case for case in others}
        case = self._case
        for link in () if case is None else case.links:
            other = known.get(link.case_id)
            if case is not None and other is not None:
                words = f"{LINK_WORDS[link.kind]} “{other.answer}”  ·  {other.question}"
                self.links.addWidget(_LinkRow(words, partial(self._on_unlink, case, link)))

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
        # The fields say so while they are made, too.
        if hasattr(self, "fields"):
            self.save.setEnabled(self.fields.is_complete)

    def _save(self) -> None:
        if self._case is not None and self.save.isEnabled():
            self._on_save(partial(self.fields.changed, replace(self._case, roi=self._roi)))

    def _mark(self, roi: Roi | None) -> None:
        self._roi = roi
        self.picture.show_marks(roi)


class _LinkRow(QWidget):
    """What the case is to another one, with the way to say no more so."""

    def __init__(self, words: str, on_remove: Callable[[], None]) -> None:
        super().__init__()
        remove = QPushButton("Remove")
        remove.setObjectName("case-unlink")
        say(remove, "link")
        remove.clicked.connect(lambda: on_remove())
        line = Line(role="muted", name="case-link")
        line.say_whole(words)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(line, 1)
        row.addWidget(remove)


def origin_of(case: Case) -> str:
    """Say where a case comes from, in one line, without a patient's name."""
    whence = case.provenance
    window = f"C {whence.window[0]:g} W {whence.window[1]:g}" if whence.window else ""
    parts = (whence.modality, whence.body_part, whence.laterality, window, whence.created,
             whence.source, whence.licence)  # fmt: skip
    return "  ·  ".join(part for part in parts if part)
