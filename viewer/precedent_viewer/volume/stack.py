"""From the slices of a stack to one array that knows where each voxel lies. No Qt.

Stored integers are kept when all slices share one rescale, so a volume needs no more memory than
its slices; else the modality values are kept as float32. A leaning stack (gantry tilt) keeps its
true axes; uneven distances are evened out by interpolation, and that is said.
"""

import math
import statistics
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import FramePixels, modality_values, read_frame
from precedent_viewer.dicom.lut import IDENTITY, LookupTable, Rescale
from precedent_viewer.errors import ViewerError
from precedent_viewer.model.plane import Plane, Point
from precedent_viewer.model.stacks import REGULAR_MM, REGULAR_SHARE
from precedent_viewer.model.study import Frame
from precedent_viewer.model.voi import Window
from precedent_viewer.volume.itk import sitk

Progress = Callable[[float], object]


class VolumeError(ViewerError):
    """A stack that is no volume."""


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """Voxels with their place in the patient, LPS mm."""

    image: Any
    """A SimpleITK image: values, origin, spacing and axes, which need not be at right angles."""
    values: NDArray[Any]
    """(slice, row, column): a read-only view of the image's own memory."""
    first: Frame
    """The first slice, for what its file says of patient, study and series."""
    rescale: Rescale
    units: str
    windows: tuple[Window, ...]
    is_monochrome1: bool
    notes: tuple[str, ...] = ()
    """What was done to make it regular."""

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Between columns, rows and slices."""
        x, y, z = self.image.GetSpacing()
        return (x, y, z)

    @property
    def background(self) -> float:
        """The stored value for places outside: air where it is known, else the least value."""
        if self.units == "HU" and self.rescale.slope:
            return float(round((-1024 - self.rescale.intercept) / self.rescale.slope))
        return float(self.values.min())

    @property
    def size(self) -> tuple[int, int, int]:
        """Columns, rows and slices."""
        x, y, z = self.image.GetSize()
        return (x, y, z)

    def voxel_of(self, point: Point) -> Point:
        """Give column, row and slice of a patient point, (0, 0, 0) the first voxel's centre."""
        x, y, z = self.image.TransformPhysicalPointToContinuousIndex(point)
        return (x, y, z)

    def middle(self) -> Point:
        """Give the patient point in the middle of the volume."""
        size = self.image.GetSize()
        middle = self.image.TransformContinuousIndexToPhysicalPoint([(one - 1) / 2 for one in size])
        return (middle[0], middle[1], middle[2])

    def corners(self) -> tuple[Point, ...]:
        """Give the patient points of the eight outer corners."""
        size = self.image.GetSize()
        ends = [(-0.5, one - 0.5) for one in size]
        return tuple(
            tuple(self.image.TransformContinuousIndexToPhysicalPoint((x, y, z)))
            for x in ends[0]
            for y in ends[1]
            for z in ends[2]
        )

    def axes(self) -> tuple[Point, Point, Point]:
        """Give the unit vectors along a row, along a column and from slice to slice."""
        direction = self.image.GetDirection()
        return tuple(
            (direction[axis], direction[3 + axis], direction[6 + axis]) for axis in range(3)
        )  # type: ignore[return-value]  # three triples


def require_volume(frames: Sequence[Frame]) -> None:
    """Say at once, from headers alone, whether frames make a volume. Raises VolumeError."""
    planes = [frame.plane for frame in frames]
    if len(frames) < 3:
        raise VolumeError(
            f"A stack of {len(frames)} images is no volume.", "Choose a series of at least three."
        )
    if any(plane is None or plane.pixel_spacing_mm is None for plane in planes):
        raise VolumeError(
            "The images do not say where they lie in the patient, so they cannot be reformatted."
        )
    known = [plane for plane in planes if plane is not None]
    first = known[0]
    if not all(plane.is_parallel_to(first, within_degrees=0.5) for plane in known):
        raise VolumeError("The images do not lie parallel, so they make no volume.")
    sizes = {(frame.instance.rows, frame.instance.columns) for frame in frames}
    spacings = {plane.pixel_spacing_mm for plane in known}
    if len(sizes) > 1 or len(spacings) > 1:
        raise VolumeError("The images differ in size or spacing, so they make no volume.")
    if any(abs(step) < REGULAR_MM for step in _steps(known)):
        raise VolumeError(
            "Several images lie in one place, so they make no volume.",
            "Choose one phase of the series.",
        )


def bytes_needed(frames: Sequence[Frame]) -> int:
    """Estimate the memory that a volume of these frames takes while it is made.

    The slices and the image made of them lie in memory together, with two bytes a voxel, or with
    four where slices have each a rescale of their own (PET) or the file holds floats.
    """
    first = frames[0].instance
    itemsize = 4 if first.modality in ("PT", "NM") or first.kind == "volume" else 2
    return 3 * itemsize * len(frames) * first.rows * first.columns


