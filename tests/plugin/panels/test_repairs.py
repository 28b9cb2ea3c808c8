"""Warnings come with what one click can do, and the prompt is counted once an engine runs."""

from dataclasses import replace

import pytest
from qtpy.QtWidgets import QPushButton
from tests.plugin.panels.bench import Bench

from precedent_inference.protocol import PictureFacts, PromptFacts
from precedent_plugin.panels.facts import facts_words
from precedent_plugin.panels.warning_row import WarningRow
from precedent_plugin.warnings.repair import (
    FindShots,
    LookAgain,
    MatchScale,
    MatchWindow,
    MuteShots,
    Repair,
    Shorten,
)
from precedent_plugin.warnings.warning import PromptWarning

WHOLE = PictureFacts(64, 64, (0, 0, 64, 64), 1.0)
FACTS = PromptFacts(
    "starter",
    1,
    (20, 22),
    12,
    32,
    512,
    9,
    1,
    (WHOLE,) * 3,
    images_cached=2,
    prompt_tokens_cached=43,
)


def rows(bench: Bench) -> list[WarningRow]:
    return bench.work.ask.tray.findChildren(WarningRow)


def buttons(bench: Bench) -> list[QPushButton]:
    return [one for row in rows(bench) for one in row.findChildren(QPushButton, "tray-repair")]


def test_a_contradiction_is_repaired_by_one_click_and_undone(bench: Bench) -> None:
    # The same picture with two answers; the bench draws one picture for all cases.
    bench.fill_tray("pneumonia", "normal")
    repair = buttons(bench)[0]
    before = bench.work.session.tray.shots
    repair.click()
    assert bench.work.session.tray.shots != before
    bench.work.session.tray.undo()
    assert bench.work.session.tray.shots == before


@pytest.mark.parametrize(
    "repair", [FindShots(), LookAgain("region"), MatchWindow(("a",), (50.0, 350.0))]
)
def test_a_remedy_that_no_click_can_do_has_no_button(bench: Bench, repair: Repair) -> None:
    warning = PromptWarning("weak-shot", "Weak.", repair=repair)
    row = WarningRow(warning, offers=bench.work.desk.offers, on_repair=print)
    assert row.findChild(QPushButton, "tray-repair") is None


def test_what_the_desk_cannot_do_goes_to_the_reader(bench: Bench) -> None:
    assert not bench.work.desk.repair(Shorten("question", 4))
    assert bench.work.desk.repair(MuteShots(()))


def test_the_prompt_is_counted_in_one_line() -> None:
    # 1 + 20 + 22 + 12 of prompt, 32 for the answer.
    assert facts_words(FACTS) == (
        "3 of 9 pictures  ·  87 of 512 tokens  ·  trained with 1 at most  ·  "
        "2 pictures and 43 tokens known"
    )


def test_nothing_is_counted_before_an_engine_runs(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(bench.engine), "count", lambda *_: FACTS)
    bench.fill_tray("pneumonia", "normal")
    assert bench.work.ask.tray.facts.isHidden()
    assert bench.engine.starts == 0
    bench.ask()
    assert bench.work.ask.tray.facts.whole == " ".join(facts_words(FACTS).split())


def test_shots_are_scaled_to_the_picture_by_one_click(bench: Bench) -> None:
    bench.fill_tray("pneumonia")
    tray = bench.work.session.tray
    (case,) = tray.active
    known = replace(case, provenance=replace(case.provenance, spacing_mm=(1.0, 1.0)))
    tray.show_as({case.id: known})
    assert bench.work.desk.repair(MatchScale((case.id,), 0.5))
    assert tray.active[0].provenance.pixel_mm == 0.5
