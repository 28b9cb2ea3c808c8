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
    layers = 1
    step = min(volume.spacing_mm)
    if slab.thickness_mm > step:
        layers = max(1, round(slab.thickness_mm / step))
    start = plane.position
    if layers > 1:
        back = (layers - 1) / 2 * step
        x, y, z = plane.normal
        start = (start[0] - x * back, start[1] - y * back, start[2] - z * back)
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
    key = f"reslice:{hashlib.sha256(said.encode()).hexdigest()[:32]}"
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
