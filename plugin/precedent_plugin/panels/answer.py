"""The answer: streamed words, then what they rest on, bound to the picture they are about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QImage
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from precedent_inference.protocol import Sent
from precedent_plugin.panels.facts import Fact
from precedent_plugin.panels.facts_grid import FactsGrid
from precedent_plugin.panels.flow import Flow, emptied
from precedent_plugin.panels.look import say
from precedent_plugin.panels.pictures import Picture
from precedent_plugin.panels.sent import Original, SentView
from precedent_plugin.panels.words import Column, Line, Note, Paragraph, hairline, heading
from precedent_plugin.report import DISCLAIMER

QUERY_SIDE = 56
READ_SIDE = 48
PREFERRED_HEIGHT = 200
TILE_WIDTH = 84
"""Four references fill a row of a dock of the usual width."""
LONG = 90
"""Characters from which an answer is read as text, not at a glance, and set smaller."""
CARET = "▍"
STOPPED_EARLY = "Stopped. This answer is not complete."
MOVED_ON = "The view has changed. This answer is about the picture shown here."


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer is bound to."""

    title: str
    """Where it came from, without a patient's name."""
    question: str


@dataclass(frozen=True, slots=True)
class Read:
    """One reference case that the model read."""

    case_id: str
    image: str
    """Its picture's hash; the picture comes by `show_read`."""
    answer: str


@dataclass(frozen=True, slots=True)
class AnswerActions:
    """What the reader can do with an answer."""

    copy: Callable[[], None]
    retry: Callable[[], None]
    open_case: Callable[[str], None]


