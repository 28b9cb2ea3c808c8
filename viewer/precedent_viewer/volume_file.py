"""NIfTI, NRRD and MetaImage files: volumes whose slices are shown as images. No Qt.

SimpleITK reads them and gives positions in LPS, as DICOM has them. Headers are read when a file is
found; the values when its first slice is wanted.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from precedent_viewer.dicom.describe import folder_uid
from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.errors import DecodeError, FileError, UnsupportedError, one_line
from precedent_viewer.model.plane import Orientation, Plane
from precedent_viewer.model.study import Description, Instance

LARGEST_BYTES = 16 << 30
sitk: Any = SimpleITK
"""Its functions carry no types."""
sitk.ProcessObject.SetGlobalWarningDisplay(False)


def read_volume_instance(path: Path) -> Instance:
    """Read a volume's header. Raises FileError, UnsupportedError or DecodeError."""
    header = _header(path)
    size, spacing = header.GetSize(), header.GetSpacing()
    dimension = len(size)
    if dimension not in (2, 3, 4):
        raise UnsupportedError(f"{path.name}: a volume of {dimension} dimensions is not shown.")
    components = header.GetNumberOfComponents()
    if components not in (1, 3):
        raise UnsupportedError(
            f"{path.name}: a volume of {components} values a voxel is not shown."
        )
    columns, rows = int(size[0]), int(size[1])
    slices = int(size[2]) if dimension > 2 else 1
    phases = int(size[3]) if dimension > 3 else 1
    itemsize = np.dtype(_dtype(path, header.GetPixelID())).itemsize
    claimed = columns * rows * slices * phases * components * itemsize
    if not 0 < claimed <= LARGEST_BYTES:
        raise UnsupportedError(
            f"{path.name}: it claims {claimed / 1e9:.1f} GB of values; up to "
            f"{LARGEST_BYTES / 1e9:.0f} GB are opened."
        )
    planes = _planes(header, slices, phases) if dimension > 2 else ()
    first = planes[0] if planes else None
    return Instance(
        path=path,
        kind="volume",
        sop_instance_uid=folder_uid(path, "file"),
        series_uid=folder_uid(path, "volume"),
        study_uid=folder_uid(path.parent, "folder"),
        number_of_frames=slices * phases,
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
        phases=tuple((("time", float(phase)),) for phase in range(phases) for _ in range(slices))
        if phases > 1
        else (),
        reader=VolumeReader(path, is_colour=components == 3),
    )


class VolumeReader:
    """Gives the slices of one file; its values are read once, and kept while it is open."""

    def __init__(self, path: Path, *, is_colour: bool) -> None:
        self.path = path
        self._last_axes = 3 if is_colour else 2
        """Of a slice: rows and columns, and colours where there are some."""
        self._lock = threading.Lock()
        self._values: NDArray[Any] | None = None

    def read(self, index: int) -> FramePixels:
        """Give one slice. Raises DecodeError or FileError."""
        values = self.values()
        flat = values.reshape(-1, *values.shape[-self._last_axes :])
        if not 0 <= index < len(flat):
            raise DecodeError(f"{self.path.name}: it has no slice {index}.")
        stored = np.ascontiguousarray(flat[index])
        return FramePixels(
            stored=stored,
            photometric="RGB" if stored.ndim == 3 else "MONOCHROME2",
            bits_stored=8 * stored.dtype.itemsize,
            is_signed=stored.dtype.kind == "i",
        )

    def values(self) -> NDArray[Any]:
        """Give all values: (slice, row, column), before it phases, after it colours."""
        with self._lock:
            if self._values is None:
                self._values = _read_values(self.path)
            return self._values


def _header(path: Path) -> Any:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        if path.stat().st_size == 0:
            raise FileError(f"{path.name}: the file is empty (0 bytes).")
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise DecodeError(f"{path.name}: its header is broken or of an unknown kind.") from error
    except OSError as error:
        raise FileError(f"{path.name}: it cannot be read ({error.strerror}).") from error
    return reader


def _dtype(path: Path, pixel_id: int) -> Any:
    """Give numpy's type of a volume's values; ITK's vectors have that of their components."""
    name = sitk.GetPixelIDValueAsString(pixel_id)
    known = {
        "8-bit signed integer": np.int8, "8-bit unsigned integer": np.uint8,
        "16-bit signed integer": np.int16, "16-bit unsigned integer": np.uint16,
        "32-bit signed integer": np.int32, "32-bit unsigned integer": np.uint32,
        "64-bit signed integer": np.int64, "64-bit unsigned integer": np.uint64,
        "32-bit float": np.float32, "64-bit float": np.float64,
        "vector of 8-bit unsigned integer": np.uint8,
    }  # fmt: skip
    if name not in known:
        raise UnsupportedError(f"{path.name}: values of the kind {name} are not shown.")
    return known[name]


def _planes(header: Any, slices: int, phases: int) -> tuple[Plane, ...]:
    """Give the plane of each slice: ITK's direction holds the axes as columns, in LPS."""
    dimension = len(header.GetSize())
    direction: Sequence[float] = header.GetDirection()
    origin, spacing = header.GetOrigin(), header.GetSpacing()
    axes = [[float(direction[row * dimension + axis]) for row in range(3)] for axis in range(3)]
    orientation: Orientation = (*axes[0], *axes[1])  # type: ignore[assignment]  # two triples
    in_plane = (float(spacing[1]), float(spacing[0]))
    planes = []
    for number in range(slices):
        step = number * float(spacing[2])
        x, y, z = (float(origin[at]) + step * axes[2][at] for at in range(3))
        planes.append(Plane((x, y, z), orientation, in_plane))
    return tuple(planes) * phases


def _read_values(path: Path) -> NDArray[Any]:
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        raise DecodeError(f"{path.name}: its values are broken or cut off.") from error
    values: NDArray[Any] = sitk.GetArrayFromImage(image)
    if values.dtype.kind == "f":
        return values.astype(np.float32, copy=False)
    if values.dtype.itemsize == 8:
        return values.astype(np.float32)
    return values
