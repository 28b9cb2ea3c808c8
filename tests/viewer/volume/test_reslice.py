"""Reformats: every voxel's value is a linear function of its place, so each plane is known."""

import math
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.viewer.volume.conftest import AXIAL, frames_at, pixels_of, volume_of

from precedent_viewer.dicom.frames import FramePixels, modality_values, read_frame
from precedent_viewer.dicom.lut import Rescale
from precedent_viewer.model.plane import Orientation, Point
from precedent_viewer.model.stacks import orientation_word
from precedent_viewer.model.study import Frame
from precedent_viewer.volume.mpr import STRAIGHT, PlaneName, ThreePlanes
from precedent_viewer.volume.reslice import (
    PlaneStack,
    Slab,
    SlabMode,
    outside,
    planes_through,
    reformat,
    reslice,
)
from precedent_viewer.volume.stack import Volume, VolumeError, build_volume, require_volume


def expected(stack: PlaneStack, index: int) -> NDArray[Any]:
    """Give x + 3 y + 100 z of each pixel's centre."""
    plane = stack.plane(index)
    values = np.empty((stack.rows, stack.columns))
    for row in range(stack.rows):
        for column in range(stack.columns):
            point = plane.point_at(column + 0.5, row + 0.5)
            assert point is not None
            values[row, column] = point[0] + 3 * point[1] + 100 * point[2]
    return values


def inside(volume: Volume, stack: PlaneStack, index: int) -> NDArray[Any]:
    """Say which pixels lie among voxel centres, where interpolation needs no edge."""
    low, high = (0.0, 0.0, 0.0), (29.0, 19.0, 18.0)
    plane = stack.plane(index)
    found = np.zeros((stack.rows, stack.columns), bool)
    for row in range(stack.rows):
        for column in range(stack.columns):
            point = plane.point_at(column + 0.5, row + 0.5)
            assert point is not None
            found[row, column] = all(
                a - 1e-6 <= p <= b + 1e-6 for a, p, b in zip(low, point, high, strict=True)
            )
    return found


@pytest.mark.parametrize("name", ["axial", "coronal", "sagittal"])
def test_straight_planes_have_the_values_of_their_places(volume: Volume, name: PlaneName) -> None:
    stack = planes_through(volume, STRAIGHT[name])
    index = stack.count // 2
    values = reslice(volume, stack, index)
    known = inside(volume, stack, index)
    assert known.sum() > 100
    assert np.abs(values - expected(stack, index))[known].max() <= 1
    assert orientation_word(stack.first) == name


def test_an_oblique_plane_has_them_too(volume: Volume) -> None:
    turn = math.radians(30)
    oblique: Orientation = (math.cos(turn), 0, math.sin(turn), 0, 1, 0)
    stack = planes_through(volume, oblique)
    index = stack.count // 2
    known = inside(volume, stack, index)
    assert known.sum() > 50
    assert np.abs(reslice(volume, stack, index) - expected(stack, index))[known].max() <= 1


def test_the_axial_reformat_of_an_axial_stack_is_the_stack(volume: Volume) -> None:
    stack = planes_through(volume, STRAIGHT["axial"])
    assert (stack.count, stack.step_mm, stack.rows, stack.columns) == (10, 2.0, 20, 30)
    frames = frames_at(*((0.0, 0.0, 2.0 * z) for z in range(10)))
    for index in range(10):
        np.testing.assert_array_equal(
            reslice(volume, stack, index), pixels_of(frames[index]).stored
        )


def test_outside_is_air(volume: Volume) -> None:
    turn = math.radians(45)
    stack = planes_through(volume, (math.cos(turn), math.sin(turn), 0, 0, 0, -1))
    # -1024 HU by a rescale of 2 x - 1000.
    assert reslice(volume, stack, 0)[0, 0] == -12


@pytest.mark.parametrize(("mode", "z"), [("maximum", 11.0), ("minimum", 5.0), ("mean", 8.0)])
def test_slabs_take_the_value_through_their_thickness(
    volume: Volume, mode: SlabMode, z: float
) -> None:
    stack = planes_through(volume, STRAIGHT["axial"])
    # Seven planes 1 mm apart about z = 8 reach from 5 to 11; values rise with z.
    values = reslice(volume, stack, 4, Slab(7.0, mode))
    assert values[5, 7] == pytest.approx(7 + 3 * 5 + 100 * z, abs=1)


def test_a_leaning_stack_is_straightened() -> None:
    lean = math.tan(math.radians(20))
    frames = frames_at(*((0.0, lean * 2 * z, 2.0 * z) for z in range(10)))
    volume = volume_of(frames)
    stack = planes_through(volume, STRAIGHT["sagittal"])
    values = reslice(volume, stack, 15)
    wanted = expected(stack, 15)
    # At z = 8 the slice reaches from y = 2.9 to 21.9: places well inside must have their value.
    plane = stack.plane(15)
    found = plane.pixel_of((15, 10, 8))
    assert found is not None
    column, row = int(found[0]), int(found[1])
    assert abs(float(values[row, column]) - wanted[row, column]) <= 2


def test_uneven_distances_are_evened_out_and_told() -> None:
    frames = frames_at(*((0.0, 0.0, z) for z in (0.0, 2.0, 4.0, 8.0, 10.0, 12.0)))
    volume = volume_of(frames)
    assert volume.values.shape[0] == 7
    assert "varies from 2 to 4 mm" in volume.notes[0]
    stack = planes_through(volume, STRAIGHT["axial"])
    assert reslice(volume, stack, 3)[5, 7] == pytest.approx(7 + 15 + 600, abs=1)


