"""Planes through a volume, one after the other along their normal, as frames of a series. No Qt.

A reformat is an instance like any other: it has planes in the patient, stored values and a rescale,
so it is scrolled, windowed, measured and asked about in the same way. Interpolation is linear; a
slab takes the greatest, least or mean value through its thickness.
"""

import hashlib
import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.errors import DecodeError
from precedent_viewer.model.plane import Orientation, Plane, Point
from precedent_viewer.model.study import Instance, Series
from precedent_viewer.volume.itk import sitk
from precedent_viewer.volume.stack import Volume

SlabMode = Literal["maximum", "minimum", "mean"]
RESLICED = "reslice:"
"""How the names of reformats begin."""
EDGE = 0.5 + 1e-6
"""How far a voxel reaches around its centre."""
LARGEST_SIDE = 2048
"""Pixels of a reformat; finer voxels are then sampled more coarsely, and that is said."""


@dataclass(frozen=True, slots=True)
class Slab:
    """How thick a reformat is and what is taken through its thickness."""

    thickness_mm: float = 0.0
    """0 is one plane."""
    mode: SlabMode = "maximum"


THIN = Slab()


@dataclass(frozen=True, slots=True)
class PlaneStack:
    """Equal planes, one after the other along their normal."""

    first: Plane
    rows: int
    columns: int
    count: int
    step_mm: float

    def plane(self, index: int) -> Plane:
        """Give one of the planes."""
        x, y, z = self.first.normal
        away = index * self.step_mm
        px, py, pz = self.first.position
        return replace(self.first, position=(px + x * away, py + y * away, pz + z * away))

    def nearest(self, point: Point) -> int:
        """Give the plane nearest to a patient point; the ends stay."""
        index = round(self.first.distance_to(point) / self.step_mm)
        return min(max(index, 0), self.count - 1)


def planes_through(volume: Volume, orientation: Orientation) -> PlaneStack:
    """Lay planes of one orientation through a whole volume, at its finest spacing."""
    normal = Plane((0, 0, 0), orientation).normal
    axes = (orientation[:3], orientation[3:], normal)
    spans = [_span(volume, axis) for axis in axes]
    spacing = min(volume.spacing_mm)
    longest = max(high - low for low, high in spans[:2])
    spacing = max(spacing, longest / LARGEST_SIDE)
    columns, rows = (max(1, round((high - low) / spacing)) for low, high in spans[:2])
    step = _step_along(volume, normal)
    count = max(1, round((spans[2][1] - spans[2][0]) / step))
    starts = [low + spacing / 2 for low, _ in spans[:2]] + [spans[2][0] + step / 2]
    position = tuple(
        math.fsum(start * axis[part] for start, axis in zip(starts, axes, strict=True))
        for part in range(3)
    )
    first = Plane((position[0], position[1], position[2]), orientation, (spacing, spacing))
    return PlaneStack(first, rows, columns, count, step)


def reslice(volume: Volume, stack: PlaneStack, index: int, slab: Slab = THIN) -> NDArray[Any]:
    """Give the stored values of one plane or slab: (rows, columns), in the volume's type."""
    plane = stack.plane(index)
    layers, step = _layers(volume, slab)
    start = _along_normal(plane, -(layers - 1) / 2 * step)
    block = _resampled(volume, plane, start, (stack.columns, stack.rows, layers), step)
    taken: NDArray[Any]
    if layers == 1:
        taken = block[0]
    elif slab.mode == "maximum":
        taken = np.max(block, axis=0)
    elif slab.mode == "minimum":
        taken = np.min(block, axis=0)
    else:
        mean = block.mean(axis=0, dtype=np.float32)
        taken = np.rint(mean).astype(block.dtype) if block.dtype.kind in "iu" else mean
    return taken


def _layers(volume: Volume, slab: Slab) -> tuple[int, float]:
    """Give how many planes a slab is made of, and how far they lie apart in millimetres."""
    step = min(volume.spacing_mm)
    return max(1, round(slab.thickness_mm / step)), step


def _along_normal(plane: Plane, away_mm: float) -> Point:
    (x, y, z), (a, b, c) = plane.position, plane.normal
    return (x + a * away_mm, y + b * away_mm, z + c * away_mm)


