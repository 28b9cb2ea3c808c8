"""NIfTI, NRRD and MetaImage files: volumes whose slices are shown as images. No Qt.

SimpleITK reads them and gives positions in LPS, as DICOM has them. Headers are read when a file is
found; the values when its first slice is wanted.
"""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import SimpleITK
from numpy.typing import NDArray

from precedent_viewer.detached_values import check_values_are_beside
from precedent_viewer.dicom.describe import folder_uid
from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.errors import DecodeError, FileError, UnsupportedError, one_line
from precedent_viewer.model.phases import Phase
from precedent_viewer.model.plane import Orientation, Plane
from precedent_viewer.model.study import Description, Instance
from precedent_viewer.spooled_values import SpooledValues

LARGEST_BYTES = 16 << 30
NOT_RIGHT_ANGLES = "orthonormal"
"""What ITK says of directions that it cannot hold has this word."""
NO_FORM = "0"
"""The code of a NIfTI transformation that is not there."""
TYPES: dict[str, Any] = {
    "8-bit signed integer": np.int8, "8-bit unsigned integer": np.uint8,
    "16-bit signed integer": np.int16, "16-bit unsigned integer": np.uint16,
    "32-bit signed integer": np.int32, "32-bit unsigned integer": np.uint32,
    "64-bit signed integer": np.int64, "64-bit unsigned integer": np.uint64,
    "32-bit float": np.float32, "64-bit float": np.float64,
}  # fmt: skip
"""numpy's types by ITK's names."""
sitk: Any = SimpleITK
"""Its functions carry no types."""
sitk.ProcessObject.SetGlobalWarningDisplay(False)


def read_volume_instance(path: Path) -> Instance:
    """Read a volume's header. Raises FileError, UnsupportedError or DecodeError."""
    header = _header(path)
    form = _form(path, header)
    size, spacing = header.GetSize(), _spacing(header)
    columns, rows = int(size[0]), int(size[1])
    planes = _planes(header, form) if len(size) > 2 else ()
    first = planes[0] if planes else None
    return Instance(
        path=path,
        kind="volume",
        sop_instance_uid=folder_uid(path, "file"),
        series_uid=folder_uid(path, "volume"),
        study_uid=folder_uid(path.parent, "folder"),
        number_of_frames=form.slices * form.phases,
        rows=rows,
        columns=columns,
        modality="VOLUME",
        position=first.position if first else None,
        orientation=first.orientation if first else None,
        pixel_spacing_mm=(float(spacing[1]), float(spacing[0])),
        aspect=float(spacing[1]) / float(spacing[0]),
        planes=planes if len(planes) > 1 else (),
        description=Description(
            series_description=one_line(path.name),
            study_description=one_line(path.parent.resolve().name),
        ),
        frame_of_reference_uid=folder_uid(path, "space"),
        phases=_phases(header, form),
        reader=VolumeReader(path, form),
    )


@dataclass(frozen=True, slots=True)
class _Form:
    """What a volume's values are."""

    slices: int
    phases: int
    """Volumes one after the other: those of a fourth axis, or the components of a vector."""
    components: int
    is_colour: bool
    claimed_bytes: int


def _form(path: Path, header: Any) -> _Form:
    size = [int(one) for one in header.GetSize()]
    components = int(header.GetNumberOfComponents())
    dtype = _dtype(path, header.GetPixelID())
    is_colour = components == 3 and dtype == np.uint8
    further = math.prod(size[3:])
    if components > 1 and further > 1 and not is_colour:
        raise UnsupportedError(
            f"{path.name}: {components} values a voxel in {further} volumes are not shown."
        )
    claimed = math.prod(size) * components * dtype.itemsize
    if not 0 < claimed <= LARGEST_BYTES:
        raise UnsupportedError(
            f"{path.name}: it claims {claimed / 1e9:.1f} GB of values; up to "
            f"{LARGEST_BYTES / 1e9:.0f} GB are opened."
        )
    slices = size[2] if len(size) > 2 else 1
    phases = further if is_colour or components == 1 else components
    return _Form(slices, phases, components, is_colour, claimed)


def _phases(header: Any, form: _Form) -> tuple[Phase, ...]:
    """Give each frame its volume's time in seconds, where the file says it, else its number."""
    if form.phases == 1:
        return ()
    step = _seconds_a_volume(header)
    said: list[tuple[tuple[str, float], ...]] = [
        (("time", float(phase)),) if step is None else (("reference", phase * step),)
        for phase in range(form.phases)
    ]
    return tuple(one for one in said for _ in range(form.slices))


def _seconds_a_volume(header: Any) -> float | None:
    """Give the time between the volumes of a NIfTI file. nifti1.h, xyzt_units and pixdim[4]."""
    keys = ("xyzt_units", "pixdim[4]")
    if not all(header.HasMetaDataKey(key) for key in keys):
        return None
    try:
        units, step = (float(header.GetMetaData(key)) for key in keys)
    except ValueError:
        return None
    scale = {8: 1.0, 16: 1e-3, 24: 1e-6}.get(int(units) & 0x38)
    return step * scale if scale is not None and step > 0 else None


