"""The tree of what is open, and the order of frames."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_viewer.model.order import natural_key
from precedent_viewer.model.plane import Orientation, Plane, Point
from precedent_viewer.model.study import Description, Instance, RefusedFile, Series, StudyTree

AXIAL: Orientation = (1, 0, 0, 0, 1, 0)
SAGITTAL: Orientation = (0, 1, 0, 0, 0, -1)
BASE = Instance(Path("x"), "dicom", "1", "series", "study", 1, 4, 4, "CT")


def instance(name: str, number: int | None = None, position: Point | None = None,
             orientation: Orientation = AXIAL) -> Instance:  # fmt: skip
    return replace(
        BASE,
        path=Path(name),
        sop_instance_uid=name,
        instance_number=number,
        position=position,
        orientation=None if position is None else orientation,
    )


def order_of(*instances: Instance) -> list[str]:
    tree = StudyTree()
    tree.add_all(instances)
    return [frame.instance.path.name for frame in tree.studies[0].series[0].frames]


def test_frames_go_along_the_normal_from_the_lower_instance_numbers() -> None:
    feet_first = [
        instance("a", 1, (0, 0, 30)),
        instance("b", 2, (0, 0, -5)),
        instance("c", 3, (0, 0, 10)),
    ]
    head_first = [
        replace(one, instance_number=4 - (one.instance_number or 0)) for one in feet_first
    ]

    assert order_of(*feet_first) == ["a", "c", "b"]
    assert order_of(*head_first) == ["b", "c", "a"]


def test_sagittal_frames_are_sorted_along_x() -> None:
    frames = [instance(str(x), x, (x, 90 - 7 * x, 3 * x), SAGITTAL) for x in (3, 1, 2)]

    assert order_of(*frames) == ["1", "2", "3"]


def test_without_geometry_the_instance_number_counts_then_the_path() -> None:
    frames = [instance("im10"), instance("im9"), instance("z", 2), instance("y", 1)]

    assert order_of(*frames) == ["y", "z", "im9", "im10"]


def test_time_points_of_one_stack_follow_each_other() -> None:
    frames = [
        instance(f"t{time}z{z}", 10 * time + z, (0, 0, z)) for z in (0, 1, 2) for time in (0, 1)
    ]

    assert order_of(*frames) == ["t0z0", "t0z1", "t0z2", "t1z0", "t1z1", "t1z2"]


def test_stacks_of_other_orientation_stay_apart() -> None:
    frames = [
        instance("s1", 3, (0, 0, 0), SAGITTAL),
        instance("a1", 1, (0, 0, 0)),
        instance("s2", 4, (5, 0, 0), SAGITTAL),
        instance("a2", 2, (0, 0, 5)),
    ]

    tree = StudyTree()
    tree.add_all(frames)
    stacks = tree.studies[0].series

    assert [one.title for one in stacks] == ["CT series, sagittal", "CT series, axial"]
    assert [[frame.instance.path.name for frame in one.frames] for one in stacks] == [
        ["s1", "s2"],
        ["a1", "a2"],
    ]


@given(st.permutations(range(12)))
def test_order_does_not_depend_on_the_order_of_arrival(arrival: list[int]) -> None:
    frames = [instance(f"{at}", at, (0.3 * at, -0.1 * at, 2.5 * at)) for at in arrival]

    assert order_of(*frames) == [str(at) for at in range(12)]


def test_frames_of_one_file_are_sorted_by_their_own_planes() -> None:
    planes = tuple(Plane((0, 0, z), AXIAL) for z in (0, 20, 10))
    tree = StudyTree()

    tree.add(replace(BASE, number_of_frames=3, planes=planes))

    assert [frame.index for frame in tree.studies[0].series[0].frames] == [0, 2, 1]


def test_signals_tell_what_came() -> None:
    tree = StudyTree()
    heard: list[str] = []
    tree.series_added.connect(lambda series: heard.append(f"added {len(series.frames)}"))
    tree.series_changed.connect(lambda series: heard.append(f"changed {len(series.frames)}"))

    tree.add(instance("a"))
    tree.add(instance("b"))
    tree.add(instance("b"))
    tree.add_all([instance("c"), instance("d")])

    assert heard == ["added 1", "changed 2", "changed 4"]


def test_refused_files_are_told_once_a_batch_and_the_newest_reason_counts() -> None:
    tree, heard = StudyTree(), list[int]()
    tree.refused_changed.connect(lambda: heard.append(len(tree.refused)))
    batch = [RefusedFile(Path(str(number)), "It is empty.") for number in range(500)]

    tree.refuse_all(batch)
    tree.refuse_all(batch)
    tree.refuse(Path("7"), "It is broken.")

    assert heard == [500, 500]
    assert tree.refused[7] == RefusedFile(Path("7"), "It is broken.")


def test_file_that_can_be_shown_now_is_refused_no_longer() -> None:
    tree, heard = StudyTree(), list[int]()
    one = instance("a")
    tree.refuse(one.path, "There is no permission to read it.")
    tree.refused_changed.connect(lambda: heard.append(len(tree.refused)))

    tree.add(one)

    assert heard == [0]


@pytest.mark.parametrize(
    ("description", "modality", "title"),
    [
        (Description(series_description="Thorax"), "CT", "Thorax"),
        (Description(series_number=4), "CT", "Series 4"),
        (Description(), "CT", "CT series"),
        (Description(), "", "Series"),
    ],
)
def test_series_has_a_title(description: Description, modality: str, title: str) -> None:
    assert Series("1", replace(BASE, description=description, modality=modality)).title == title


def test_series_are_in_the_order_of_their_numbers() -> None:
    tree = StudyTree()
    for number in (7, None, 2):
        uid = f"s{number}"
        described = Description(series_number=number)
        tree.add(replace(instance(uid), series_uid=uid, description=described))

    assert [series.uid for series in tree.studies[0].series] == ["s2", "s7", "sNone"]


def test_numbers_in_names_count_as_numbers() -> None:
    assert sorted(["IM10", "im9", "im1"], key=natural_key) == ["im1", "im9", "IM10"]