def outside(
    volume: Volume, stack: PlaneStack, index: int, slab: Slab = THIN
) -> NDArray[np.bool_] | None:
    """Give the pixels of a plane or slab that lie beyond the volume; None when none does.

    (rows, columns). A slab counts as outside where any of its layers is.
    """
    plane, (rows, columns) = stack.plane(index), (stack.rows, stack.columns)
    layers, step_mm = _layers(volume, slab)
    half = (layers - 1) / 2 * step_mm
    corners = ((0.5, 0.5), (columns - 0.5, 0.5), (0.5, rows - 0.5))
    found = np.zeros((rows, columns), np.bool_)
    for away in (-half, half) if half else (0.0,):
        # Voxel coordinates grow evenly over a plane: three corners tell them all.
        layer = replace(plane, position=_along_normal(plane, away))
        points = [layer.point_at(*corner) for corner in corners]
        first, across, down = (volume.voxel_of(one) for one in points if one is not None)
        for axis, count in enumerate(volume.size):
            step = ((across[axis] - first[axis]) / max(columns - 1, 1),
                    (down[axis] - first[axis]) / max(rows - 1, 1))  # fmt: skip
            along_rows = first[axis] + step[1] * np.arange(rows)[:, np.newaxis]
            places = along_rows + step[0] * np.arange(columns)
            if places.min() < -EDGE or places.max() > count - 1 + EDGE:
                found |= (places < -EDGE) | (places > count - 1 + EDGE)
    return found if found.any() else None


def _resampled(
    volume: Volume, plane: Plane, start: Point, size: tuple[int, int, int], step: float
) -> NDArray[Any]:
    assert plane.pixel_spacing_mm is not None
    between_rows, between_columns = plane.pixel_spacing_mm
    row, column, normal = plane.orientation[:3], plane.orientation[3:], plane.normal
    filter_ = sitk.ResampleImageFilter()
    filter_.SetInterpolator(sitk.sitkLinear)
    filter_.SetSize(size)
    filter_.SetOutputOrigin(start)
    filter_.SetOutputSpacing((between_columns, between_rows, step))
    filter_.SetOutputDirection([axis[part] for part in range(3) for axis in (row, column, normal)])
    filter_.SetDefaultPixelValue(volume.background)
    resampled: NDArray[Any] = sitk.GetArrayFromImage(filter_.Execute(volume.image))
    return resampled


class ResliceReader:
    """Gives the frames of a reformat."""

    def __init__(self, volume: Volume, stack: PlaneStack, slab: Slab) -> None:
        self.volume, self.stack, self.slab = volume, stack, slab

    def read(self, index: int) -> FramePixels:
        """Reformat one plane. Raises DecodeError for a plane that is not there."""
        if not 0 <= index < self.stack.count:
            raise DecodeError(f"The reformat has no plane {index}.")
        stored = reslice(self.volume, self.stack, index, self.slab)
        return FramePixels(
            stored=stored,
            outside=outside(self.volume, self.stack, index, self.slab),
            photometric="MONOCHROME1" if self.volume.is_monochrome1 else "MONOCHROME2",
            modality_lut=self.volume.rescale,
            windows=self.volume.windows,
            bits_stored=8 * stored.dtype.itemsize,
            is_signed=stored.dtype.kind == "i",
            units=self.volume.units,
            notes=self.volume.notes,
        )


def reformat(volume: Volume, stack: PlaneStack, name: str, slab: Slab = THIN) -> Series:
    """Give a series whose frames are planes through a volume.

    name: "axial", "oblique"...; the title begins with it.
    """
    source = volume.first.instance
    said = f"{source.series_uid}/{name}/{stack}/{slab}"
    key = f"{RESLICED}{hashlib.sha256(said.encode()).hexdigest()[:32]}"
    instance = replace(
        source,
        kind="reslice",
        sop_instance_uid=key,
        series_uid=key,
        number_of_frames=stack.count,
        rows=stack.rows,
        columns=stack.columns,
        position=stack.first.position,
        orientation=stack.first.orientation,
        pixel_spacing_mm=stack.first.pixel_spacing_mm,
        aspect=1.0,
        planes=tuple(stack.plane(index) for index in range(stack.count)),
        phases=(),
        frame_times_ms=(),
        description=replace(
            source.description,
            series_description=_title(source, name, slab),
            series_number=source.description.series_number,
        ),
        reader=ResliceReader(volume, stack, slab),
    )
    return Series.of(instance)


def _title(source: Instance, name: str, slab: Slab) -> str:
    """Name the plane first: in small viewports the end of a title is cut off."""
    said = source.description.series_description or f"{source.modality} series"
    if slab.thickness_mm > 0:
        words = {"maximum": "MIP", "minimum": "MinIP", "mean": "mean"}[slab.mode]
        name = f"{name}, {words} {slab.thickness_mm:g} mm"
    return f"{name[0].upper()}{name[1:]}, {said}"


def _span(volume: Volume, axis: tuple[float, ...]) -> tuple[float, float]:
    """Give how far a volume reaches along a direction, mm from the patient's origin."""
    along = [
        math.fsum(one * other for one, other in zip(corner, axis, strict=True))
        for corner in volume.corners()
    ]
    return (min(along), max(along))


def _step_along(volume: Volume, normal: Point) -> float:
    """Give the distance of the voxels along a direction: that of the axis nearest to it."""
    leans = [
        abs(math.fsum(one * other for one, other in zip(axis, normal, strict=True)))
        for axis in volume.axes()
    ]
    return volume.spacing_mm[leans.index(max(leans))]
