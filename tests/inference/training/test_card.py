import copy
import json
from pathlib import Path
from typing import Any

import pytest

from precedent_inference.training.card import (
    MEASURED_FILE,
    card_text,
    curve_rows,
    missed_targets,
)
from precedent_resources import resource


@pytest.fixture
def measured() -> dict[str, Any]:
    """The figures of the shipped model."""
    path = resource("models", "starter") / MEASURED_FILE
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return table


def test_the_shipped_card_says_what_was_measured(measured: dict[str, Any]) -> None:
    card = (resource("models", "starter") / "card.md").read_text(encoding="utf-8")
    assert card == card_text(measured)


def test_a_missed_target_is_named(measured: dict[str, Any]) -> None:
    worse = copy.deepcopy(measured)
    worse["procedural"]["2-way 1-shot"]["exact"] = 0.5
    worse["real"]["mean"]["accuracy"] = 0.5
    missed = missed_targets(worse["procedural"], worse["real"])
    assert any(line.startswith("2-way 1-shot: 0.500") for line in missed)
    assert any(line.startswith("real pictures, mean: 0.500") for line in missed)


def test_met_targets_are_not_called_missed(measured: dict[str, Any]) -> None:
    better = copy.deepcopy(measured)
    for score in better["procedural"].values():
        score["exact"] = 0.97
    better["real"]["mean"]["accuracy"] = 0.95
    for pair in better["real"]["pairs"]:
        pair["accuracy"]["value"] = 1.0
    assert missed_targets(better["procedural"], better["real"]) == []


def test_the_card_says_that_it_knows_no_medicine(measured: dict[str, Any]) -> None:
    assert "no medical knowledge" in card_text(measured)


def test_the_curve_is_a_mean_over_steps_of_one_kind(tmp_path: Path) -> None:
    path = tmp_path / "language.csv"
    path.write_text(
        "step,kind,answer,comparison,tokens,first\n"
        "1,text,4.0,1,0.25,0\n500,real,1.0,1,0.5,0\n499,text,2.0,1,0.75,0\n501,text,1.0,1,1.0,0\n"
    )
    assert curve_rows(path) == [
        {"step": 500, "kind": "real", "loss": 1.0, "exact": 0.5},
        {"step": 500, "kind": "text", "loss": 3.0, "exact": 0.5},
        {"step": 1000, "kind": "text", "loss": 1.0, "exact": 1.0},
    ]
