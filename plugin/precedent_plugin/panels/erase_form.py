"""Deleting a patient everywhere: what is held, a last question, and the proof afterwards."""

from qtpy.QtCore import Qt
from qtpy.QtGui import QCloseEvent
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QProgressBar,
    QPushButton,
    QWidget,
)

from precedent_plugin.erasure.erase import Erased
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.dialog import inside
from precedent_plugin.panels.facts import counted
from precedent_plugin.panels.look import say
from precedent_plugin.panels.words import Note, Paragraph
from precedent_plugin.storage.patient_rows import Traces
from precedent_resources import PrecedentError

MEANT = (
    "Deleted for good, with no way back: the patient's cases (in the trash too), their pictures "
    "and modality values, questions about them, records and quiz results; the engine's caches are "
    "emptied. Then every file of the library is searched for what is left."
)
BEYOND = "Casebooks that were exported to files, and backups, are out of reach."


class EraseForm(QDialog):
    """Counts, asks once, deletes, and says what the search found."""

    def __init__(self, parent: QWidget | None, desk: Desk, patient_key: str) -> None:
        super().__init__(parent)
        self.setObjectName("erase-form")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Delete this patient everywhere")
        self.setMinimumWidth(440)
        self._desk = desk
        self._key = patient_key
        self._is_working = False
        self.held = Paragraph("Counting …", role="strong")
        self.held.setObjectName("erase-held")
        self.note = Note("", role="failure", name="erase-note")
        self.note.hide()
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Deleting")
        self.bar.hide()
        self.go = QPushButton("Delete for good")
        self.go.setObjectName("erase-go")
        self.go.setEnabled(False)
        self.go.setAutoDefault(False)
        say(self.go, "stop")
        self.close_button = QPushButton("Cancel")
        self.close_button.setObjectName("erase-close")
        self._lay_out()
        desk.read_library(
            desk.library.traces, patient_key, on_result=self._show, on_error=self._fail
        )

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox()
        buttons.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.DestructiveRole)
        buttons.rejected.connect(self.reject)
        self.go.clicked.connect(self._erase)
        self.meant = Paragraph(MEANT, role="body-muted")
        self.beyond = Paragraph(BEYOND, role="muted")
        box = inside(self, "erase-panel")
        for widget in (self.held, self.meant, self.beyond, self.bar, self.note, buttons):
            box.addWidget(widget)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Stay until what was begun is over."""
        if self._is_working and event is not None:
            event.ignore()
        else:
            super().closeEvent(event)

    def reject(self) -> None:
        """Close, unless something is under way."""
        if not self._is_working:
            super().reject()

    def _show(self, traces: Traces) -> None:
        self.held.setText(held_words(traces))
        self.go.setEnabled(not traces.is_empty)

    def _erase(self) -> None:
        self._work(is_working=True)
        self.note.hide()
        self._desk.erase_patient(self._key, on_stage=self.held.setText, on_done=self._end)

    def _end(self, end: Erased | PrecedentError) -> None:
        self._work(is_working=False)
        if isinstance(end, PrecedentError):
            self._fail(end)
            return
        self.go.hide()
        self.meant.hide()
        self.close_button.setText("Close")
        self.held.setText(end.words)
        say(self.held, "strong" if end.is_proven else "failure")

    def _fail(self, error: PrecedentError) -> None:
        self.held.setText("Nothing more was deleted." if self.go.isEnabled() else "")
        self.note.words.setText(f"{error.message} {error.hint or ''}".strip())
        self.note.show()

    def _work(self, *, is_working: bool) -> None:
        self._is_working = is_working
        self.bar.setVisible(is_working)
        self.go.setEnabled(not is_working)
        self.close_button.setEnabled(not is_working)


def held_words(traces: Traces) -> str:
    """Say what is held of a patient."""
    if traces.is_empty:
        return "Nothing of this patient is in the library."
    cases, questions = len(traces.case_ids), len(traces.question_ids)
    return (
        f"{counted(cases, 'case')}, {counted(questions, 'question')} and "
        f"{counted(len(traces.pictures), 'picture')} of this patient are in the library."
    )
