"""Stacks of real studies, told by what their owners wrote about them."""

import threading
from pathlib import Path

import pytest

from precedent_viewer.dicom.index import index_paths
from precedent_viewer.model.document import Document
from precedent_viewer.model.study import Instance, Series, StudyTree

DATA = Path(__file__).parents[4] / "shared" / "data" / "series"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared test data is not here")


def series_in(name: str) -> tuple[Series, ...]:
    found: list[Instance | Document] = []
    index_paths(
        [DATA / name],
        on_item=found.append,
        on_refused=lambda _file: None,
        on_progress=lambda _done, _total: None,
        cancel=threading.Event(),
    )
    tree = StudyTree()
    tree.add_all([item for item in found if isinstance(item, Instance)])
    return tuple(series for study in tree.studies for series in study.series)


def test_four_time_points_of_fifteen_slices() -> None:
    (series,) = series_in("mr_4d_60")
    assert (len(series.frames), len(series.phases)) == (60, 4)
    assert len({frame.plane.position for frame in series.frames[:15] if frame.plane}) == 15


def test_four_enhanced_files_are_four_time_points() -> None:
    (series,) = series_in("mr_enhanced_time_series")
    assert len(series.phases) == 4


def test_a_gantry_tilt_of_eighteen_and_a_half_degrees() -> None:
    (series,) = series_in("ct_phantom_gantry_tilt")
    assert series.facts == ("The stack leans by 18.5° (gantry tilt): reformats straighten it.",)


def test_uneven_slices_are_told() -> None:
    (series,) = series_in("odd/ct_uneven_spacing")
    assert "missing" in series.facts[0]


def test_two_orientations_are_two_stacks() -> None:
    assert len(series_in("odd/mr_mixed_orientation")) == 2


@pytest.mark.parametrize("name", ["ct_head_93x64x64", "mr_t1_defaced", "ct_phantom_28"])
def test_regular_stacks_have_nothing_to_be_told(name: str) -> None:
    (series,) = series_in(name)
    assert (series.facts, series.phases) == ((), ())
