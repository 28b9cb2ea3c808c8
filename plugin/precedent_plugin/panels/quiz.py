"""A quiz over a casebook: picture and question, an answer, what the case says to it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from qtpy.QtCore import Qt
from qtpy.QtGui import QImage, QKeyEvent
from qtpy.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from precedent_plugin.cases import Case
from precedent_plugin.panels.dialog import button
from precedent_plugin.panels.flow import Flow, emptied
from precedent_plugin.panels.look import Panel, say
from precedent_plugin.panels.pointing import MarkedPicture
from precedent_plugin.panels.words import Line, Paragraph
from precedent_plugin.quiz.reviews import Review
from precedent_plugin.quiz.round import QuizRound
from precedent_plugin.quiz.schedule import Due

SIDE = 440
VERDICTS = {
    "right": "Right.",
    "misspelled": "Right, apart from the spelling.",
    "claimed": "Counted as right: the same in other words.",
    "wrong": "Not what the case says.",
    "skipped": "Skipped.",
}


@dataclass(frozen=True, slots=True)
class QuizActs:
    """What the quiz needs from the desk."""

    picture: Callable[[Case, Callable[[QImage], None]], object]
    """Fetches a case's picture and hands it over."""
    keep: Callable[[Review], object]
    save: Callable[[Path, Sequence[Review]], object]
    """Writes the results into a file."""


