"""The benchmark of the library, small: what it reports, and when it names a missed target."""

import json
from dataclasses import replace

import numpy as np
import pytest

from precedent_plugin.bench.evidence import InfluenceFigures
from precedent_plugin.bench.library import (
    LibraryFigures,
    LibraryOrder,
    SuggestFigures,
    Times,
    measure_library,
)
from precedent_plugin.bench.made_library import vectors
from precedent_plugin.errors import UsageError
from precedent_plugin.verbs.bench_library import main

SMALL = LibraryOrder(cases=300, width=32, imports=20, queries=10)
FAST = SuggestFigures(Times(20, 30), 0.95, 1)
GOOD = LibraryFigures(
    SMALL,
    10_000,
    Times(50, 80),
    Times(1, 2),
    Times(16, 20),
    {"clustered": FAST, "random": FAST},
    InfluenceFigures(70, 10, 2),
)


def test_a_small_library_is_measured_whole() -> None:
    told: list[str] = []
    found = measure_library(SMALL, told.append)
    assert found.imports_per_minute > 0
    assert found.search_ms.p95 >= found.search_ms.p50 > 0
    assert {*found.suggest} == {"clustered", "random"}
    assert all(one.recall_at_10 >= 0.95 for one in found.suggest.values())
    assert told[0] == "Importing 20 cases."


@pytest.mark.parametrize(
    ("figures", "missed"),
    [
        (GOOD, ()),
        (replace(GOOD, imports_per_minute=9_999), ("import",)),
        (replace(GOOD, search_ms=Times(50.1, 60)), ("search",)),
        (replace(GOOD, frame_ms=Times(16.1, 60)), ("scroll",)),
        (replace(GOOD, influence=InfluenceFigures(70.1, 10, 2)), ("influence",)),
        (replace(GOOD, suggest={"random": replace(FAST, ms=Times(20.1, 21))}), ("suggest",)),
        (replace(GOOD, suggest={"random": replace(FAST, recall_at_10=0.94)}), ("recall",)),
    ],
)
def test_what_is_missed_is_named(figures: LibraryFigures, missed: tuple[str, ...]) -> None:
    assert figures.missed == missed


def test_clustered_vectors_have_neighbours_and_random_ones_have_none() -> None:
    clustered, random = (vectors(1000, 128, layout) for layout in ("clustered", "random"))
    nearest = [np.sort(rows @ rows.T, axis=1)[:, -2].mean() for rows in (clustered, random)]
    # Two of a cluster have a cosine of 1 / (1 + 0.6 ** 2); of 1,000 random ones the nearest has
    # about the largest of so many deviations of 1 / sqrt(128), which is 3.2 of them.
    assert nearest[0] == pytest.approx(1 / 1.36, abs=0.1)
    assert nearest[1] == pytest.approx(3.2 / 128**0.5, abs=0.05)


def test_the_verb_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--cases", "200", "--width", "16", "--imports", "5", "--queries", "5", "--json"]
    assert main(words) in (0, 1)
    document = json.loads(capsys.readouterr().out)
    assert document["order"]["cases"] == 200
    assert document["targets"]["suggest_ms"] == 20
    assert isinstance(document["missed"], list)


def test_numbers_that_measure_nothing_are_refused() -> None:
    with pytest.raises(UsageError):
        main(["--cases", "0"])
