"""Asking: what is on the screen is asked about, and the answer stays with it."""

from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QLabel
from tests.plugin.panels.bench import Bench

from precedent_inference.errors import EngineLost
from precedent_plugin.panels.answer import MOVED_ON
from precedent_plugin.report import DISCLAIMER
from precedent_plugin.select import ArrangedShot, muting


def test_ctrl_return_asks_about_the_pixels_on_screen(bench: Bench) -> None:
    field = bench.work.ask.question
    field.setPlainText("Is there a mass?")
    bench.press(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    query = bench.engine.requests[-1].prompt.query
    assert query.question == "Is there a mass?"
    assert bench.work.session.question is not None
    assert bench.work.session.question.image.png == query.images[0]


def test_answer_is_shown_with_its_evidence(bench: Bench) -> None:
    bench.fill_tray("pneumonia", "normal")
    bench.ask()
    view = bench.work.ask.answer.view
    assert view.answer.text() == "pneumonia"
    assert view.evidence.isVisible()
    assert not view.progress.isVisible()
    assert view.disclaimer.text() == DISCLAIMER
    assert view.disclaimer.isVisible()


def test_words_appear_as_they_come(held: Bench) -> None:
    held.ask()
    held.host.held[-1].say("pneu")
    held.host.held[-1].say("monia")
    view = held.work.ask.answer.view
    assert view.answer.text().startswith("pneumonia")
    assert view.progress.isVisible()


def test_engine_start_is_told_before_the_first_word(held: Bench) -> None:
    held.ask()
    held.host.held[-1].wait("Starting the engine")
    assert held.work.ask.answer.view.state.text() == "Starting the engine"


def test_stop_keeps_what_came_and_marks_it_incomplete(held: Bench) -> None:
    held.ask()
    held.host.held[-1].say("pneu")
    held.work.ask.button.click()
    view = held.work.ask.answer.view
    assert view.answer.text() == "pneu"
    assert view.failed.isVisible()
    assert not view.evidence.isVisible()
    assert held.work.ask.button.text() == "Ask"


def test_button_offers_stop_only_while_asking(held: Bench) -> None:
    before = held.work.ask.button.text()
    held.ask()
    assert (before, held.work.ask.button.text()) == ("Ask", "Stop")


def test_lost_engine_shows_one_sentence_and_asking_again_works(bench: Bench) -> None:
    bench.engine.is_dead = True
    bench.ask()
    view = bench.work.ask.answer.view
    assert view.failure.words.text().startswith("The engine's process ended.")
    bench.engine.is_dead = False
    view.retry.click()
    assert view.answer.text() == "pneumonia"
    assert not view.failed.isVisible()


def test_words_of_a_lost_answer_are_not_shown_as_an_answer(held: Bench) -> None:
    held.ask()
    held.host.held[-1].say("pneu")
    held.host.held[-1].on_error(EngineLost("The engine's process ended."))
    view = held.work.ask.answer.view
    assert view.answer.property("role") == "partial"
    assert not view.evidence.isVisible()
    assert not view.copy_button.isVisible()


def test_answer_stays_with_its_picture_when_the_view_moves_on(bench: Bench) -> None:
    bench.ask()
    view = bench.work.ask.answer.view
    before = view.picture.image
    bench.host.show(seed=3, frame=40)
    bench.work.desk.look()
    assert view.picture.image == before
    assert view.moved_on.isVisible()
    assert view.moved_on.words.text() == MOVED_ON


def test_answer_about_the_picture_on_screen_has_no_banner(bench: Bench) -> None:
    bench.ask()
    bench.work.desk.look()
    assert not bench.work.ask.answer.view.moved_on.isVisible()


def test_about_follows_the_view(bench: Bench, qtbot: QtBot) -> None:
    bench.host.show(seed=3, frame=40)
    qtbot.waitUntil(lambda: bench.work.ask.about.title.whole == "CT, frame 41 of 64")
    assert bench.work.ask.about.picture.image.width() == 64


def test_nothing_on_screen_is_said_and_not_asked(bench: Bench) -> None:
    bench.host.view = None
    bench.ask()
    assert bench.host.notes[-1][0] == "There is no picture to ask about."
    assert not bench.engine.requests


def test_empty_question_is_refused_in_one_sentence(bench: Bench) -> None:
    bench.ask("   ")
    assert bench.host.notes[-1][0] == "The question is empty."
    assert not bench.engine.requests


def test_huge_question_is_refused_in_one_sentence(bench: Bench) -> None:
    bench.ask("x" * 100_000)
    assert "100,000 characters" in bench.host.notes[-1][0]
    assert not bench.engine.requests


def test_copied_answer_carries_where_it_comes_from(bench: Bench) -> None:
    bench.ask()
    bench.work.ask.answer.view.copy_button.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert "pneumonia" in clipboard.text()
    assert "starter" in clipboard.text()


def test_what_was_sent_shows_every_picture_and_the_prompt(bench: Bench) -> None:
    bench.fill_tray("pneumonia", "normal")
    bench.ask()
    sent = bench.work.ask.answer.view.sent
    sent.fold.click()
    assert sent.prompt.toPlainText() == "<s>Question"
    assert len(sent.pictures.findChildren(type(bench.work.ask.about.picture))) == 3


def test_engine_is_not_started_by_opening_the_panel(bench: Bench) -> None:
    assert bench.engine.starts == 0
    assert bench.work.desk.engine.state == "off"


def test_models_of_the_engine_can_be_chosen(bench: Bench) -> None:
    bench.work.desk.warm_up()
    bench.work.ask.models.box.setCurrentText("other")
    bench.ask()
    assert bench.engine.requests[-1].model == "other"


def test_model_card_opens_with_its_limits(bench: Bench) -> None:
    bench.work.ask.models.show_card()
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    assert dialog.objectName() == "model-card"
    assert dialog.findChild(QLabel, "model-limit") is not None
    dialog.close()


def test_past_questions_come_back_with_up_and_down(bench: Bench) -> None:
    bench.ask("first")
    bench.ask("second")
    field = bench.work.ask.question
    field.setPlainText("draft")
    bench.press(field, Qt.Key.Key_Up)
    bench.press(field, Qt.Key.Key_Up)
    older = field.toPlainText()
    bench.press(field, Qt.Key.Key_Down)
    bench.press(field, Qt.Key.Key_Down)
    assert (older, field.toPlainText()) == ("first", "draft")


def test_closing_the_window_ends_the_engine(bench: Bench) -> None:
    bench.ask()
    bench.host.closers[0]()
    assert bench.engine.is_closed


def test_fewer_shots_mute_the_least_alike(bench: Bench) -> None:
    cases = bench.add_cases("a", "b", "c")
    shots = [
        ArrangedShot(case, muted=False, likeness=value, number=1)
        for case, value in zip(cases, (0.2, 0.9, 0.5), strict=True)
    ]
    assert muting(shots, 1) == {cases[0].id: True, cases[2].id: True}


def test_shots_count_of_zero_sends_none(bench: Bench) -> None:
    bench.fill_tray("pneumonia", "normal")
    bench.work.ask.shots.setCurrentIndex(0)
    bench.work.ask.shots.activated.emit(0)
    bench.ask()
    assert bench.engine.requests[-1].prompt.shots == ()


def test_finished_question_is_let_go_of(held: Bench) -> None:
    held.ask("first")
    first = held.work.session.question
    assert first is not None
    listeners = len(first.text_added)
    held.ask("second")
    assert len(first.text_added) == listeners - 1


def test_escape_leaves_the_question_field_with_its_words(bench: Bench) -> None:
    bench.work.ask.question.setPlainText("half a question")
    bench.press(bench.work.ask.question, Qt.Key.Key_Escape)
    assert bench.work.ask.question.toPlainText() == "half a question"


def test_view_that_changes_while_the_answer_comes_is_said(held: Bench) -> None:
    held.ask()
    held.host.show(seed=3, frame=40)
    held.work.desk.look()
    held.host.held[-1].say("pneu")
    assert held.work.ask.answer.view.moved_on.isVisible()


def test_unfolded_request_scrolls_into_view(bench: Bench, qtbot: QtBot) -> None:
    bench.fill_tray("a", "b", "c", "d")
    bench.ask()
    bench.work.ask.resize(400, 700)
    view = bench.work.ask.answer.view
    bar = view.scroller.verticalScrollBar()
    assert bar is not None
    view.sent.fold.click()
    qtbot.waitUntil(lambda: bar.value() > 0)
