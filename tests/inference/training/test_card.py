import copy
import json
from typing import Any

import pytest

from precedent_inference.training.card import MEASURED_FILE, card_text, missed_targets
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
