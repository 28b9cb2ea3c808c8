"""The tray holds up to eight shots, in the reader's order, and every change can be taken back."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_plugin.cases import Case
from precedent_plugin.errors import TrayError
from precedent_plugin.tray import MAX_SHOTS, Tray


def case(number: int) -> Case:
    return Case(f"{number:032x}", ("0" * 64,), "Which side?", f"answer {number}")


def answers(tray: Tray) -> list[int]:
    return [int(shot.case.id, 16) for shot in tray.shots]


def filled(*numbers: int) -> Tray:
    tray = Tray()
    tray.add(map(case, numbers))
    return tray


def test_cases_are_added_where_they_are_dropped() -> None:
    tray = filled(1, 2)
    tray.add([case(3), case(4)], index=1)
    assert answers(tray) == [1, 3, 4, 2]


def test_case_is_in_the_tray_once() -> None:
    tray = filled(1, 2)
    assert tray.add([case(2), case(3), case(3)]) == (case(3),)
    assert answers(tray) == [1, 2, 3]


def test_ninth_is_refused_and_nothing_changes() -> None:
    tray = filled(1, 2, 3, 4, 5, 6, 7)
    with pytest.raises(TrayError, match=f"7 of {MAX_SHOTS} references; 2 more"):
        tray.add([case(8), case(9)])
    assert len(tray.shots) == 7


def test_move_counts_without_the_moved_and_makes_the_order_by_hand() -> None:
    tray = filled(1, 2, 3)
    tray.move(case(1).id, 2)
    assert answers(tray) == [2, 3, 1]
    assert tray.policy == "by-hand"


@pytest.mark.parametrize(("place", "order"), [(-5, [3, 1, 2]), (99, [1, 2, 3])])
def test_move_beyond_the_ends_stops_at_them(place: int, order: list[int]) -> None:
    tray = filled(1, 2, 3)
    tray.move(case(3).id, place)
    assert answers(tray) == order


def test_muted_shot_stays_and_is_not_sent() -> None:
    tray = filled(1, 2, 3)
    tray.mute(case(2).id)
    assert answers(tray) == [1, 2, 3]
    assert tray.active == (case(1), case(3))
    tray.mute(case(2).id, muted=False)
    assert len(tray.active) == 3


def test_shot_that_is_gone_is_named() -> None:
    with pytest.raises(TrayError, match="not in the tray"):
        filled(1).move(case(2).id, 0)


def test_arranged_order_must_name_every_shot() -> None:
    tray = filled(1, 2)
    with pytest.raises(TrayError):
        tray.arrange([case(1).id], policy="by-hand")
    tray.arrange([case(2).id, case(1).id], policy="by-hand")
    assert answers(tray) == [2, 1]


def test_change_fires_once_and_only_when_something_changed() -> None:
    tray = filled(1, 2)
    fired = []
    tray.changed.connect(lambda: fired.append(answers(tray)))
    tray.remove([case(9).id])
    tray.set_policy("most-similar-last")
    tray.mute(case(1).id, muted=False)
    assert fired == []
    tray.remove([case(1).id])
    assert fired == [[2]]


def test_refresh_takes_over_edits_and_drops_deleted_cases() -> None:
    tray = filled(1, 2)
    tray.mute(case(1).id)
    edited = replace(case(1), answer="other", revision=2)
    tray.refresh({edited.id: edited}.get)
    (shot,) = tray.shots
    assert (shot.case, shot.muted) == (edited, True)
    assert not tray.can_undo


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 12), st.integers(-1, 9)),
        st.tuples(st.just("remove"), st.integers(1, 12), st.just(0)),
        st.tuples(st.just("move"), st.integers(1, 12), st.integers(-2, 9)),
        st.tuples(st.just("mute"), st.integers(1, 12), st.integers(0, 1)),
        st.tuples(st.just("clear"), st.just(0), st.just(0)),
    ),
    max_size=30,
)


def do(tray: Tray, step: tuple[str, int, int]) -> None:
    what, number, place = step
    acts: dict[str, Any] = {
        "add": lambda: tray.add([case(number)], index=place),
        "remove": lambda: tray.remove([case(number).id]),
        "move": lambda: tray.move(case(number).id, place),
        "mute": lambda: tray.mute(case(number).id, muted=bool(place)),
        "clear": tray.clear,
    }
    try:
        acts[what]()
    except TrayError:
        return


@given(STEPS)
def test_undo_and_redo_walk_the_same_way(steps: list[tuple[str, int, int]]) -> None:
    tray = Tray()
    states = [tray.shots]
    tray.changed.connect(lambda: states.append(tray.shots))
    for step in steps:
        do(tray, step)
    walked = list(states)
    back = [tray.shots]
    while tray.can_undo:
        tray.undo()
        back.append(tray.shots)
    assert back == walked[::-1]
    while tray.can_redo:
        tray.redo()
    assert tray.shots == walked[-1]


@given(STEPS)
def test_tray_never_overflows_nor_doubles(steps: list[tuple[str, int, int]]) -> None:
    tray = Tray()
    for step in steps:
        do(tray, step)
        assert len(set(answers(tray))) == len(tray.shots) <= MAX_SHOTS


def test_muting_several_is_one_change() -> None:
    tray = filled(1, 2, 3)
    tray.mute_all({case(1).id: True, case(3).id: True, "gone": True})
    assert answers_sent(tray) == [2]
    tray.undo()
    assert answers_sent(tray) == [1, 2, 3]


def test_a_pin_can_be_taken_back() -> None:
    tray = filled(1, 2)
    tray.pin(case(1).id)
    assert [shot.pinned for shot in tray.shots] == [True, False]
    tray.pin(case(1).id, pinned=False)
    assert not any(shot.pinned for shot in tray.shots)


def test_another_rendering_is_sent_and_the_case_stays() -> None:
    tray, shown = filled(1), replace(case(1), images=("1" * 64,))
    tray.show_as({shown.id: shown})
    assert (tray.active, tray.shots[0].case) == ((shown,), case(1))
    tray.show_as({shown.id: None})
    assert tray.active == (case(1),)


def test_an_edited_case_keeps_its_rendering_until_its_picture_is_another() -> None:
    tray, shown = filled(1), replace(case(1), images=("1" * 64,))
    tray.show_as({shown.id: shown})
    edited = replace(case(1), answer="edited", revision=2)
    tray.refresh(lambda _: edited)
    assert tray.active == (replace(edited, images=("1" * 64,)),)
    tray.refresh(lambda _: replace(edited, images=("2" * 64,)))
    assert tray.active[0].images == ("2" * 64,)


def answers_sent(tray: Tray) -> list[int]:
    return [int(one.id, 16) for one in tray.active]