class QuizDialog(QDialog):
    """One round, from the first case to the score."""

    def __init__(
        self, title: str, cases: Sequence[Case], acts: QuizActs, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("quiz")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Quiz: {title}")
        self.resize(900, 600)
        self.round = QuizRound(cases, keep=acts.keep)
        self._acts = acts
        self.picture = MarkedPicture(SIDE)
        self.bar = QProgressBar()
        self.bar.setObjectName("quiz-bar")
        self.bar.setAccessibleName("Cases done")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, self.round.total)
        self.place = Line(role="muted", name="quiz-place")
        self.question = Paragraph(role="title", name="quiz-question")
        self.field = QLineEdit()
        self.field.setObjectName("quiz-field")
        self.field.setAccessibleName("Your answer")
        self.field.setPlaceholderText("Your answer")
        self.field.returnPressed.connect(self.answer)
        self._choices_holder = QWidget()
        self._choices = Flow(self._choices_holder, spacing=6)
        self.verdict = Paragraph(role="strong", name="quiz-verdict")
        self.given = Paragraph(role="muted", name="quiz-given")
        self.wanted = Paragraph(role="answer", name="quiz-wanted")
        self.rationale = Paragraph(name="quiz-rationale").selectable()
        self.claim = button("I meant the same", "quiz-claim", self._claim, role="link")
        self.skip = button("Show the answer", "quiz-skip", lambda: self._settle(""), role="link")
        self.save = button("Save the results…", "quiz-save", self._save)
        self.next = button("Answer", "quiz-next", self._forward, role="primary")
        self._lay_out()
        self._ask()

    def answer(self) -> None:
        """Take what stands in the field; without words nothing happens."""
        if self.round.state == "asking" and self.field.text().strip():
            self._settle(self.field.text())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Take a digit for the choice in that place."""
        if event is None:
            return
        place = event.key() - Qt.Key.Key_1
        if self.round.state == "asking" and 0 <= place < len(self.round.choices):
            self._settle(self.round.choices[place])
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        panel = Panel("quiz-panel")
        buttons = QHBoxLayout()
        for one in (self.claim, self.skip):
            buttons.addWidget(one)
        buttons.addStretch(1)
        for one in (self.save, self.next):
            buttons.addWidget(one)
        words = QVBoxLayout()
        words.setSpacing(8)
        for widget in (
            self.place,
            self.question,
            self.field,
            self._choices_holder,
            self.verdict,
            self.given,
            self.wanted,
            self.rationale,
        ):
            words.addWidget(widget)
        words.addStretch(1)
        words.addLayout(buttons)
        across = QHBoxLayout()
        across.setSpacing(18)
        across.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        across.addLayout(words, 1)
        inside = QVBoxLayout(panel)
        inside.setContentsMargins(16, 14, 16, 14)
        inside.setSpacing(12)
        inside.addWidget(self.bar)
        inside.addLayout(across, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(panel)

    def _ask(self) -> None:
        """Show the next case, its answer hidden."""
        case = self.round.case
        choices = () if self.round.is_pointed else self.round.choices
        self.bar.setValue(self.round.number - 1)
        self.place.say_whole(f"Case {self.round.number} of {self.round.total}")
        self.question.setText(case.question)
        self.field.clear()
        self.field.setVisible(not choices and not self.round.is_pointed)
        self.picture.show_marks(None)
        self.picture.take_point(self._point if self.round.is_pointed else None)
        emptied(self._choices)
        self._choices_holder.setVisible(bool(choices))
        for place, choice in enumerate(choices, start=1):
            made = button(choice, "quiz-choice", partial(self._settle, choice))
            made.setToolTip(f"Key {place}")
            self._choices.addWidget(made)
        for widget in (
            self.verdict,
            self.given,
            self.wanted,
            self.rationale,
            self.claim,
            self.save,
        ):
            widget.hide()
        self.skip.show()
        self.next.setText("Answer")
        self.next.setVisible(not choices and not self.round.is_pointed)
        if self.round.is_pointed:
            self.place.say_whole(f"{self.place.text()}  ·  Click where it is")
        self.picture.show_image(QImage())
        self._acts.picture(case, lambda image: self._show_picture(case, image))
        if self.field.isVisibleTo(self):
            self.field.setFocus()

    def _show_picture(self, case: Case, image: QImage) -> None:
        if not self.round.is_over and self.round.case is case:
            self.picture.show_image(image)

    def _settle(self, words: str) -> None:
        self.round.answer(words)
        self._reveal()

    def _point(self, x: float, y: float) -> None:
        if self.round.state == "asking":
            self.round.point(x, y)
            self._reveal()

    def _reveal(self) -> None:
        """Show what the case says, beside what was answered."""
        case, verdict, pointed = self.round.case, self.round.verdict, self.round.pointed
        assert verdict is not None
        self.picture.take_point(None)
        self.picture.show_marks(case.roi, None if pointed is None else (pointed.x, pointed.y))
        self.field.hide()
        self._choices_holder.hide()
        self.skip.hide()
        self.verdict.setText(VERDICTS[verdict])
        say(self.verdict, "failure" if verdict == "wrong" else "strong")
        given = self.round.given if pointed is None else pointed.words
        self.given.setText(f"You {'answered: ' if pointed is None else 'pointed '}{given}")
        self.given.setVisible(bool(given) and (pointed is not None or verdict != "right"))
        self.wanted.setText(case.answer)
        self.rationale.setText(case.rationale or "")
        self.rationale.setVisible(bool(case.rationale))
        is_in_words = pointed is None and not self.round.choices
        self.claim.setVisible(verdict == "wrong" and is_in_words)
        is_last = self.round.number == self.round.total
        self.next.setText("See the score" if is_last else "Next case")
        for widget in (self.verdict, self.wanted, self.next):
            widget.show()
        self.bar.setValue(self.round.number)
        self.next.setFocus()

    def _claim(self) -> None:
        self.round.claim()
        self._reveal()

    def _forward(self) -> None:
        if self.round.is_over:
            self.accept()
        elif self.round.state == "asking":
            self.answer()
        else:
            self._ask() if self.round.go_on() else self._end()

    def _end(self) -> None:
        """Show the score and what was not known."""
        done = self.round.done
        for widget in (self.given, self.wanted, self.claim, self.picture, self.verdict):
            widget.hide()
        self.place.say_whole("The end of this round")
        self.question.setText(f"{self.round.right} of {len(done)} right")
        wrong = [self.round.case_of(review) for review in done if not review.is_right]
        counts = Counter(f"{case.question}  →  {case.answer}" for case in wrong)
        lines = [
            line if count == 1 else f"{line}  ({count} times)" for line, count in counts.items()
        ]
        self.rationale.setText("\n".join(["Not known:", *lines]) if lines else "All were known.")
        self.rationale.show()
        self.save.show()
        self.next.setText("Close")
        self.next.setFocus()

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the results", "quiz.csv", "Tables (*.csv)"
        )
        if name:
            self._acts.save(Path(name), self.round.done)


def nothing_due(found: Sequence[Due]) -> str:
    """Say when there will be something to ask; for a casebook of which nothing is due."""
    times = [one.at for one in found if one.at is not None]
    if not times:
        return "The casebook has no case to ask. Add cases to it."
    wait = min(times) - datetime.now(UTC)
    hours = wait.total_seconds() / 3600
    if hours < 1:
        return f"Every case was asked; the next is due in {max(1, round(hours * 60))} minutes."
    if hours < 48:
        return f"Every case was asked; the next is due in {round(hours)} hours."
    return f"Every case was asked; the next is due in {round(hours / 24)} days."
