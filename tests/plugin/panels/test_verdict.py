"""The reader's verdict takes one click, and a correction becomes a case."""

from qtpy.QtCore import Qt
from tests.plugin.panels.bench import Bench

from precedent_plugin.panels.verdict import VerdictStrip


def strip(bench: Bench) -> VerdictStrip:
    return bench.work.ask.answer.verdict


def acts(bench: Bench) -> list[str]:
    return [link.note for link in bench.work.session.recorder.audit.acts()]


def test_nothing_is_judged_before_there_is_an_answer(held: Bench) -> None:
    assert strip(held).isHidden()
    held.ask()
    held.host.held[-1].say("pneu")
    assert strip(held).isHidden()


def test_right_is_one_click_and_recorded(bench: Bench) -> None:
    bench.fill_tray("pneumonia", "normal")
    bench.ask()
    strip(bench).right.click()
    assert acts(bench) == ["right"]
    assert strip(bench).done.whole == "Marked as right."


def test_a_correction_becomes_a_case_of_the_picture_asked_about(bench: Bench) -> None:
    bench.fill_tray("pneumonia", "normal")
    bench.ask("What is it?")
    strip(bench).wrong.click()
    strip(bench).field.setText("  oedema ")
    strip(bench).keep.click()
    case = bench.work.session.library.cases()[0]
    assert (case.question, case.answer, case.tags) == ("What is it?", "oedema", ("corrected",))
    question = bench.work.session.question
    assert question is not None
    assert case.images == (question.image.sha256,)
    assert acts(bench) == ["wrong", "corrected"]
    assert strip(bench).done.whole == "Saved as a case with your answer."


def test_a_correction_needs_words(bench: Bench) -> None:
    bench.fill_tray("pneumonia")
    bench.ask()
    strip(bench).wrong.click()
    assert not strip(bench).keep.isEnabled()
    Bench.press(strip(bench).field, Qt.Key.Key_Return)
    assert acts(bench) == ["wrong"]


def test_escape_leaves_the_correction_and_keeps_the_verdict(bench: Bench) -> None:
    bench.fill_tray("pneumonia")
    bench.ask()
    strip(bench).wrong.click()
    Bench.press(strip(bench), Qt.Key.Key_Escape)
    assert strip(bench).done.whole == "Marked as not right."


def test_another_question_is_judged_anew(bench: Bench) -> None:
    bench.fill_tray("pneumonia")
    bench.ask()
    strip(bench).right.click()
    bench.ask("Again?")
    assert strip(bench).right.isVisible()
