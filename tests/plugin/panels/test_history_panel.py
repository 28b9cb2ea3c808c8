"""The history keeps questions with the answers that came then."""

from qtpy.QtWidgets import QApplication
from tests.plugin.panels.bench import Bench

from precedent_plugin.history import QuestionRecord
from precedent_plugin.panels.history import matching


def a_record(question: str, answer: str) -> QuestionRecord:
    return QuestionRecord(
        id="a" * 32, asked_at="2026-01-02T03:04:05+00:00", question=question, outcome="answered",
        answer=answer, model="starter", case_ids=(), image="b" * 64,
    )  # fmt: skip


def test_answered_question_appears_with_its_answer(bench: Bench) -> None:
    bench.fill_tray("pneumonia")
    bench.ask("What does this show?")
    panel = bench.work.history
    panel.list.setCurrentRow(0)
    assert panel.answer.answer.text() == "pneumonia"
    assert panel.answer.question.text() == "What does this show?"
    assert not panel.answer.picture.image.isNull()


def test_newest_question_comes_first(bench: Bench) -> None:
    bench.ask("first")
    bench.ask("second")
    panel = bench.work.history
    panel.list.setCurrentRow(0)
    assert panel.answer.question.text() == "second"


def test_empty_history_says_what_comes_here(bench: Bench) -> None:
    assert bench.work.history.empty.isVisible()


def test_search_finds_words_of_question_and_answer() -> None:
    records = [a_record("Which side?", "left"), a_record("What organ?", "liver")]
    assert matching(records, "LIV organ") == [records[1]]


def test_copied_record_carries_where_it_comes_from(bench: Bench) -> None:
    bench.ask()
    bench.work.history.list.setCurrentRow(0)
    bench.work.history.answer.copy_button.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert "starter" in clipboard.text()
