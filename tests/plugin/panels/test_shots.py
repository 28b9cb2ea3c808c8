"""The tray: cases come in by drag and keys, in the order in which they will be read."""

from hypothesis import given
from hypothesis import strategies as st
from qtpy.QtCore import QMimeData, QPoint, QPointF, Qt
from qtpy.QtGui import QDropEvent
from qtpy.QtWidgets import QApplication
from tests.plugin.panels.bench import Bench

from precedent_plugin.panels.drag import CASE_MIME, MAX_IDS, SHOT_MIME, ids_in, mime_of
from precedent_plugin.panels.shots import Cards

ALT = Qt.KeyboardModifier.AltModifier


def drop(cards: Cards, mime: QMimeData, y: int) -> None:
    """Drop something at a height of the tray."""
    cards.dropEvent(
        QDropEvent(
            QPointF(QPoint(10, y)),
            Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def answers(bench: Bench) -> list[str]:
    return [card.face.answer for card in bench.work.ask.tray.cards.cards]


def by_hand(bench: Bench, *words: str) -> None:
    """Fill the tray and fix the order to that of `words`."""
    bench.fill_tray(*words)
    ids = {card.face.answer: card.face.case_id for card in bench.work.ask.tray.cards.cards}
    bench.work.desk.tray.arrange([ids[word] for word in words], policy="by-hand")
    QApplication.processEvents()


def test_empty_tray_says_what_to_do(bench: Bench) -> None:
    assert bench.work.ask.tray.empty.isVisible()


def test_dropped_cases_become_cards(bench: Bench) -> None:
    cases = bench.add_cases("pneumonia", "normal")
    drop(bench.work.ask.tray.cards, mime_of([case.id for case in cases]), 5)
    assert sorted(answers(bench)) == ["normal", "pneumonia"]
    assert not bench.work.ask.tray.empty.isVisible()


def test_cards_stand_in_the_order_of_the_prompt(bench: Bench) -> None:
    bench.fill_tray("a", "b", "c", "d")
    bench.ask()
    sent = [shot.answer for shot in bench.engine.requests[-1].prompt.shots]
    assert answers(bench) == sent


def test_most_alike_stands_last(bench: Bench) -> None:
    bench.host.seed = 2
    bench.work.desk.look()
    bench.fill_tray("first", "same as on screen", "third")
    last = bench.work.ask.tray.cards.cards[-1]
    assert last.face.answer == "same as on screen"
    assert last.likeness.text() == "1.00 alike"


def test_card_dragged_up_is_read_earlier(bench: Bench) -> None:
    by_hand(bench, "a", "b", "c")
    cards = bench.work.ask.tray.cards
    drop(cards, mime_of([cards.cards[2].face.case_id], SHOT_MIME), 0)
    assert answers(bench) == ["c", "a", "b"]


def test_card_dragged_down_lands_where_it_was_dropped(bench: Bench) -> None:
    by_hand(bench, "a", "b", "c")
    cards = bench.work.ask.tray.cards
    below = cards.cards[1].geometry().bottom()
    drop(cards, mime_of([cards.cards[0].face.case_id], SHOT_MIME), below)
    assert answers(bench) == ["b", "a", "c"]


def test_alt_up_moves_a_card_and_keeps_the_keyboard_on_it(bench: Bench) -> None:
    by_hand(bench, "a", "b", "c")
    card = bench.work.ask.tray.cards.cards[2]
    bench.press(card, Qt.Key.Key_Up, ALT)
    assert answers(bench) == ["a", "c", "b"]


def test_alt_up_on_the_first_card_changes_nothing(bench: Bench) -> None:
    by_hand(bench, "a", "b")
    bench.press(bench.work.ask.tray.cards.cards[0], Qt.Key.Key_Up, ALT)
    assert answers(bench) == ["a", "b"]


def test_delete_takes_a_card_out_and_undo_brings_it_back(bench: Bench) -> None:
    by_hand(bench, "a", "b")
    bench.press(bench.work.ask.tray.cards.cards[0], Qt.Key.Key_Delete)
    without = answers(bench)
    bench.work.ask.tray.undo_button.click()
    assert (without, answers(bench)) == (["b"], ["a", "b"])


def test_muted_card_is_kept_but_not_sent(bench: Bench) -> None:
    by_hand(bench, "a", "b")
    bench.press(bench.work.ask.tray.cards.cards[0], Qt.Key.Key_M)
    bench.ask()
    assert [shot.answer for shot in bench.engine.requests[-1].prompt.shots] == ["b"]
    assert sorted(answers(bench)) == ["a", "b"]


def test_ninth_reference_is_refused_in_one_sentence(bench: Bench) -> None:
    bench.fill_tray(*"abcdefgh")
    bench.fill_tray("i")
    assert len(answers(bench)) == 8
    assert bench.host.notes[-1][2] == "error"


def test_change_of_the_model_moves_the_widgets(bench: Bench) -> None:
    cases = bench.add_cases("a", "b")
    bench.work.desk.tray.add(cases)
    bench.work.desk.tray.remove([cases[0].id])
    assert answers(bench) == ["b"]


def test_edited_case_changes_its_card(bench: Bench) -> None:
    case = bench.fill_tray("a")[0]
    bench.work.library.open_case(case.id)
    bench.work.library.editor.fields.answer.setText("changed")
    bench.work.library.editor.save.click()
    assert answers(bench) == ["changed"]


def test_same_answer_everywhere_is_a_caution(bench: Bench) -> None:
    bench.fill_tray("yes", "yes", "yes")
    words = [
        note.words.text()
        for note in bench.work.ask.tray.findChildren(type(bench.work.ask.answer.view.moved_on))
    ]
    assert any("yes" in text for text in words)


def test_case_of_a_card_opens_in_the_library(bench: Bench) -> None:
    bench.fill_tray("a")
    bench.press(bench.work.ask.tray.cards.cards[0], Qt.Key.Key_Return)
    assert bench.work.library.pages.currentIndex() == 1
    assert bench.work.library.editor.fields.answer.text() == "a"


def test_foreign_drag_is_ignored() -> None:
    text = QMimeData()
    text.setText("hello")
    assert ids_in(text) == ()


def test_drag_with_hostile_content_is_ignored() -> None:
    bad = QMimeData()
    bad.setData(CASE_MIME, b'{"ids": {"a": 1}}')
    assert ids_in(bad) == ()


@given(st.lists(st.text(), max_size=MAX_IDS))
def test_dragged_ids_come_back(ids: list[str]) -> None:
    assert ids_in(mime_of(ids)) == tuple(ids)


@given(st.binary(max_size=200))
def test_any_bytes_of_a_drag_are_survived(content: bytes) -> None:
    mime = QMimeData()
    mime.setData(CASE_MIME, content)
    assert isinstance(ids_in(mime), tuple)


def test_a_pinned_reference_is_sent_whatever_number_is_chosen(bench: Bench) -> None:
    cases = bench.fill_tray("a", "b", "c")
    card = bench.work.ask.tray.cards.cards[0]
    bench.press(card, Qt.Key.Key_P)
    pinned = [shot.case.id for shot in bench.work.desk.tray.shots if shot.pinned]
    assert pinned == [card.face.case_id]
    assert card.pin_button.isVisibleTo(card)
    bench.work.ask._send_only(1)
    assert [case.id for case in bench.work.desk.tray.active] == pinned
    assert len(cases) == 3
    bench.press(bench.work.ask.tray.cards.cards[0], Qt.Key.Key_P)
    assert not any(shot.pinned for shot in bench.work.desk.tray.shots)
