"""Which images lie on one stack, whatever order they come in."""

import math
from dataclasses import replace

import pytest
from tests.viewer.model.test_study import AXIAL, SAGITTAL, instance

from precedent_viewer.model.plane import Orientation, Plane
from precedent_viewer.model.study import Instance, Series, StudyTree

CORONAL: Orientation = (1, 0, 0, 0, 0, -1)


def turned(degrees: float) -> Orientation:
    """Axial, leant about the left-right axis."""
    angle = math.radians(degrees)
    return (1, 0, 0, 0, math.cos(angle), math.sin(angle))


def around(degrees: float) -> Orientation:
    """Upright, seen from an angle around the body."""
    angle = math.radians(degrees)
    return (math.cos(angle), math.sin(angle), 0, 0, 0, -1)


def image(number: int, orientation: Orientation, depth: float = 0.0) -> Instance:
    x, y, z = Plane((0, 0, 0), orientation).normal
    return instance(str(number), number, (x * depth, y * depth, z * depth), orientation)


def opened(*instances: Instance, batch: int = 100) -> StudyTree:
    tree = StudyTree()
    for at in range(0, len(instances), batch):
        tree.add_all(instances[at : at + batch])
    return tree


def numbers(series: Series) -> list[int | None]:
    return [frame.instance.instance_number for frame in series.frames]


def test_a_localizer_has_three_stacks_with_names() -> None:
    images = [
        image(3 * at + turn, orientation, 10 * at)
        for at in range(2)
        for turn, orientation in enumerate((AXIAL, SAGITTAL, CORONAL))
    ]
    series = opened(*images).studies[0].series
    assert [one.part for one in series] == ["axial", "sagittal", "coronal"]
    assert [len(one.frames) for one in series] == [2, 2, 2]


def test_rounding_in_the_file_splits_nothing() -> None:
    # 0.05 is where one digit after the point would change.
    images = [
        image(at, turned(math.degrees(math.asin(0.05 + 1e-5 * (-1) ** at))), at) for at in range(6)
    ]
    (series,) = opened(*images).studies[0].series
    assert series.phases == ()
    assert numbers(series) == [0, 1, 2, 3, 4, 5]


def test_slices_along_the_discs_stay_together_group_by_group() -> None:
    discs = [
        image(3 * disc + at, turned(degrees), 40 * disc + 4 * at)
        for disc, degrees in enumerate((0, 8, 20, 34))
        for at in range(3)
    ]
    (series,) = opened(*discs).studies[0].series
    assert numbers(series) == list(range(12))
    assert series.facts == (
        "The images lie in 4 groups of different angles, which follow each other.",
    )


@pytest.mark.parametrize("batch", [1, 5, 36])
def test_views_from_around_are_one_series_in_their_order(batch: int) -> None:
    views = [image(at, around(10 * at), 0.0) for at in range(36)]
    (series,) = opened(*views, batch=batch).studies[0].series
    assert numbers(series) == list(range(36))
    assert series.part == ""
    assert series.facts == ("Each of its 36 images has an angle of its own.",)


def test_a_series_that_turns_out_to_be_a_part_is_told() -> None:
    tree = StudyTree()
    joined: list[tuple[Series, Series]] = []
    tree.series_joined.connect(lambda gone, series: joined.append((gone, series)))
    for at, degrees in enumerate((0, 60, 120, 15, 75)):
        tree.add(image(at, around(degrees)))
    (series,) = tree.studies[0].series
    assert [(gone.uid, into.uid) for gone, into in joined] == [("series/2", "series")]
    assert numbers(series) == [0, 1, 2, 3, 4]


def test_pixel_spacings_that_differ_by_rounding_are_one_stack() -> None:
    images = [
        replace(image(at, AXIAL, at), pixel_spacing_mm=(0.7 + 1e-5 * at, 0.7)) for at in range(3)
    ]
    assert len(opened(*images).studies[0].series) == 1


def test_reconstructions_of_another_field_of_view_are_stacks_of_their_own() -> None:
    wide = [replace(image(at, AXIAL, at), pixel_spacing_mm=(0.9, 0.9)) for at in range(3)]
    narrow = [replace(image(9 + at, AXIAL, at), pixel_spacing_mm=(0.4, 0.4)) for at in range(3)]
    assert len(opened(*wide, *narrow).studies[0].series) == 2


def test_images_that_share_an_identity_but_differ_are_both_shown() -> None:
    first = image(1, AXIAL)
    other = replace(image(2, AXIAL, 5), sop_instance_uid=first.sop_instance_uid)
    tree = opened(first, other)
    assert len(tree.studies[0].series[0].frames) == 2
    assert tree.refused == ()


def test_words_stand_on_the_images_at_either_side_of_a_gap() -> None:
    images = [image(at, AXIAL, depth) for at, depth in enumerate((0, 5, 15, 20, 32, 37))]
    (series,) = opened(*images).studies[0].series
    assert [series.gap_at(at) for at in range(6)] == [
        "",
        "Slice missing after this image",
        "Slice missing before this image",
        "Gap of 12 mm after this image",
        "Gap of 12 mm before this image",
        "",
    ]


def test_places_are_told_apart_at_any_scale() -> None:
    # Optical coherence tomography: slices 4 µm apart, pixels of 5 µm.
    images = [
        replace(image(at, AXIAL, 0.004 * at), pixel_spacing_mm=(0.005, 0.005)) for at in range(5)
    ]
    (series,) = opened(*images).studies[0].series
    assert (series.phases, series.facts) == ((), ())


def test_nothing_is_said_of_gaps_while_files_are_still_coming() -> None:
    tree = StudyTree()
    told: list[tuple[str, ...]] = []
    tree.series_changed.connect(lambda series: told.append(series.facts))
    tree.grow()
    tree.add_all([image(0, AXIAL, 0), image(1, AXIAL, 5), image(3, AXIAL, 15), image(4, AXIAL, 20)])
    (series,) = tree.studies[0].series
    assert (series.facts, series.gap_at(1)) == ((), "")
    tree.settle()
    assert told == [("1 slice is missing, after image 2; the others lie 5 mm apart.",)]
    tree.grow()
    tree.add(image(2, AXIAL, 10))
    tree.settle()
    assert series.facts == ()
    assert told[1:] == [()]
