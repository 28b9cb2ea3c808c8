"""What an answer rests on is found out on demand, and shown finding by finding."""

import pytest
from qtpy.QtGui import QColor, QImage
from qtpy.QtWidgets import QLabel
from tests.plugin.panels.bench import Bench

from precedent_inference.evidence.findings import (
    Agreement,
    Baseline,
    Certainty,
    Finding,
    Influence,
    OcclusionMap,
    Rectangle,
    Reliance,
    Rerun,
    Verdict,
)
from precedent_plugin.panels.evidence import EvidenceView
from precedent_plugin.panels.evidence_words import change_words
from precedent_plugin.panels.heat import heated
from precedent_plugin.panels.influence import InfluenceBar

MAP = OcclusionMap(0, ((0.0, 2.0), (-1.0, 1.0)), Rectangle(0, 0, 40, 40))
FINDINGS: list[Finding] = [
    Certainty(-0.1, -0.1, "normal", 2.0),
    Influence(0, "a", 0.7),
    Influence(1, "b", -0.3),
    Agreement("orders", (Rerun("normal", False, (1, 0)),), 0.7),
    Reliance("query-picture", "normal", True, 1.5),
    Reliance("shot-pictures", "pneumonia", False, 0.0),
    Baseline("majority", None, False),
    Baseline("nearest", "normal", False, shot=1),
    MAP,
    Verdict("unstable", "Unstable: the order alone changes it."),
]


def view(bench: Bench) -> EvidenceView:
    return bench.work.ask.answer.rests


def words(bench: Bench) -> str:
    labels = view(bench).findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisible())


@pytest.fixture
def examined(bench: Bench) -> Bench:
    bench.engine.findings = FINDINGS
    bench.fill_tray("pneumonia", "normal")
    bench.ask()
    view(bench).examine.click()
    return bench


def test_nothing_is_examined_until_it_is_wanted(bench: Bench) -> None:
    bench.fill_tray("pneumonia")
    bench.ask()
    assert bench.engine.examined == []
    assert view(bench).examine.isVisible()


def test_the_very_question_and_its_answer_are_examined(examined: Bench) -> None:
    (request,) = examined.engine.examined
    assert request.asked == examined.engine.requests[-1]
    assert request.answer == "pneumonia"


def test_the_verdict_stands_first_and_a_doubtful_one_warns(examined: Bench) -> None:
    assert view(examined).verdict.words.text() == "Unstable: the order alone changes it."
    assert view(examined).verdict.property("role") == "note-caution"
    assert not view(examined).examine.isVisible()


def test_each_reference_has_its_bar(examined: Bench) -> None:
    bars = view(examined).findChildren(InfluenceBar)
    assert [bar.change for bar in bars] == [0.7, -0.3]
    assert bars[0].accessibleName() == "With this reference the answer is 2.0 times likelier."
    assert bars[1].accessibleName() == "With this reference the answer is 1.3 times less likely."


def test_findings_are_said_in_words(examined: Bench) -> None:
    said = words(examined)
    assert "“normal”; the answer is 7.4 times likelier" in said
    assert "0 of 1 say the same; others “normal”" in said
    assert "“normal” instead" in said
    assert "the same, no difference" in said
    assert "nothing: two answers are equally frequent" in said


def test_another_question_offers_it_anew(examined: Bench) -> None:
    examined.ask("Again?")
    assert view(examined).examine.isVisible()
    assert not view(examined).verdict.isVisible()


def test_a_dead_engine_says_so_and_the_offer_stays(bench: Bench) -> None:
    bench.fill_tray("pneumonia")
    bench.ask()
    bench.engine.is_dead = True
    view(bench).examine.click()
    assert "The engine's process ended." in words(bench)
    assert view(bench).examine.isVisible()


def test_findings_come_one_by_one_and_stopping_keeps_them(held: Bench) -> None:
    held.fill_tray("pneumonia", "normal")
    held.ask()
    asked = held.host.held[-1]
    asked.on_result(held.engine.ask(held.work.session.question.request))  # type: ignore[union-attr]  # asked above
    view(held).examine.click()
    held.host.held[-1].on_progress(FINDINGS[1])
    assert len(view(held).findChildren(InfluenceBar)) == 1
    assert view(held).stop.isVisible()
    view(held).stop.click()
    assert len(view(held).findChildren(InfluenceBar)) == 1
    assert "Stopped; not everything was tried." in words(held)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (0.0, "no difference"),
        (0.04, "no difference"),
        (0.6931472, "2.0 times likelier"),
        (-2.3025851, "10 times less likely"),
        (30.0, "over 1000 times likelier"),
    ],
)
def test_a_difference_of_logarithms_is_said_as_a_ratio(change: float, said: str) -> None:
    assert change_words(change) == said


def test_the_map_colours_what_carries_the_answer_and_nothing_else() -> None:
    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor("black"))
    shown = heated(picture, MAP)
    most, some = shown.pixelColor(30, 10), shown.pixelColor(30, 30)
    assert most.red() > some.red() > 0
    assert shown.pixelColor(10, 10) == QColor("black")
    assert shown.pixelColor(10, 30) == QColor("black")


def test_a_map_that_tells_nothing_colours_nothing() -> None:
    # A quarter of the probability is the least that tells: 0.28 is below ln(4/3).
    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor("black"))
    shown = heated(picture, OcclusionMap(0, ((0.28, 0.0),), Rectangle(0, 0, 40, 40)))
    assert shown.pixelColor(10, 20) == QColor("black")


def test_a_map_of_a_cropped_picture_lies_on_its_middle() -> None:
    picture = QImage(60, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor("black"))
    shown = heated(picture, OcclusionMap(0, ((1.0,),), Rectangle(10, 0, 40, 40)))
    assert shown.pixelColor(5, 20) == QColor("black")
    assert shown.pixelColor(55, 20) == QColor("black")
    assert shown.pixelColor(30, 20) != QColor("black")