class AnswerView(QWidget):
    """One answer from the first word to its evidence; empty before the first question."""

    def __init__(
        self, actions: AnswerActions, *, below: QWidget | None = None, veil: QWidget | None = None
    ) -> None:
        """below: stands under the facts of a finished answer. veil: in its place while hidden."""
        super().__init__()
        self.setObjectName("answer-view")
        self._actions = actions
        self._below = below
        self.veil = QWidget() if veil is None else veil
        self._read: tuple[Read, ...] = ()
        self._make_head()
        self._make_words()
        self._make_evidence()
        self._lay_out()
        self.clear()

    # What is shown

    def clear(self) -> None:
        """Show that nothing has been asked yet."""
        self._show_only(self.empty)

    def bind(self, asked: Asked, read: Sequence[Read]) -> None:
        """Begin an answer about a picture; it stays bound to it whatever the view does next."""
        self._read = tuple(read)
        self.picture.show_image(QImage())
        self.title.say_whole(asked.title)
        self.question.setText(asked.question)
        self.answer.setText("")
        self.moved_on.hide()
        self.show_before("")
        emptied(self.own)
        self.sent.show_sent(None, ())
        self._show_only(self.head, self.answer, self.progress)

    def show_waiting(self) -> None:
        """Show that the question is on its way, for the first time or again."""
        self.answer.setText("")
        self.show_state("Sending")
        self._show_only(self.head, self.answer, self.progress)

    def show_veil(self, *, is_waiting: bool) -> None:
        """Show what stands in the answer's place, while the answer comes or after."""
        self._show_only(self.head, self.veil, *((self.progress,) if is_waiting else ()))

    def show_before(self, words: str) -> None:
        """Say what was answered about the whole image, above a second look."""
        self.before.words.setText(words)
        self.before.setVisible(bool(words))

    def show_own(self, note: QWidget) -> None:
        """Show what the reader answered first."""
        emptied(self.own)
        self.own.addWidget(note)

    def show_state(self, words: str) -> None:
        """Say what is being waited for."""
        self.state.setText(words)
        self.state.setVisible(bool(words))

    def show_partial(self, text: str) -> None:
        """Show the words that have come so far."""
        say(self.answer, "answer" if len(text) < LONG else "long-answer")
        self.answer.setText(text + CARET)

    def show_answer(
        self,
        text: str,
        lines: Sequence[Fact],
        *,
        warnings: Sequence[str],
        sent: Sent | None,
        original: Original | None = None,
    ) -> None:
        """Show the finished answer and its evidence."""
        say(self.answer, "answer" if len(text) < LONG else "long-answer")
        self.answer.setText(text or "(no words)")
        self.facts.fill(lines)
        self._fill_read()
        self._fill_warnings(warnings)
        self.show_sent(sent, original)
        self._show_only(self.head, self.answer, self.evidence)
        self.copy_button.show()

    def show_picture(self, image: QImage) -> None:
        """Show the picture that the answer is bound to."""
        self.picture.show_image(image)

    def show_read(self, sha: str, image: QImage) -> None:
        """Show the picture of a reference case wherever it was read."""
        for picture in self.read.findChildren(Picture):
            if picture.property("sha") == sha:
                picture.show_image(image)

    def show_sent(self, sent: Sent | None, original: Original | None = None) -> None:
        """Offer what was sent, and the picture that it was made of."""
        captions = [f"{place}  {one.answer}" for place, one in enumerate(self._read, 1)]
        self.sent.show_sent(sent, [*captions, "This question"], original)

    def show_stopped(self, partial: str) -> None:
        """Say that the reader stopped the answer; what had come stays, marked as incomplete."""
        say(self.answer, "partial")
        self.answer.setText(partial)
        self.failure.words.setText(
            "Stopped. This answer is not complete." if partial else "Stopped."
        )
        self.failure.show_as("caution")
        self._show_only(self.head, *((self.answer,) if partial else ()), self.failed)

    def show_failure(self, sentence: str, partial: str) -> None:
        """Say in one sentence why there is no answer, and offer to try again."""
        say(self.answer, "partial")
        self.answer.setText(partial)
        self.failure.words.setText(sentence)
        self.failure.show_as("failure")
        self._show_only(self.head, *((self.answer,) if partial else ()), self.failed)

    def mark_moved_on(self, moved_on: bool) -> None:
        """Say that the view now shows something else than the answer is about."""
        self.moved_on.setVisible(moved_on and not self.head.isHidden())

    # How it is built

    def _make_head(self) -> None:
        self.head = QWidget()
        self.picture = Picture(QUERY_SIDE)
        self.picture.setObjectName("answer-picture")
        self.picture.setToolTip("The picture this answer is about")
        self.title = Line(role="muted", name="answer-title")
        self.question = Paragraph(name="answer-question")
        self.moved_on = Note(MOVED_ON, name="answer-moved-on")
        self.before = Note("", role="plain", name="answer-before")
        self.copy_button = QPushButton("Copy")
        self.copy_button.setObjectName("answer-copy")
        self.copy_button.setToolTip("Copy the answer with its model, date and references")
        self.copy_button.clicked.connect(self._actions.copy)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.title)
        words.addWidget(self.question)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        box = QVBoxLayout(self.head)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addLayout(row)
        box.addWidget(self.moved_on)
        box.addWidget(self.before)

    def _make_words(self) -> None:
        self.answer = Paragraph(role="answer", name="answer-text").selectable()
        self.answer.setAccessibleName("Answer")
        self.progress = QWidget()
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        self.state = QLabel()
        self.state.setObjectName("answer-state")
        say(self.state, "muted")
        box = QVBoxLayout(self.progress)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(bar)
        box.addWidget(self.state)
        self.failed = QWidget()
        self.failure = Note("", role="failure", name="answer-failure")
        self.retry = QPushButton("Ask again")
        self.retry.setObjectName("answer-retry")
        self.retry.clicked.connect(self._actions.retry)
        row = QVBoxLayout(self.failed)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.failure)
        row.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignLeft)
        self.empty = Paragraph(
            "The answer appears here, with the references it was read from.",
            role="muted",
            name="answer-empty",
        )

    def _make_evidence(self) -> None:
        self.evidence = QWidget()
        self.own = QVBoxLayout()
        self.warnings = QVBoxLayout()
        self.warnings.setSpacing(4)
        self.facts = FactsGrid("answer-fact")
        self.read = QWidget()
        self.read.setObjectName("answer-read")
        self._read_flow = Flow(self.read, spacing=6)
        row, self.read_heading = heading(
            "References, in the order read", name="answer-read-heading"
        )
        self.read_row = row
        self.sent = SentView()
        box = QVBoxLayout(self.evidence)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addLayout(self.own)
        box.addLayout(self.warnings)
        box.addLayout(self.facts)
        if self._below is not None:
            box.addWidget(self._below)
        box.addWidget(self.read_row)
        box.addWidget(self.read)
        box.addWidget(self.sent)

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(10)
        for part in self._parts:
            column.addWidget(part)
        column.addStretch(1)
        self.scroller = Column("answer-scroll", inside, height=PREFERRED_HEIGHT)
        self.disclaimer = Paragraph(DISCLAIMER, role="muted", name="answer-disclaimer")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(self.scroller, 1)
        box.addWidget(hairline())
        box.addWidget(self.disclaimer)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.sent.fold.toggled.connect(self._reach_sent)

    @property
    def _parts(self) -> tuple[QWidget, ...]:
        """All that is shown or not, from the top."""
        return (
            self.empty,
            self.head,
            self.veil,
            self.answer,
            self.progress,
            self.failed,
            self.evidence,
        )

    def _reach_sent(self, open_: bool) -> None:
        """Scroll to what was just unfolded, once it has its place."""
        if open_:
            QTimer.singleShot(0, self.scroller.show_end)

    def _show_only(self, *parts: QWidget) -> None:
        self.copy_button.hide()
        for part in self._parts:
            part.setVisible(part in parts)

    def _fill_read(self) -> None:
        emptied(self._read_flow)
        self.read_row.setVisible(bool(self._read))
        self.read.setVisible(bool(self._read))
        for place, one in enumerate(self._read, 1):
            self._read_flow.addWidget(self._read_tile(place, one))

    def _read_tile(self, place: int, one: Read) -> QWidget:
        tile = QWidget()
        picture = Picture(READ_SIDE, on_click=lambda: self._actions.open_case(one.case_id))
        picture.setObjectName("answer-read-picture")
        picture.setToolTip(f"{one.answer}\nClick to open the case")
        picture.setAccessibleName(f"Reference {place}: {one.answer}")
        picture.setProperty("sha", one.image)
        words = Line(f"{place}  {one.answer}", role="muted")
        words.setFixedWidth(TILE_WIDTH)
        box = QVBoxLayout(tile)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(picture)
        box.addWidget(words)
        return tile

    def _fill_warnings(self, warnings: Sequence[str]) -> None:
        emptied(self.warnings)
        for warning in warnings:
            self.warnings.addWidget(Note(warning, name="answer-warning"))
