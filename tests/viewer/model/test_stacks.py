"""What lies on one stack, its phases, and what is said of its geometry."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
from tests.viewer.model.test_study import AXIAL, SAGITTAL, instance

from precedent_viewer.model.phases import Phase
from precedent_viewer.model.plane import Orientation, Plane
from precedent_viewer.model.stacks import orientation_word
from precedent_viewer.model.study import Instance, Series, StudyTree


def series_of(*instances: Instance) -> tuple[Series, ...]:
    tree = StudyTree()
    tree.add_all(instances)
    return tree.studies[0].series


def slices(*depths: float) -> list[Instance]:
    return [instance(f"z{at}", at, (0, 0, depth)) for at, depth in enumerate(depths)]


def with_phase(one: Instance, phase: Phase) -> Instance:
    return replace(one, phases=(phase,))


@pytest.mark.parametrize(
    ("depths", "fact"),
    [
        ((0, 5, 10, 15), None),
        ((0, 5, 15, 20, 25), "1 slice is missing, after image 2; the others lie 5 mm apart."),
        ((0, 5, 20, 25, 30), "2 slices are missing, after image 2; the others lie 5 mm apart."),
        ((0, 5, 12.5, 17.5, 22.5), "The distance of the images is 5 mm, but 7.5 mm after image 2."),
        ((0, 1, 3, 6, 10, 15), "The distance of the images varies from 1 to 5 mm."),
        ((0, 5, 10.05, 15), None),
        ((0, 5), None),
    ],
)
def test_gaps_are_told(depths: tuple[float, ...], fact: str | None) -> None:
    (series,) = series_of(*slices(*depths))
    assert series.facts == (() if fact is None else (fact,))


def test_a_leaning_stack_is_told_with_its_angle() -> None:
    lean = math.tan(math.radians(12))
    leaning = [instance(f"{at}", at, (0, lean * 5 * at, 5 * at)) for at in range(4)]
    (series,) = series_of(*leaning)
    assert series.facts == ("The stack leans by 12.0° (gantry tilt): reformats straighten it.",)


def test_images_of_other_size_lie_on_a_stack_of_their_own() -> None:
    small = [replace(one, rows=2, columns=2, path=Path(f"s{one.path}")) for one in slices(0, 5)]
    stacks = series_of(*slices(0, 5), *small)
    assert [one.part for one in stacks] == [
        "axial, 4 \N{MULTIPLICATION SIGN} 4",
        "axial, 2 \N{MULTIPLICATION SIGN} 2",
    ]
    assert len({one.uid for one in stacks}) == 2


def test_views_without_geometry_stay_together_whatever_their_size() -> None:
    lateral = replace(instance("b", 2), rows=9)
    assert len(series_of(instance("a", 1), lateral)) == 1


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("echo", (9.2, 4.6), ("Echo 4.6 ms", "Echo 9.2 ms")),
        ("b", (1000, 0), ("b 0", "b 1000")),
        ("time", (2, 1), ("Phase 1", "Phase 2")),
    ],
)
def test_phases_are_named_by_what_varies(
    name: str, values: tuple[float, float], words: tuple[str, ...]
) -> None:
    frames = [
        with_phase(replace(one, path=Path(f"{one.path}v{value}")), ((name, value),))
        for value in values
        for one in slices(0, 5, 10)
    ]
    (series,) = series_of(*frames)
    assert series.phases == words
    said = [frame.instance.phases[0][0][1] for frame in series.frames]
    assert said == [min(values)] * 3 + [max(values)] * 3


def test_echoes_of_several_b_values_are_told_by_what_gives_each_its_own_name() -> None:
    frames = [
        with_phase(replace(one, path=Path(f"{one.path}b{b}")), (("echo", 60.0), ("b", float(b))))
        for b in (0, 500, 1000)
        for one in slices(0, 5)
    ]
    (series,) = series_of(*frames)
    assert series.phases == ("b 0", "b 500", "b 1000")


def test_places_that_are_repeated_unevenly_are_no_phases() -> None:
    twice = replace(slices(0)[0], path=Path("again"), sop_instance_uid="again")
    (series,) = series_of(*slices(0, 5, 10), twice)
    assert series.phases == ()
    assert len(series.frames) == 4
    assert series.facts == ("1 place holds several images, without a pattern.",)


@pytest.mark.parametrize(
    ("orientation", "word"),
    [
        (AXIAL, "axial"),
        (SAGITTAL, "sagittal"),
        ((1, 0, 0, 0, 0, -1), "coronal"),
        ((math.cos(0.7), 0, math.sin(0.7), 0, 1, 0), "oblique"),
    ],
)
def test_planes_have_the_names_that_readers_use(orientation: Orientation, word: str) -> None:
    assert orientation_word(Plane((0, 0, 0), orientation)) == word
