"""Before a casebook leaves: what must be looked at, masked or accepted, then the export."""

import threading
from collections.abc import Callable
from functools import partial

from qtpy.QtCore import Qt
from qtpy.QtGui import QCloseEvent
from qtpy.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from precedent_inference.errors import Cancelled
from precedent_plugin.cases import Case, Casebook, Roi
from precedent_plugin.linting.burned_in import TextFinder
from precedent_plugin.linting.finding import Finding, Report
from precedent_plugin.linting.lint import Linter
from precedent_plugin.linting.repair import mask_findings
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.dialog import inside
from precedent_plugin.panels.facts import counted
from precedent_plugin.panels.flow import emptied
from precedent_plugin.panels.look import say
from precedent_plugin.panels.pictures import Picture
from precedent_plugin.panels.pointing import MarkedPicture
from precedent_plugin.panels.words import Note, Paragraph
from precedent_resources import PrecedentError

SIDE = 72
MOST_SHOWN = 200


class LintDialog(QDialog):
    """Looks at words and pictures, shows what was found, and lets the reader decide."""

    def __init__(
        self,
        parent: QWidget | None,
        desk: Desk,
        casebook: Casebook,
        *,
        on_open: Callable[[str], None],
        on_accept: Callable[[], None],
    ) -> None:
        """on_accept: exports; called at once where nothing must be looked at."""
        super().__init__(parent)
        self.setObjectName("lint")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Before “{casebook.name}” is shared")
        self.resize(620, 520)
        self._desk, self._casebook = desk, casebook
        self._on_open, self._on_accept = on_open, on_accept
        self._cancel = threading.Event()
        self._report: Report | None = None
        self._rows: list[MarkedPicture] = []
        self.sentence = Paragraph("Looking at words and pictures", role="strong", name="lint-words")
        self.bar = QProgressBar()
        self.bar.setObjectName("lint-bar")
        self.bar.setAccessibleName("Cases looked at")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.note = Note("", role="failure", name="lint-note")
        self.note.hide()
        self.cover = self._button("lint-cover", "Paint over text in pictures", self._mask)
        self.go = self._button("lint-go", "Export all the same", self._accept)
        self.leave = self._button("lint-cancel", "Cancel", self.reject)
        self._lay_out()
        self._look()

    def _button(self, name: str, words: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: act())
        return button

    def _lay_out(self) -> None:
        within = QWidget()
        self.list = QVBoxLayout(within)
        self.list.setSpacing(6)
        self.reading = QScrollArea()
        self.reading.setWidgetResizable(True)
        self.reading.setWidget(within)
        foot = QHBoxLayout()
        foot.addWidget(self.cover)
        foot.addStretch(1)
        foot.addWidget(self.leave)
        foot.addWidget(self.go)
        box = inside(self, "lint-panel")
        for widget in (self.sentence, self.bar, self.note):
            box.addWidget(widget)
        box.addWidget(self.reading, 1)
        box.addLayout(foot)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Stop looking."""
        self._cancel.set()
        super().closeEvent(event)

    def reject(self) -> None:
        """Leave without an export."""
        self._cancel.set()
        super().reject()

    # Looking

    def _look(self) -> None:
        self._cancel = threading.Event()
        self.bar.show()
        for button in (self.cover, self.go):
            button.hide()
        self._desk.host.run(
            self._lint,
            self._cancel,
            on_result=self._show,
            on_error=self._fail,
            on_progress=self._progress,
        )

    def _lint(
        self, cancel: threading.Event, progress: Callable[[tuple[int, int]], object]
    ) -> Report:
        library = self._desk.library
        linter = Linter(library.image, TextFinder())
        cases = library.cases(casebook=self._casebook.id)
        return linter.lint(cases, cancel, lambda done, total: progress((done, total)))

    def _progress(self, progress: tuple[int, int]) -> None:
        done, total = progress
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _fail(self, error: PrecedentError) -> None:
        self.bar.hide()
        if not isinstance(error, Cancelled):
            self.note.words.setText(f"{error.message} {error.hint or ''}".strip())
            self.note.show()

    def _show(self, report: Report) -> None:
        self._report = report
        self.bar.hide()
        self.sentence.setText(report.sentence)
        emptied(self.list)
        if not report.findings:
            self._accept()
            return
        ordered = sorted(report.findings, key=lambda found: found.weight != "must")
        for found in ordered[:MOST_SHOWN]:
            self.list.addWidget(self._row(found))
        if len(ordered) > MOST_SHOWN:
            words = f"And {counted(len(ordered) - MOST_SHOWN, 'finding')} more."
            self.list.addWidget(Paragraph(words, role="muted"))
        self.list.addStretch(1)
        boxes = sum(found.box is not None for found in report.must)
        self.cover.setVisible(boxes > 0)
        self.go.setText("Export all the same" if report.must else "Export")
        say(self.go, "" if report.must else "primary")
        self.go.show()

    def _row(self, found: Finding) -> QWidget:
        row = QWidget()
        row.setObjectName("lint-row")
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        if found.box is not None:
            line.addWidget(self._picture(found), 0, Qt.AlignmentFlag.AlignTop)
        note = Note(found.sentence, role="caution" if found.weight == "must" else "plain")
        line.addWidget(note, 1)
        opener = self._button("lint-open", "Open case", partial(self._on_open, found.case_id))
        say(opener, "link")
        line.addWidget(opener, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _picture(self, found: Finding) -> Picture:
        picture = MarkedPicture(SIDE)

        def show(case: Case | None) -> None:
            if case is not None:
                self._desk.read_library(
                    self._desk.library.image,
                    case.images[found.picture],
                    on_result=picture.show_png,
                )

        self._desk.read_library(self._desk.library.find, found.case_id, on_result=show)
        assert found.box is not None
        picture.show_marks(Roi(*map(float, found.box)))
        return picture

    # Deciding

    def _mask(self) -> None:
        if self._report is not None:
            self._desk.change_library(
                mask_findings,
                self._desk.library,
                self._report.must,
                then=lambda count: self._masked(count),
            )

    def _masked(self, count: int) -> None:
        self._desk.host.notify(f"Text was painted over in {counted(count, 'picture')}.")
        self._look()

    def _accept(self) -> None:
        self.accept()
        self._on_accept()
