"""Taking a data set in: rows counted as they are read, then what was taken and what was not."""

import threading
from collections.abc import Callable
from pathlib import Path

from qtpy.QtCore import Qt
from qtpy.QtGui import QCloseEvent
from qtpy.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from precedent_inference.errors import Cancelled
from precedent_plugin.datasets.take import Order, Taken, take_dataset
from precedent_plugin.linting.lint import advice_on
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.dialog import inside
from precedent_plugin.panels.facts import counted
from precedent_plugin.panels.look import say
from precedent_plugin.panels.words import Column, Paragraph
from precedent_resources import PrecedentError

SHOWN = 30


class DatasetDialog(QDialog):
    """Begins at once; closing it before the end takes nothing in."""

    def __init__(self, parent: QWidget | None, desk: Desk, path: Path) -> None:
        super().__init__(parent)
        self.setObjectName("dataset")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Import {path.name}")
        self.resize(520, 320)
        self._desk = desk
        self._cancel = threading.Event()
        self.words = Paragraph("Reading", role="strong", name="dataset-words")
        self.details = Paragraph("", role="muted", name="dataset-details").selectable()
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Rows read")
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.leave = QPushButton("Cancel")
        self.leave.setObjectName("dataset-close")
        self.leave.clicked.connect(self.reject)
        self._lay_out()
        desk.host.run(
            self._take,
            Order(path),
            self._cancel,
            on_result=self._show,
            on_error=self._fail,
            on_progress=lambda read: self.words.setText(f"{counted(read, 'row')} read"),
        )

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.leave)
        within = QWidget()
        column = QVBoxLayout(within)
        column.addWidget(self.details)
        column.addStretch(1)
        box = inside(self, "dataset-panel")
        box.addWidget(self.words)
        box.addWidget(self.bar)
        box.addWidget(Column("dataset-scroll", within, height=120), 1)
        box.addLayout(foot)

    def reject(self) -> None:
        """Stop; what was read so far is not taken."""
        self._cancel.set()
        super().reject()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Stop as well."""
        self._cancel.set()
        super().closeEvent(event)

    def _take(
        self, order: Order, cancel: threading.Event, progress: Callable[[int], object]
    ) -> tuple[Taken, str]:
        library = self._desk.library
        taken = take_dataset(library, order, cancel, progress)
        return taken, advice_on(library.cases(casebook=taken.casebook.id))

    def _show(self, end: tuple[Taken, str]) -> None:
        taken, advice = end
        self.bar.hide()
        book = taken.casebook
        self.words.setText(
            f"Took in “{book.name}” with {counted(book.case_count, 'case')} of "
            f"{counted(taken.pictures, 'picture')} ({taken.layout})."
        )
        lines = [f"{one.place}: {one.reason}" for one in taken.refused[:SHOWN]]
        if taken.refused:
            lines.insert(0, f"{counted(len(taken.refused), 'row')} refused:")
        if taken.repeated:
            lines.append(f"Saying the same as another: {counted(taken.repeated, 'row')}.")
        if taken.across:
            lines.append(f"In several splits: {counted(taken.across, 'picture')}.")
        self.details.setText("\n".join([*lines, advice]).strip())
        self.leave.setText("Close")
        self._desk.choose_casebook(book.id)

    def _fail(self, error: PrecedentError) -> None:
        self.bar.hide()
        if not isinstance(error, Cancelled):
            say(self.words, "failure")
            self.words.setText(f"{error.message} {error.hint or ''}".strip())
            self.leave.setText("Close")