def build_volume(
    frames: Sequence[Frame],
    cancel: threading.Event,
    *,
    progress: Progress = lambda _share: None,
    read: Callable[[Frame], FramePixels] = read_frame,
) -> Volume:
    """Read every slice and make the volume; for a worker.

    Raises VolumeError where the frames make none, or when it was cancelled; a ViewerError when a
    slice cannot be read.
    """
    require_volume(frames)
    ordered = sorted(frames, key=lambda frame: _depth(frames[0], frame))
    pixels = []
    for at, frame in enumerate(ordered):
        if cancel.is_set():
            raise VolumeError("The volume was not made: it was cancelled.")
        one = read(frame)
        if one.is_colour:
            raise VolumeError("Colour images are not reformatted.")
        pixels.append(_without_padding(one))
        progress((at + 1) / len(ordered))
    rescale, values = _joined(pixels)
    planes = [frame.plane for frame in ordered if frame.plane is not None]
    values, step, notes = _evened(values, planes)
    image = _image(values, planes[0], step)
    return Volume(
        image=image,
        values=sitk.GetArrayViewFromImage(image),
        first=ordered[0],
        rescale=rescale,
        units=pixels[0].units,
        windows=pixels[0].windows,
        is_monochrome1=pixels[0].photometric == "MONOCHROME1",
        notes=notes,
    )


def _without_padding(pixels: FramePixels) -> FramePixels:
    """Put air, or the least value, where the file pads: padding must not reach into a mean."""
    if pixels.padding is None:
        return pixels
    low, high = pixels.padding
    stored = pixels.stored
    is_padding = (stored >= low) & (stored <= high)
    if not is_padding.any() or is_padding.all():
        return pixels
    air = float(stored[~is_padding].min())
    lut = pixels.modality_lut
    if pixels.units == "HU" and isinstance(lut, Rescale) and lut.slope:
        air = min(air, round((-1024 - lut.intercept) / lut.slope))
    held = np.iinfo(stored.dtype) if stored.dtype.kind in "iu" else None
    value = air if held is None else min(max(air, held.min), held.max)
    return replace(pixels, stored=np.where(is_padding, stored.dtype.type(value), stored))


def _joined(pixels: Sequence[FramePixels]) -> tuple[Rescale, NDArray[Any]]:
    """Put slices into one array: stored values when they mean the same everywhere."""
    luts = {one.modality_lut if isinstance(one.modality_lut, Rescale) else None for one in pixels}
    kinds = {one.stored.dtype for one in pixels}
    lut = next(iter(luts))
    if len(luts) == 1 and len(kinds) == 1 and lut is not None:
        return lut, np.stack([one.stored for one in pixels])
    assert any(isinstance(one.modality_lut, Rescale | LookupTable) for one in pixels)
    return IDENTITY, np.stack([modality_values(one).astype(np.float32) for one in pixels])


def _evened(
    values: NDArray[Any], planes: Sequence[Plane]
) -> tuple[NDArray[Any], Point, tuple[str, ...]]:
    """Give values with equal steps, the step as a vector, and what was done."""
    depths = np.array([planes[0].distance_to(plane.position) for plane in planes])
    steps = np.diff(depths)
    usual = float(statistics.median(steps))
    way = _between(planes[0].position, planes[-1].position)
    share = 1 / (len(planes) - 1)
    if np.all(np.abs(steps - usual) <= max(REGULAR_MM, REGULAR_SHARE * usual)):
        return values, (way[0] * share, way[1] * share, way[2] * share), ()
    count = round((depths[-1] - depths[0]) / usual) + 1
    wanted = np.linspace(depths[0], depths[-1], count)
    at = np.interp(wanted, depths, np.arange(len(depths)))
    below = np.minimum(at.astype(np.intp), len(depths) - 2)
    even = np.empty((count, *values.shape[1:]), values.dtype)
    # Slice by slice, because all of them at once would take ten times their memory.
    for number, (lower, share_above) in enumerate(zip(below, at - below, strict=True)):
        above = np.float32(share_above)
        mixed = values[lower] * (1 - above) + values[lower + 1] * above
        even[number] = np.rint(mixed) if values.dtype.kind in "iu" else mixed
    step = 1 / (count - 1)
    note = (
        f"The distance of the slices varies from {steps.min():.3g} to {steps.max():.3g} mm: the "
        "reformats interpolate between them."
    )
    return even, (way[0] * step, way[1] * step, way[2] * step), (note,)


def _image(values: NDArray[Any], plane: Plane, step: Point) -> Any:
    """Give a SimpleITK image; its axes are columns of the direction matrix."""
    if values.dtype.kind == "b":
        values = values.astype(np.uint8)
    elif values.dtype.kind == "f" and values.dtype.itemsize == 2:
        values = values.astype(np.float32)
    image = sitk.GetImageFromArray(np.ascontiguousarray(values))
    assert plane.pixel_spacing_mm is not None
    between_rows, between_columns = plane.pixel_spacing_mm
    length = math.hypot(*step)
    row, column = plane.orientation[:3], plane.orientation[3:]
    along = (step[0] / length, step[1] / length, step[2] / length)
    image.SetOrigin(plane.position)
    image.SetSpacing((between_columns, between_rows, length))
    image.SetDirection([axis[part] for part in range(3) for axis in (row, column, along)])
    return image


def _depth(first: Frame, frame: Frame) -> float:
    plane, other = first.plane, frame.plane
    assert plane is not None
    assert other is not None
    return plane.distance_to(other.position)


def _steps(planes: Sequence[Plane]) -> list[float]:
    depths = sorted(planes[0].distance_to(plane.position) for plane in planes)
    return [b - a for a, b in pairwise(depths)]


def _between(a: Point, b: Point) -> Point:
    return (b[0] - a[0], b[1] - a[1], b[2] - a[2])
