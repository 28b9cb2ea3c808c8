"""The history: every question asked here, searchable, each with the answer that came then."""

from collections.abc import Sequence
from functools import partial

from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import (
    QApplication,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from precedent_plugin.cases import Case
from precedent_plugin.history import QuestionRecord
from precedent_plugin.library import LibraryChange
from precedent_plugin.panels.answer import AnswerActions, AnswerView, Asked, Read
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.facts import recorded_facts
from precedent_plugin.panels.follow import follow
from precedent_plugin.panels.keys import LIST_KEYS, KeyKeeper
from precedent_plugin.panels.look import Panel, text_px
from precedent_plugin.panels.words import Line, Paragraph, hairline
from precedent_plugin.report import record_text

NONE_YET = "Questions that you ask are kept here, with their answers."


class HistoryPanel(Panel):
    """A list of questions above the answer of the one chosen."""

    def __init__(self, desk: Desk, *, actions: AnswerActions) -> None:
        """`actions` open cases and ask again; copying is the history's own."""
        super().__init__("history-panel")
        self._desk = desk
        self._records: tuple[QuestionRecord, ...] = ()
        self._chosen: QuestionRecord | None = None
        self.search = QLineEdit()
        self.search.setObjectName("history-search")
        self.search.setAccessibleName("Search questions and answers")
        self.search.setPlaceholderText("Search questions and answers")
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setObjectName("history-list")
        self.list.setAccessibleName("Questions")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        KeyKeeper(self.list, LIST_KEYS)
        self.empty = Paragraph(NONE_YET, role="body-muted", name="history-empty")
        self.answer = AnswerView(
            AnswerActions(copy=self.copy, retry=actions.retry, open_case=actions.open_case)
        )
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 8)
        box.setSpacing(8)
        box.addWidget(self.search)
        box.addWidget(self.empty)
        box.addWidget(self.list, 2)
        box.addWidget(hairline())
        box.addWidget(self.answer, 3)
        self.search.textChanged.connect(lambda _: self._fill())
        self.list.currentRowChanged.connect(self._choose)
        follow(self, desk.library.changed, self._changed)
        follow(self, desk.thumbnails.ready, self._picture_ready)
        self.refresh()

    def refresh(self) -> None:
        """Read the history anew."""
        self._desk.read_library(self._desk.library.history, on_result=self._receive)

    def copy(self) -> None:
        """Copy the chosen answer with its provenance."""
        clipboard = QApplication.clipboard()
        if self._chosen is not None and clipboard is not None:
            clipboard.setText(record_text(self._chosen))
            self._desk.session.recorder.did(self._chosen.id, "copied")

    def _changed(self, change: LibraryChange) -> None:
        if change.kind in ("history", "elsewhere"):
            self.refresh()

    def _receive(self, records: Sequence[QuestionRecord]) -> None:
        self._records = tuple(records)
        self._fill()

    def _fill(self) -> None:
        shown = matching(self._records, self.search.text())
        chosen = self._chosen
        self.list.blockSignals(True)
        self.list.clear()
        for record in shown:
            item = QListWidgetItem(self.list)
            item.setData(Qt.ItemDataRole.UserRole, record)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{record.question} {record.answer}")
            row = record_row(record)
            item.setSizeHint(QSize(100, row.sizeHint().height()))
            self.list.setItemWidget(item, row)
            if chosen is not None and record.id == chosen.id:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self.list.setVisible(bool(self._records))
        self.empty.setVisible(not self._records)

    def _choose(self, row: int) -> None:
        item = self.list.item(row)
        record = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        if not isinstance(record, QuestionRecord):
            return
        self._chosen = record
        self._desk.read_library(self._cases, record.case_ids, on_result=partial(self._show, record))

    def _cases(self, case_ids: Sequence[str]) -> list[Case]:
        return [case for one in case_ids if (case := self._desk.library.find(one)) is not None]

    def _show(self, record: QuestionRecord, cases: Sequence[Case]) -> None:
        if record is not self._chosen:
            return
        view = self.answer
        view.bind(
            Asked(record.source, record.question),
            [Read(case.id, case.images[0], case.answer) for case in cases],
        )
        if record.outcome == "answered":
            view.show_answer(
                record.answer, recorded_facts(record), warnings=record.warnings, sent=None
            )
        elif record.outcome == "cancelled":
            view.show_stopped(record.answer)
        else:
            view.show_failure("This question failed.", record.answer)
        view.retry.hide()
        for sha in (record.image, *(case.images[0] for case in cases)):
            self._picture_ready(sha)

    def _picture_ready(self, sha: str) -> None:
        image = self._desk.thumbnails.get(sha)
        self.answer.show_read(sha, image)
        if self._chosen is not None and sha == self._chosen.image:
            self.answer.show_picture(image)


def matching(records: Sequence[QuestionRecord], query: str) -> list[QuestionRecord]:
    """Give the records that have every word of `query` in question, answer or source."""
    words = query.casefold().split()
    return [
        record
        for record in records
        if all(
            word in f"{record.question} {record.answer} {record.source}".casefold()
            for word in words
        )
    ]


def record_row(record: QuestionRecord) -> QWidget:
    """Give the row of a question: its words, then its answer and its day."""
    row = QWidget()
    answer = {"cancelled": "stopped", "failed": "failed"}.get(record.outcome, record.answer)
    box = QVBoxLayout(row)
    box.setContentsMargins(8, 5, 8, 5)
    box.setSpacing(1)
    box.addWidget(Line(record.question, role="muted"))
    box.addWidget(Line(answer, role="strong" if record.outcome == "answered" else "body-muted"))
    details = Line(f"{record.asked_at[:10]}  {record.source}", role="muted")
    box.addWidget(details)
    row.setMinimumHeight(text_px(4.2))
    return row
