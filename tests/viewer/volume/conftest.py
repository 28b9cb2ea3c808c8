"""Volumes of known values: each voxel says where it lies."""

import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.dicom.lut import Rescale
from precedent_viewer.model.plane import Orientation, Plane, Point
from precedent_viewer.model.study import Frame, Instance
from precedent_viewer.volume.stack import Volume, build_volume

AXIAL: Orientation = (1, 0, 0, 0, 1, 0)


def frames_at(
    *positions: Point,
    orientation: Orientation = AXIAL,
    size: tuple[int, int] = (20, 30),
    spacing: tuple[float, float] = (1.0, 1.0),
    space: str = "space",
) -> list[Frame]:
    """Give frames of one series, one at each position."""
    return [
        Frame(
            Instance(
                Path(f"{space}{at}.dcm"), "dicom", f"{space}.{at}", f"series-{space}", "study", 1,
                *size, "CT", position=position, orientation=orientation, pixel_spacing_mm=spacing,
                frame_of_reference_uid=space,
            ),
            0,
        )
        for at, position in enumerate(positions)
    ]  # fmt: skip


def where_it_lies(frame: Frame) -> NDArray[np.int16]:
    """Give values x + 100 z + 3 y of each voxel's own place, rounded: linear, so that linear
    interpolation must give the place's own value back."""
    plane: Plane | None = frame.plane
    assert plane is not None
    rows, columns = frame.instance.rows, frame.instance.columns
    values = np.empty((rows, columns))
    for row in range(rows):
        for column in range(columns):
            point = plane.point_at(column + 0.5, row + 0.5)
            assert point is not None
            values[row, column] = point[0] + 3 * point[1] + 100 * point[2]
    return np.rint(values).astype(np.int16)


def pixels_of(frame: Frame) -> FramePixels:
    """Give a frame's pixels with a rescale of 2 x - 1000."""
    return FramePixels(
        where_it_lies(frame), "MONOCHROME2", modality_lut=Rescale(2, -1000), bits_stored=16,
        is_signed=True, units="HU",
    )  # fmt: skip


def volume_of(frames: list[Frame]) -> Volume:
    """Build a volume of frames that say where they lie."""
    return build_volume(frames, threading.Event(), read=pixels_of)


@pytest.fixture
def volume() -> Volume:
    """Ten axial slices 2 mm apart: x 0..29, y 0..19, z 0..18."""
    return volume_of(frames_at(*((0.0, 0.0, 2.0 * z) for z in range(10))))
