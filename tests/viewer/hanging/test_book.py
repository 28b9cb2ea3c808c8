"""Protocols on the disk: kept, ordered, exchanged, and what a wrong file says."""

import json
from pathlib import Path

import pytest
from tests.viewer.hanging.made_studies import NOW, PRIOR, STRANGER

from precedent_viewer.hanging.book import HangingBook
from precedent_viewer.hanging.exchange import rules_from_json, rules_to_json
from precedent_viewer.hanging.recent import MOST_STUDIES, RecentStudies
from precedent_viewer.hanging.rules import Look, Place, Rule, RuleError, SeriesTest, StudyTest
from precedent_viewer.hanging.summaries import StudySummary
from precedent_viewer.model.voi import Window

FULL = Rule(
    "Full",
    (1, 2),
    (
        Place(
            SeriesTest("CT", "axial", ("CHEST",), "L", ("a",), ("b",), 2, 1),
            Look(Window(40.5, 80, "SIGMOID", "Brain"), True, "PET", 3, True, True, "actual"),
        ),
        Place(),
    ),
    StudyTest(("CT", "PT"), ("CHEST",), ("trauma",)),
    ("scroll", "lines"),
    False,
)


def rule(name: str) -> Rule:
    return Rule(name, (1, 1), (Place(SeriesTest("CT")),))


def names(book: HangingBook) -> list[str]:
    return [one.name for one in book.rules]


def test_every_field_survives_the_file() -> None:
    assert rules_from_json(rules_to_json([FULL, rule("Plain")]))[0] == FULL


def test_protocols_survive_a_restart_in_their_order(tmp_path: Path) -> None:
    book = HangingBook(tmp_path)
    first, second = rule("first"), rule("second")
    book.put(second)
    book.put(first)
    book.move(first.id, 5)
    assert names(HangingBook(tmp_path)) == ["second", "first"]


def test_changes_are_taken_back_one_by_one(tmp_path: Path) -> None:
    book = HangingBook(tmp_path)
    kept = rule("kept")
    book.put(kept)
    book.switch(kept.id, is_on=False)
    book.remove(kept.id)
    assert book.undo()
    assert [one.is_on for one in book.rules] == [False]
    assert book.undo()
    assert [one.is_on for one in HangingBook(tmp_path).rules] == [True]
    assert book.undo()
    assert not book.undo()


def test_import_replaces_what_is_known_and_adds_the_rest(tmp_path: Path) -> None:
    theirs, mine = HangingBook(tmp_path / "theirs"), HangingBook(tmp_path / "mine")
    shared = rule("old name")
    mine.put(shared)
    theirs.put(Rule("new name", shared.layout, shared.places, id=shared.id))
    theirs.put(rule("other"))
    theirs.write_to(tmp_path / "out.json")
    assert mine.read_from(tmp_path / "out.json") == 1
    assert names(mine) == ["new name", "other"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "x"}, "holds no hanging protocols"),
        ({"version": 2}, "version 2, not 1"),
        ({"protocols": 3}, "protocols of the hanging protocols is not a list"),
        ({"protocols": [3]}, "is not a list of objects"),
        ({"protocols": [{"name": 3}]}, r"protocols\[0\]"),
        ({"protocols": [{"name": "a", "layout": [1, 9], "places": []}]}, "1 x 9 is not offered"),
        ({"protocols": [{"name": "a", "layout": [1, True], "places": []}]}, "two whole numbers"),
        ({"protocols": [{"name": "a", "layout": [1, 1], "places": []}]}, "0 places for 1"),
        ({"protocols": [{"name": "", "layout": [1, 1], "places": [{}]}]}, "has no name"),
        ({"protocols": [{"name": "a", "layout": [1, 1], "links": ["all"], "places": [{}]}]},
         "links holds"),
        ({"protocols": [{"name": "a", "layout": [1, 1], "places": [
            {"look": {"window": {"center": 1, "width": 0}}}]}]}, "Window Width"),
        ({"protocols": [{"name": "a", "layout": [1, 1], "places": [
            {"look": {"window": {"center": 10**400, "width": 1}}}]}]}, "center .* not a number"),
        ({"protocols": [{"name": "a", "layout": [1, 1], "places": [{"series": {"nth": 0}}]}]},
         "Count from 1|is 0"),
        ({"protocols": [{"name": "a", "layout": [1, 1], "places": [{"look": {"zoom": "x"}}]}]},
         "zoom 'x'"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_in_a_sentence(change: dict[str, object], message: str) -> None:
    record = {"format": "precedent-hanging", "version": 1, "protocols": [], **change}
    with pytest.raises(RuleError, match=message):
        rules_from_json(json.dumps(record))


def test_a_damaged_file_is_kept_and_told(tmp_path: Path) -> None:
    (tmp_path / "hanging.json").write_text("{", encoding="utf-8")
    book = HangingBook(tmp_path)
    assert book.rules == ()
    assert book.problem is not None
    assert (tmp_path / "hanging.damaged.json").read_text(encoding="utf-8") == "{"


def test_the_last_studies_are_kept_without_their_patients(tmp_path: Path) -> None:
    recent = RecentStudies(tmp_path)
    recent.add([PRIOR, STRANGER])
    recent.add([NOW])
    recent.save()
    again = RecentStudies(tmp_path).studies
    assert [one.uid for one in again] == ["1", "2", "4"]
    assert again[0].patient == again[1].patient != again[2].patient
    assert again[0].series == NOW.series
    assert '"p"' not in (tmp_path / "recent_studies.json").read_text(encoding="utf-8")


def test_only_the_newest_studies_are_kept(tmp_path: Path) -> None:
    recent = RecentStudies(tmp_path)
    for number in range(MOST_STUDIES + 5):
        recent.add([StudySummary(str(number))])
    assert len(recent.studies) == MOST_STUDIES
    assert recent.studies[0].uid == str(MOST_STUDIES + 4)
