"""What is written of questions: history for the reader, the audit for whoever must account."""

import logging
from collections.abc import Callable
from typing import Final

from psygnal import Signal

from precedent_plugin.audit.entry import Ended, Put
from precedent_plugin.audit.trail import AuditTrail
from precedent_plugin.examination import Examination
from precedent_plugin.examined import evidence_json
from precedent_plugin.history import QuestionRecord
from precedent_plugin.host import Runner
from precedent_plugin.library import CaseLibrary
from precedent_plugin.question import Question
from precedent_plugin.report import model_words
from precedent_resources import PrecedentError

logger = logging.getLogger(__name__)


class Recorder:
    """Writes in the background; a failure is told, and the answer stays."""

    trouble = Signal(object)
    """With the PrecedentError for which something could not be written."""

    def __init__(self, library: CaseLibrary, run: Runner) -> None:
        self.audit: Final = AuditTrail(library.folder)
        self._library = library
        self._run = run

    def keep(self, question: Question) -> None:
        """Write a question if it is finished, else nothing."""
        if question.is_finished:
            self._write(self._record, record_of(question), put_of(question), ended_of(question))

    def keep_evidence(self, examination: Examination) -> None:
        """Write what an answer was found to rest on, once the examination is done."""
        if examination.state == "done":
            image = examination.question.image
            document = evidence_json(examination.evidence, image.cutout)
            self._write(self.audit.examined, examination.question.id, document)

    def did(self, question_id: str, what: str) -> None:
        """Record what the reader did with an answer, in one word: "copied"."""
        self._write(self.audit.act, question_id, what)

    def _write(self, act: Callable[..., object], *args: object) -> None:
        self._run(act, *args, on_result=lambda _: None, on_error=self._complain)

    def _record(self, record: QuestionRecord, put: Put, ended: Ended) -> None:
        """Write the audit first: what is not recorded there is not shown as done either."""
        self.audit.record(put, ended)
        self._library.record_question(record, put.image.png)

    def _complain(self, error: PrecedentError) -> None:
        logger.warning("A question was not recorded.")
        self.trouble.emit(error)


def record_of(question: Question) -> QuestionRecord:
    """Give what is kept of a finished question. An incomplete answer is marked by its outcome."""
    answer = question.answer
    where = question.image.provenance
    return QuestionRecord(
        id=question.id,
        asked_at=question.asked_at,
        question=question.request.prompt.query.question,
        outcome=question.outcome,
        answer=question.text,
        model=question.request.model if answer is None else model_words(answer.model),
        case_ids=tuple(case.id for case in question.shots),
        image=question.image.sha256,
        source=where.source,
        confidence=None if answer is None else answer.confidence,
        warnings=tuple(
            dict.fromkeys((*question.warnings, *(() if answer is None else answer.warnings)))
        ),
        patient_key=where.patient_key,
        study_key=where.study_key,
    )


def put_of(question: Question) -> Put:
    """Give a question as it was put, for the audit."""
    return Put(question.id, question.asked_at, question.request, question.image, question.shots)


def ended_of(question: Question) -> Ended:
    """Give how a question ended, for the audit."""
    error = "" if question.error is None else question.error.message
    return Ended(question.outcome, question.answer, question.text, error, question.warnings)
