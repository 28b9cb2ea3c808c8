"""A repair of the tray is one change, and undo takes it back."""

import pytest

from precedent_plugin.cases import Case
from precedent_plugin.prompting.repairing import repair_tray
from precedent_plugin.tray import Tray
from precedent_plugin.warnings.repair import (
    FindShots,
    FitWhole,
    LookAgain,
    MatchScale,
    MatchWindow,
    MuteShots,
    RemoveShots,
    Reorder,
    Repair,
    Shorten,
)

CASES = [Case(f"{number:032x}", ("a" * 64,), "Where?", "Left") for number in range(3)]
IDS = tuple(case.id for case in CASES)


@pytest.fixture
def tray() -> Tray:
    made = Tray()
    made.add(CASES)
    return made


def test_muting_is_one_change(tray: Tray) -> None:
    assert repair_tray(tray, MuteShots(IDS[:2]))
    assert [shot.muted for shot in tray.shots] == [True, True, False]
    tray.undo()
    assert [shot.muted for shot in tray.shots] == [False] * 3


def test_removing_takes_out_and_undo_brings_back(tray: Tray) -> None:
    assert repair_tray(tray, RemoveShots(IDS[:1]))
    assert tray.active == tuple(CASES[1:])
    tray.undo()
    assert tray.active == tuple(CASES)


def test_reordering_sets_the_policy(tray: Tray) -> None:
    tray.move(IDS[0], 2)
    assert repair_tray(tray, Reorder("most-similar-last"))
    assert tray.policy == "most-similar-last"


@pytest.mark.parametrize(
    "repair",
    [
        FindShots(),
        FitWhole(),
        LookAgain("region"),
        MatchWindow(IDS, (40.0, 400.0)),
        MatchScale(IDS, 0.5),
        Shorten("question", 3),
    ],
)
def test_what_is_not_the_trays_leaves_it_alone(tray: Tray, repair: Repair) -> None:
    before = tray.shots
    assert not repair_tray(tray, repair)
    assert tray.shots == before


@pytest.mark.parametrize(
    ("repair", "words"),
    [
        (MuteShots(IDS[:1]), "Mute 1 reference"),
        (RemoveShots(IDS), "Remove 3 references"),
        (Reorder("most-similar-last"), "Put the most similar last"),
        (MatchWindow(IDS[:2], (40.0, 400.0)), "Show 2 references at 40 / 400"),
        (MatchScale(IDS[:1], 0.5), "Scale 1 reference to the picture"),
        (FitWhole(), "Send whole pictures"),
        (FindShots(), "Find references"),
        (FindShots("Left"), "Find counter-examples"),
        (LookAgain("region"), "Draw a region"),
        (LookAgain("window"), "Choose another window"),
        (Shorten("question", 12), "Shorten the question by 12 tokens"),
    ],
)
def test_a_repair_says_what_it_does(repair: Repair, words: str) -> None:
    assert repair.words == words