class VolumeReader:
    """Gives the slices of one file; its values are unpacked once, and lie on the disk then."""

    def __init__(self, path: Path, form: _Form) -> None:
        self.path = path
        self._form = form
        self._lock = threading.Lock()
        self._values: SpooledValues | None = None

    def read(self, index: int) -> FramePixels:
        """Give one slice. Raises DecodeError or FileError."""
        with self._lock:
            if self._values is None:
                self._values = _spooled(self.path, self._form)
        if not 0 <= index < self._values.count:
            raise DecodeError(f"{self.path.name}: it has no slice {index}.")
        stored = self._values.read(index)
        return FramePixels(
            stored=stored,
            photometric="RGB" if stored.ndim == 3 else "MONOCHROME2",
            bits_stored=8 * stored.dtype.itemsize,
            is_signed=stored.dtype.kind == "i",
        )


def _header(path: Path) -> Any:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        if path.stat().st_size == 0:
            raise FileError(f"{path.name}: the file is empty (0 bytes).")
        check_values_are_beside(path)
        reader.ReadImageInformation()
    except RuntimeError as error:
        if NOT_RIGHT_ANGLES in str(error):
            raise UnsupportedError(
                f"{path.name}: its axes are not at right angles, and such volumes are not shown.",
                "Resample it to a grid with right angles.",
            ) from error
        raise DecodeError(f"{path.name}: its header is broken or of an unknown kind.") from error
    except OSError as error:
        raise FileError(f"{path.name}: it cannot be read ({error.strerror}).") from error
    return reader


def _dtype(path: Path, pixel_id: int) -> np.dtype[Any]:
    """Give numpy's type of a volume's values; ITK's vectors have that of their components."""
    name = sitk.GetPixelIDValueAsString(pixel_id)
    kind = TYPES.get(name.removeprefix("vector of "))
    if kind is None:
        raise UnsupportedError(f"{path.name}: values of the kind {name} are not shown.")
    dtype: np.dtype[Any] = np.dtype(kind)
    return dtype


def _spacing(header: Any) -> tuple[float, ...]:
    """Give the distances of voxels, mm.

    ITK takes those of NIfTI from `pixdim`. Where a file has the matrix of method 3 alone, its
    columns say them, and `pixdim` counts for nothing: nifti1.h, "3D image orientation".
    """
    itk = tuple(float(one) for one in header.GetSpacing())
    keys = ("sform_code", "qform_code", "srow_x", "srow_y", "srow_z", "xyzt_units")
    if not all(header.HasMetaDataKey(key) for key in keys):
        return itk
    sform, qform, *rows, units = (header.GetMetaData(key) for key in keys)
    if sform == NO_FORM or qform != NO_FORM:
        return itk
    scale = {1: 1000.0, 3: 0.001}.get(int(units) & 0x07, 1.0)
    matrix = np.array([[float(one) for one in row.split()[:3]] for row in rows])
    columns = scale * np.linalg.norm(matrix, axis=0)
    return (*(float(one) for one in columns[: len(itk)]), *itk[3:])


def _planes(header: Any, form: _Form) -> tuple[Plane, ...]:
    """Give the plane of each slice: ITK's direction holds the axes as columns, in LPS."""
    dimension = len(header.GetSize())
    direction: Sequence[float] = header.GetDirection()
    origin, spacing = header.GetOrigin(), _spacing(header)
    axes = [[float(direction[row * dimension + axis]) for row in range(3)] for axis in range(3)]
    orientation: Orientation = (*axes[0], *axes[1])  # type: ignore[assignment]  # two triples
    in_plane = (float(spacing[1]), float(spacing[0]))
    planes = []
    for number in range(form.slices):
        step = number * float(spacing[2])
        x, y, z = (float(origin[at]) + step * axes[2][at] for at in range(3))
        planes.append(Plane((x, y, z), orientation, in_plane))
    return tuple(planes) * form.phases


def _spooled(path: Path, form: _Form) -> SpooledValues:
    """Read all values and lay them down slice by slice, phase after phase."""
    if form.claimed_bytes > psutil.virtual_memory().available:
        raise DecodeError(
            f"{path.name}: it needs {form.claimed_bytes / 1e9:.1f} GB of memory for a moment, more "
            "than is free.",
            "Close other studies or programs.",
        )
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        raise DecodeError(f"{path.name}: its values are broken or cut off.") from error
    # A view, not a copy: it is valid as long as `image` is.
    values: NDArray[Any] = sitk.GetArrayViewFromImage(image)
    is_vector = form.components > 1 and not form.is_colour
    whole = values.reshape(-1, *values.shape[-3 if is_vector or form.is_colour else -2 :])
    slices = range(len(whole))
    frames = (
        (whole[at, :, :, component] for component in range(form.components) for at in slices)
        if is_vector
        else iter(whole)
    )
    shape = whole.shape[1:-1] if is_vector else whole.shape[1:]
    spooled = SpooledValues(path.name, shape, _narrowed(whole))
    spooled.write(frames, form.slices * form.phases)
    return spooled


def _narrowed(values: NDArray[Any]) -> np.dtype[Any]:
    """Give the type in which values are kept: 64-bit integers in 32 bits where all of them fit,
    else as doubles."""
    if values.dtype.kind not in "iu" or values.dtype.itemsize < 8:
        return values.dtype
    low, high = int(values.min()), int(values.max())
    for kind in (np.int32, np.uint32):
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return np.dtype(kind)
    return np.dtype(np.float64)
