"""An RT structure set: regions of interest as contours in patient millimetres. PS3.3 C.8.8.5/6."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from precedent_viewer.dicom.opened import open_dicom
from precedent_viewer.dicom.values import integer, item, items, numbers, text
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.objects.cielab import DISTINCT, hex_of

ContourKind = Literal["POINT", "OPEN", "CLOSED"]
KINDS: dict[str, ContourKind] = {
    "POINT": "POINT",
    "OPEN_PLANAR": "OPEN",
    "OPEN_NONPLANAR": "OPEN",
    "CLOSED_PLANAR": "CLOSED",
    "CLOSEDPLANAR_XOR": "CLOSED",
}
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """One line of a region."""

    kind: ContourKind
    points: Points
    """(n, 3) patient mm."""
    sop_instance_uid: str
    """The image on which it was drawn; "" when the file does not say."""


@dataclass(frozen=True, slots=True, eq=False)
class Roi:
    """A region of interest."""

    number: int
    name: str
    interpreted_type: str
    """"PTV", "ORGAN", "EXTERNAL"...; "" when the file does not say."""
    colour: str
    contours: tuple[Contour, ...]
    frame_of_reference_uid: str

    @property
    def slice_gap_mm(self) -> float | None:
        """The least distance of planar contours along their normal; None for fewer than two."""
        planar = [one.points for one in self.contours if one.kind == "CLOSED"]
        if len(planar) < 2:
            return None
        normal = _normal(planar[0])
        places = np.unique(np.round([float(points[0] @ normal) for points in planar], 3))
        return float(np.diff(places).min()) if places.size > 1 else None


@dataclass(frozen=True, slots=True, eq=False)
class Structures:
    """A structure set."""

    title: str
    facts: tuple[tuple[str, str], ...]
    rois: tuple[Roi, ...]
    notes: tuple[str, ...] = ()


def read_structures(path: Path) -> Structures:
    """Read a structure set. Raises FileError."""
    opened = open_dicom(path)
    with warnings_collected():
        return structures_of(opened.dataset)


def structures_of(dataset: Dataset) -> Structures:
    """Read the regions of a dataset; those without contours are listed too."""
    spaces = [
        text(one, "FrameOfReferenceUID")
        for one in items(dataset, "ReferencedFrameOfReferenceSequence")
    ]
    types = {
        integer(one, "ReferencedROINumber"): text(one, "RTROIInterpretedType")
        for one in items(dataset, "RTROIObservationsSequence")
    }
    drawn = {
        integer(one, "ReferencedROINumber"): one for one in items(dataset, "ROIContourSequence")
    }
    rois: list[Roi] = []
    broken = 0
    for at, one in enumerate(items(dataset, "StructureSetROISequence")):
        number = integer(one, "ROINumber")
        lines = drawn.get(number)
        contours, lost = ((), 0) if lines is None else _contours(lines)
        broken += lost
        space = text(one, "ReferencedFrameOfReferenceUID") or (spaces[0] if spaces else "")
        rois.append(
            Roi(
                number=at + 1 if number is None else number,
                name=text(one, "ROIName") or f"Region {number}",
                interpreted_type=types.get(number, ""),
                colour=_colour(lines, at),
                contours=contours,
                frame_of_reference_uid=space,
            )
        )
    said = text(dataset, "StructureSetLabel"), text(dataset, "StructureSetName")
    facts = (("Label", said[0]), ("Name", said[1]), ("Approval", text(dataset, "ApprovalStatus")))
    note = f"{broken} contours of the structure set are broken and not shown."
    return Structures(
        title=said[0] or said[1] or "Structure set",
        facts=tuple((name, value) for name, value in facts if value),
        rois=tuple(rois),
        notes=(note,) if broken else (),
    )


def _contours(lines: Dataset) -> tuple[tuple[Contour, ...], int]:
    """Give the contours of a region, and how many could not be read."""
    found: list[Contour] = []
    lost = 0
    for one in items(lines, "ContourSequence"):
        flat = numbers(one, "ContourData")
        kind = KINDS.get(text(one, "ContourGeometricType"))
        if kind is None or len(flat) < 3 or len(flat) % 3 or not np.isfinite(flat).all():
            lost += 1
            continue
        image = item(one, "ContourImageSequence")
        uid = "" if image is None else text(image, "ReferencedSOPInstanceUID")
        found.append(Contour(kind, np.array(flat).reshape(-1, 3), uid))
    return tuple(found), lost


def _colour(lines: Dataset | None, at: int) -> str:
    rgb: Sequence[float] = () if lines is None else numbers(lines, "ROIDisplayColor")
    return hex_of(rgb) if len(rgb) == 3 else DISTINCT[at % len(DISTINCT)]


def _normal(points: Points) -> Points:
    """Give the unit normal of a planar contour. Newell's method."""
    rolled = np.roll(points, -1, axis=0)
    normal = np.cross(points - points[0], rolled - points[0]).sum(axis=0)
    length = float(np.linalg.norm(normal))
    return normal / length if length > 1e-9 else np.array([0.0, 0.0, 1.0])