def test_slices_that_mean_different_things_become_modality_values() -> None:
    frames = frames_at(*((0.0, 0.0, float(z)) for z in range(3)))

    def read(frame: Frame) -> FramePixels:
        at = frames.index(frame)
        return replace(pixels_of(frames[at]), modality_lut=Rescale(1.0 + at, 0))

    volume = build_volume(frames, threading.Event(), read=read)
    assert volume.values.dtype == np.float32
    np.testing.assert_allclose(volume.values[2], 3 * pixels_of(frames[2]).stored.astype(float))


@pytest.mark.parametrize(
    ("positions", "why"),
    [
        (((0.0, 0.0, 0.0), (0.0, 0.0, 1.0)), "2 images is no volume"),
        (((0.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 0.0, 1.0)), "one phase"),
    ],
)
def test_what_is_no_volume_is_refused(positions: tuple[Point, ...], why: str) -> None:
    with pytest.raises(VolumeError, match=why):
        require_volume(frames_at(*positions))


def test_images_of_other_size_are_no_volume() -> None:
    mixed = frames_at((0, 0, 0), (0, 0, 1)) + frames_at((0, 0, 2), size=(4, 4))
    with pytest.raises(VolumeError, match="size or spacing"):
        require_volume(mixed)


def test_a_reformat_reads_like_any_series(volume: Volume) -> None:
    series = reformat(volume, planes_through(volume, STRAIGHT["coronal"]), "coronal")
    frame = series.frames[10]
    pixels = read_frame(frame)
    assert pixels.units == "HU"
    assert frame.plane is not None
    point = frame.plane.point_at(7.5, 9.5)
    assert point is not None
    value = modality_values(pixels)[9, 7]
    assert value == pytest.approx(2 * (point[0] + 3 * point[1] + 100 * point[2]) - 1000, abs=2)


def test_turning_keeps_planes_at_right_angles_and_through_the_point(volume: Volume) -> None:
    planes = ThreePlanes(volume)
    planes.turn("axial", math.radians(25))
    axial, coronal, sagittal = (planes.normal(n) for n in ("axial", "coronal", "sagittal"))
    for one, other in ((axial, coronal), (axial, sagittal), (coronal, sagittal)):
        assert math.fsum(a * b for a, b in zip(one, other, strict=True)) == pytest.approx(0)
    # The coronal normal was along y; seen from the feet, clockwise turns it towards -x.
    assert coronal == pytest.approx((-math.sin(math.radians(25)), math.cos(math.radians(25)), 0))
    names: tuple[PlaneName, ...] = ("coronal", "sagittal")
    for name in names:
        stack = planes.reformat(name).stack
        away = stack.plane(planes.index(name)).distance_to(planes.point)
        assert abs(away) <= stack.step_mm / 2 + 1e-6
    planes.straighten()
    assert not planes.is_oblique


def test_a_stack_of_another_orientation_gives_the_same_planes() -> None:
    sagittal: Orientation = (0, 1, 0, 0, 0, -1)
    frames = frames_at(*((float(x), 0.0, 20.0) for x in range(12)), orientation=sagittal)
    volume = volume_of(frames)
    stack = planes_through(volume, AXIAL)
    plane = stack.plane(stack.nearest((5, 6, 10)))
    found = plane.pixel_of((5, 6, 10))
    assert found is not None
    values = reslice(volume, stack, stack.nearest((5, 6, 10)))
    point = plane.point_at(int(found[0]) + 0.5, int(found[1]) + 0.5)
    assert point is not None
    wanted = point[0] + 3 * point[1] + 100 * point[2]
    assert values[int(found[1]), int(found[0])] == pytest.approx(wanted, abs=1)


def test_padding_does_not_reach_into_reformats() -> None:
    frames = frames_at(*((0.0, 0.0, float(z)) for z in range(4)))

    def read(frame: Frame) -> FramePixels:
        pixels = pixels_of(frame)
        stored = pixels.stored.copy()
        stored[:3] = -32768
        return replace(pixels, stored=stored, padding=(-32768, -32768))

    volume = build_volume(frames, threading.Event(), read=read)
    # Air by the rescale of 2 x - 1000: -12.
    assert volume.values[0, 0, 0] == -12
    assert volume.values.min() == -12


def test_what_lies_beyond_the_volume_is_known() -> None:
    volume = volume_of(frames_at((0, 0, 0), (0, 0, 1), (0, 0, 2), (0, 0, 3)))
    straight = planes_through(volume, STRAIGHT["axial"])
    assert outside(volume, straight, 1) is None
    turned: Orientation = (math.sqrt(0.5), math.sqrt(0.5), 0, -math.sqrt(0.5), math.sqrt(0.5), 0)
    stack = planes_through(volume, turned)
    found = outside(volume, stack, 0)
    assert found is not None
    for row in range(stack.rows):
        for column in range(stack.columns):
            point = stack.plane(0).point_at(column + 0.5, row + 0.5)
            assert point is not None
            voxel = volume.voxel_of(point)
            is_beyond = any(
                not -0.5 <= at <= count - 0.5 for at, count in zip(voxel, volume.size, strict=True)
            )
            near_edge = any(
                min(abs(at + 0.5), abs(at - count + 0.5)) < 1e-5
                for at, count in zip(voxel, volume.size, strict=True)
            )
            assert near_edge or found[row, column] == is_beyond
    # A corner of the turned plane lies outside, its middle does not.
    assert found[0, 0]
    assert not found[stack.rows // 2, stack.columns // 2]
