"""Checking a casebook: what will be asked, how far it is, and whether shots help here."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qtpy.QtCore import Qt
from qtpy.QtGui import QCloseEvent
from qtpy.QtWidgets import (
    QApplication,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from precedent_inference.errors import Cancelled
from precedent_plugin.casebook_check.report import CheckReport, lines_of
from precedent_plugin.casebook_check.trials import SHOT_COUNTS
from precedent_plugin.panels.check_charts import gain_chart, reliability_chart, risk_chart
from precedent_plugin.panels.choice import Choice
from precedent_plugin.panels.dialog import button, inside
from precedent_plugin.panels.facts import counted
from precedent_plugin.panels.flow import emptied
from precedent_plugin.panels.words import Line, Note, Paragraph
from precedent_resources import PrecedentError

MEANT = (
    "Each case is asked with the most similar cases of other patients as references, with "
    f"{', '.join(str(one) for one in SHOT_COUNTS)} of them. Nothing leaves this machine."
)
SOON_S = 3.0


@dataclass(frozen=True, slots=True)
class CheckActs:
    """What the check needs from the desk."""

    start: Callable[[str], None]
    """Begins to ask a model; `show_progress` and `end` tell how it goes."""
    stop: Callable[[], None]
    open_case: Callable[[str], None]
    keep_core: Callable[[Sequence[str]], None]
    """Makes a casebook of the cases that suffice."""


class CheckDialog(QDialog):
    """From the question whether shots help to the report that says so."""

    def __init__(
        self, title: str, models: Sequence[str], acts: CheckActs, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("check")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Check: {title}")
        self.resize(820, 640)
        self._acts = acts
        self._report: CheckReport | None = None
        self._began = 0.0
        self.meant = Paragraph(MEANT, role="body-muted")
        self.models = Choice("check-models", "Model to check")
        self.models.addItems(list(models))
        self.line = Line(role="muted", name="check-line")
        self.bar = QProgressBar()
        self.bar.setObjectName("check-bar")
        self.bar.setAccessibleName("Questions asked")
        self.bar.setTextVisible(False)
        self.note = Note("", role="failure", name="check-note")
        self.go = button("Check", "check-go", self._start, role="primary")
        self.stop = button("Cancel", "check-stop", self._stop, role="stop")
        self.copy = button("Copy the report", "check-copy", self._copy)
        self.core = button("Make a casebook of the core", "check-core", self._keep_core)
        self.report = QVBoxLayout()
        self.report.setSpacing(8)
        self._lay_out()
        words = "The report appears here: whether references help, and when the model is sure."
        self.report.addWidget(Paragraph(words, role="muted", name="check-empty"))
        self.report.addStretch(1)
        self._dress(is_working=False)

    def _lay_out(self) -> None:
        within = QWidget()
        within.setLayout(self.report)
        self.reading = QScrollArea()
        self.reading.setObjectName("check-report")
        self.reading.setWidgetResizable(True)
        self.reading.setWidget(within)
        head = QHBoxLayout()
        head.addWidget(self.models)
        head.addWidget(self.line, 1)
        head.addWidget(self.stop)
        head.addWidget(self.go)
        foot = QHBoxLayout()
        foot.addWidget(self.copy)
        foot.addWidget(self.core)
        foot.addStretch(1)
        box = inside(self, "check-panel")
        box.addWidget(self.meant)
        box.addLayout(head)
        box.addWidget(self.bar)
        box.addWidget(self.note)
        box.addWidget(self.reading, 1)
        box.addLayout(foot)
        self.note.hide()

    # What happens

    def show_progress(self, progress: tuple[int, int]) -> None:
        """Show how many questions were asked, of how many, and about how long it takes."""
        done, total = progress
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        spent = time.monotonic() - self._began
        left = spent / done * (total - done) if done else 0.0
        words = f"{done:,} of {counted(total, 'question')}"
        if left > SOON_S:
            words += f", about {left / 60:.0f} min left" if left > 90 else f", {left:.0f} s left"
        self.line.say_whole(words)

    def end(self, end: CheckReport | PrecedentError) -> None:
        """Show the report, or in one sentence why there is none."""
        self._dress(is_working=False)
        self.line.say_whole("")
        if isinstance(end, CheckReport):
            self._show(end)
        elif not isinstance(end, Cancelled):
            self.note.words.setText(f"{end.message} {end.hint or ''}".strip())
            self.note.show()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Stop what is under way."""
        self._acts.stop()
        super().closeEvent(event)

    def _start(self) -> None:
        self.note.hide()
        self._began = time.monotonic()
        self.bar.setRange(0, 0)
        self.line.say_whole("Reading the casebook")
        self._dress(is_working=True)
        self._acts.start(self.models.currentText())

    def _stop(self) -> None:
        self.line.say_whole("Stopping")
        self._acts.stop()

    def _dress(self, *, is_working: bool) -> None:
        self.bar.setVisible(is_working)
        self.stop.setVisible(is_working)
        self.go.setVisible(not is_working)
        self.go.setText("Check again" if self._report is not None else "Check")
        self.models.setEnabled(not is_working)
        has_report = self._report is not None and not is_working
        self.copy.setVisible(has_report)
        self.core.setVisible(has_report)

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if self._report is not None and clipboard is not None:
            clipboard.setText("\n".join(lines_of(self._report)))

    def _keep_core(self) -> None:
        if self._report is not None:
            self._acts.keep_core(self._report.core)

    # The report

    def _show(self, report: CheckReport) -> None:
        self._report = report
        self._dress(is_working=False)
        emptied(self.report)
        first, *lines = lines_of(report)
        self.report.addWidget(Paragraph(verdict_of(report), role="title", name="check-verdict"))
        self.report.addWidget(Paragraph(first, role="muted"))
        charts = QWidget()
        grid = QGridLayout(charts)
        grid.setContentsMargins(0, 0, 0, 0)
        drawn = (
            ("Right answers, with their 95 % intervals", gain_chart),
            ("Probability and being right", reliability_chart),
            ("Answering only when sure", risk_chart),
        )
        for column, (words, _) in enumerate(drawn):
            grid.addWidget(Paragraph(words, role="heading"), 0, column)
        grid.addWidget(gain_chart(report.accuracies, report.gain.shot_count), 1, 0)
        grid.addWidget(reliability_chart(report.calibration), 1, 1)
        grid.addWidget(risk_chart(report.calibration), 1, 2)
        self.report.addWidget(charts)
        for line in lines:
            self.report.addWidget(Paragraph(line.strip(), role="body-muted"))
        self._show_mistakes(report)
        for case in report.harmful:
            words = f"Open the case that misleads in {case.wrong} of {case.uses} prompts"
            self.report.addWidget(self._opener(words, case.case_id))
        self.report.addStretch(1)

    def _show_mistakes(self, report: CheckReport) -> None:
        wrong = [one for one in report.confusion if one.wanted != one.given][:MOST_MISTAKES]
        if wrong:
            words = "; ".join(
                f"“{one.given}” for “{one.wanted}” {one.cases} times" for one in wrong
            )
            self.report.addWidget(Paragraph(f"Most frequent mistakes: {words}.", role="body-muted"))

    def _opener(self, words: str, case_id: str) -> QPushButton:
        return button(words, "check-open", lambda: self._acts.open_case(case_id), role="link")


MOST_MISTAKES = 5


def verdict_of(report: CheckReport) -> str:
    """Say in one sentence what the check found."""
    found = report.gain
    if found.verdict == "too few":
        return f"Too few cases to conclude anything: {report.cases} of at least 50."
    best = next(one for one in report.accuracies if one.shot_count == found.shot_count)
    none = report.accuracies[0]
    return (
        f"{found.verdict[0].upper()}{found.verdict[1:]}: {none.share:.0%} right without "
        f"references, {best.share:.0%} with {counted(found.shot_count, 'reference')}."
    )
