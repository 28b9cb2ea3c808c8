"""The answer of the question under way: follows the session and the question's own signals."""

import logging
import time
from collections.abc import Callable
from functools import partial

from qtpy.QtCore import QSize
from qtpy.QtGui import QImage
from qtpy.QtWidgets import QApplication, QVBoxLayout, QWidget

from precedent_plugin.cases import Case
from precedent_plugin.examination import Examination
from precedent_plugin.panels.answer import QUERY_SIDE, AnswerActions, AnswerView, Asked, Read
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.desk_state import View
from precedent_plugin.panels.evidence import EvidenceActs, EvidenceView
from precedent_plugin.panels.facts import facts, pace
from precedent_plugin.panels.follow import follow
from precedent_plugin.panels.pictures import fitted, image_of_png
from precedent_plugin.panels.sent import Original
from precedent_plugin.panels.veil import AnswerVeil, compared
from precedent_plugin.panels.verdict import VerdictStrip
from precedent_plugin.plain import plain_words
from precedent_plugin.question import Question
from precedent_plugin.report import report_text

logger = logging.getLogger(__name__)


class LiveAnswer(QWidget):
    """Shows the latest question's answer as it comes."""

    def __init__(self, desk: Desk, actions: AnswerActions) -> None:
        super().__init__()
        self.setObjectName("live-answer")
        self._desk = desk
        self._question: Question | None = None
        self._stops: tuple[Callable[[], None], ...] = ()
        self._pieces = 0
        self._first_at = 0.0
        self._must_commit = False
        """The reader is to answer first."""
        self._own = ""
        """What the reader answered."""
        self._is_lifted = False
        """An unsure answer was asked to be shown."""
        self.rests = EvidenceView(EvidenceActs(desk.examine, desk.stop))
        self.veil = AnswerVeil(on_commit=self._commit, on_lift=self._lift)
        self.view = AnswerView(actions, below=self.rests, veil=self.veil)
        self.verdict = VerdictStrip(on_verdict=self._judge, on_correction=self._correct)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.view, 1)
        box.addWidget(self.verdict)
        follow(self, desk.session.question_changed, self._bind)
        follow(self, desk.session.examination_changed, self._examined)
        follow(self, desk.view_seen, self._view_seen)
        follow(self, desk.thumbnails.ready, self._picture_ready)

    @property
    def is_under_way(self) -> bool:
        """Whether an answer is being waited for or written."""
        return self._question is not None and not self._question.is_finished

    @property
    def is_veiled(self) -> bool:
        """Whether there is an answer that is not shown yet."""
        return self._must_commit or self._is_doubtful

    @property
    def _is_doubtful(self) -> bool:
        judged = None if self._question is None else self._question.judged
        return judged is not None and not judged.is_sure and not self._is_lifted

    def copy(self) -> None:
        """Copy the answer with its provenance."""
        clipboard = QApplication.clipboard()
        if self._question is not None and clipboard is not None and not self.is_veiled:
            clipboard.setText(report_text(self._question))
            self._desk.session.recorder.did(self._question.id, "copied")

    def _examined(self, examination: Examination | None) -> None:
        if examination is None:
            self.rests.offer()
        else:
            follow(self, examination.changed, partial(self._found, examination))

    def _found(self, examination: Examination) -> None:
        if examination.question is self._question:
            self.rests.show_examination(examination)

    def _judge(self, right: bool) -> None:
        if self._question is not None:
            self._desk.session.recorder.did(self._question.id, "right" if right else "wrong")

    def _correct(self, words: str) -> None:
        question = self._question
        if question is None:
            return

        def kept(_: Case) -> None:
            if question is self._question:
                self.verdict.settle("Saved as a case with your answer.")

        self._desk.correct(question, words, kept)

    def _bind(self, question: Question | None) -> None:
        for stop in self._stops:
            stop()
        self._stops = ()
        before, self._question = self._question, question
        self._own, self._is_lifted = "", False
        self._must_commit = question is not None and self._desk.preferences.commits_first
        self.verdict.hide()
        if question is None:
            self.view.clear()
            return
        self.view.bind(
            Asked(
                self._desk.asked_title or question.image.title,
                question.request.prompt.query.question,
            ),
            [Read(case.id, case.images[0], case.answer) for case in question.shots],
        )
        if self._desk.looking_again and before is not None and before.answer is not None:
            self.view.show_before(first_look(before))
        self._desk.looking_again = False
        self._desk.host.run(
            small_picture, question.image.png, on_result=lambda image: self._show(question, image)
        )
        # The question before is let go of: it holds its pictures.
        self._stops = (
            follow(self, question.state_changed, partial(self._moved, question)),
            follow(self, question.text_added, partial(self._added, question)),
            follow(self, question.progress_changed, partial(self._progressed, question)),
        )
        self._moved(question, question.state)

    def _show(self, question: Question, image: QImage) -> None:
        if question is self._question:
            self.view.show_picture(image)
            self.rests.show_picture(image)

    def _progressed(self, question: Question, words: str) -> None:
        if question is self._question and words:
            self.view.show_state(words)

    def _added(self, question: Question, piece: str) -> None:
        if question is not self._question or question.is_finished:
            return
        if self._pieces == 0:
            self._first_at = time.monotonic()
        self._pieces += 1
        if not self._must_commit:
            self.view.show_partial(question.text)
        self.view.show_state(pace(self._pieces, time.monotonic() - self._first_at))

    def _moved(self, question: Question, state: str) -> None:
        if question is not self._question:
            return
        if state == "sent":
            self._pieces = 0
            self.verdict.hide()
            self.view.show_waiting()
            if self._must_commit:
                self.veil.ask_first()
                self.view.show_veil(is_waiting=True)
        elif state == "answered":
            self._finish(question)
        elif state == "cancelled":
            self.view.show_stopped(question.text)
        elif state == "failed":
            self.view.show_failure(str(question.error), question.text)
        self._view_seen(self._desk.view)

    def _finish(self, question: Question) -> None:
        answer, judged = question.answer, question.judged
        if answer is None:
            return
        if self._must_commit:
            self.view.show_veil(is_waiting=False)
            return
        if judged is not None and self._is_doubtful:
            self.veil.doubt(judged)
            self.view.show_veil(is_waiting=False)
            return
        warnings = tuple(dict.fromkeys((*question.warnings, *answer.warnings)))
        image = question.image
        self.view.show_answer(
            answer.text,
            facts(answer),
            warnings=warnings,
            sent=answer.sent,
            original=Original(image.png, image.sha256),
        )
        self._desk.host.run(
            self._desk.session.seen,
            question,
            on_result=lambda kept: self._frame(question, kept),
            on_error=lambda error: logger.info("no frame: %s", type(error).__name__),
        )
        if self._own:
            agrees = plain_words(self._own) == plain_words(answer.text)
            self.view.show_own(compared(self._own, agrees))
        self.verdict.begin()
        for case in question.shots:
            self.view.show_read(case.images[0], self._desk.thumbnails.get(case.images[0]))

    def _frame(self, question: Question, kept: tuple[float, float, float, float] | None) -> None:
        """Show what the model saw of the picture."""
        answer, image = question.answer, question.image
        if question is self._question and answer is not None:
            self.view.show_sent(answer.sent, Original(image.png, image.sha256, kept))

    def _commit(self, words: str) -> None:
        """Show the model's answer, or what has come of it, after the reader's own."""
        self._own, self._must_commit = words, False
        question = self._question
        if question is None:
            return
        if question.state == "answered":
            self._desk.session.recorder.did(question.id, "committed-first")
            self._finish(question)
        else:
            self.view.show_waiting()
            self.view.show_partial(question.text)

    def _lift(self) -> None:
        """Show an answer that is not sure."""
        self._is_lifted = True
        if self._question is not None:
            self._desk.session.recorder.did(self._question.id, "shown-unsure")
            self._finish(self._question)

    def _view_seen(self, view: View | None) -> None:
        if self._question is not None:
            self.view.mark_moved_on(self._desk.has_moved_on)

    def _picture_ready(self, sha: str) -> None:
        self.view.show_read(sha, self._desk.thumbnails.get(sha))


def first_look(question: Question) -> str:
    """Say what was answered before."""
    text = "" if question.answer is None else question.answer.text
    return f"First look, {question.image.title}: “{text}”. Both answers are in the history."


def small_picture(png: bytes) -> QImage:
    """Decode a picture small enough for a panel; for a worker."""
    side = QUERY_SIDE * 3  # sharp on a 300 % screen
    image = image_of_png(png)
    return fitted(image, QSize(side, side)) if image.width() > side else image
