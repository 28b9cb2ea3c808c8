"""A segmentation object: its segments, and what each frame of it is about.

Sources: PS3.3 A.51, C.8.20 (Segmentation Image), C.7.6.16.2.6 (Derivation Image).
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from precedent_viewer.dicom.documents import read_reference
from precedent_viewer.dicom.frames import read_frame
from precedent_viewer.dicom.functional_groups import FunctionalGroups, functional_groups
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.dicom.opened import open_dicom
from precedent_viewer.dicom.values import integer, item, items, number, numbers, text
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.errors import DecodeError
from precedent_viewer.model.document import Reference
from precedent_viewer.model.study import Frame, Instance
from precedent_viewer.objects.cielab import colour_of

SegmentationType = Literal["BINARY", "FRACTIONAL", "LABELMAP"]
FRAMES_KEPT = 96


@dataclass(frozen=True, slots=True)
class Segment:
    """One thing that was segmented."""

    number: int
    label: str
    kind: str
    """Property type, such as "Liver"; "" when the file does not say."""
    category: str
    algorithm: str
    """"Manual", "Automatic, NAME"..."""
    colour: str
    """`#rrggbb`."""


@dataclass(frozen=True, slots=True)
class SegmentFrame:
    """What one frame of the file shows."""

    segment: int | None
    """Number of its segment; None in label maps, whose values are the numbers."""
    sources: tuple[Reference, ...]
    """The images that it was drawn on."""


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """A segmentation that is open."""

    instance: Instance
    title: str
    type: SegmentationType
    is_probability: bool
    """Of fractional ones: probability, else occupancy."""
    segments: tuple[Segment, ...]
    frames: tuple[SegmentFrame, ...]
    full_value: int
    """The stored value that means 1; of fractional ones Maximum Fractional Value."""
    thickness_mm: float | None

    def shares(self, index: int) -> NDArray[np.float32]:
        """Give a frame of a binary or fractional one as shares, 0 to 1."""
        return (_stored(self.instance, index) / np.float32(self.full_value)).astype(np.float32)

    def labels(self, index: int) -> NDArray[Any]:
        """Give the segment numbers of a frame of a label map."""
        return _stored(self.instance, index)


def read_segmentation(path: Path) -> Segmentation:
    """Read a segmentation's header. Raises FileError, UnsupportedError or DecodeError."""
    instance = read_instance(path)
    opened = open_dicom(path)
    with warnings_collected():
        return segmentation_of(opened.dataset, instance)


def segmentation_of(dataset: Dataset, instance: Instance) -> Segmentation:
    """Read the segments and the frames of a dataset."""
    said = text(dataset, "SegmentationType")
    types: dict[str, SegmentationType] = {
        "BINARY": "BINARY", "FRACTIONAL": "FRACTIONAL", "LABELMAP": "LABELMAP",
    }  # fmt: skip
    if said not in types:
        raise DecodeError(
            f"{instance.path.name}: its Segmentation Type is {said[:16] or 'missing'}, not BINARY, "
            "FRACTIONAL or LABELMAP."
        )
    groups = functional_groups(dataset)
    return Segmentation(
        instance=instance,
        title=text(dataset, "ContentDescription") or text(dataset, "SeriesDescription")
        or text(dataset, "ContentLabel") or "Segmentation",
        type=types[said],
        is_probability=text(dataset, "SegmentationFractionalType") != "OCCUPANCY",
        segments=_segments(dataset),
        frames=tuple(
            _frame(groups, index, is_label_map=said == "LABELMAP")
            for index in range(instance.number_of_frames)
        ),
        full_value=_full_value(dataset, said),
        thickness_mm=_thickness(groups),
    )  # fmt: skip


def _full_value(dataset: Dataset, said: str) -> int:
    most = integer(dataset, "MaximumFractionalValue")
    return most if said == "FRACTIONAL" and most else 255 if said == "FRACTIONAL" else 1


def _thickness(groups: FunctionalGroups) -> float | None:
    measures = groups.macro("PixelMeasuresSequence", 0)
    if measures is None:
        return None
    return number(measures, "SpacingBetweenSlices") or number(measures, "SliceThickness")


def _segments(dataset: Dataset) -> tuple[Segment, ...]:
    found = []
    for at, one in enumerate(items(dataset, "SegmentSequence")):
        place = integer(one, "SegmentNumber")
        place = at + 1 if place is None else place
        if place == 0 and text(dataset, "SegmentationType") == "LABELMAP":
            continue
        algorithm = text(one, "SegmentAlgorithmType").capitalize()
        name = text(one, "SegmentAlgorithmName")
        kind = _meaning(one, "SegmentedPropertyTypeCodeSequence")
        found.append(
            Segment(
                number=place,
                label=text(one, "SegmentLabel") or kind or f"Segment {place}",
                kind=kind,
                category=_meaning(one, "SegmentedPropertyCategoryCodeSequence"),
                algorithm=f"{algorithm}, {name}" if algorithm and name else algorithm or name,
                colour=colour_of(numbers(one, "RecommendedDisplayCIELabValue"), at),
            )
        )
    return tuple(found)


def _meaning(one: Dataset, keyword: str) -> str:
    code = item(one, keyword)
    return "" if code is None else text(code, "CodeMeaning")


def _frame(groups: FunctionalGroups, index: int, *, is_label_map: bool) -> SegmentFrame:
    identification = groups.macro("SegmentIdentificationSequence", index)
    segment = None
    if not is_label_map and identification is not None:
        segment = integer(identification, "ReferencedSegmentNumber")
    derivation = groups.macro("DerivationImageSequence", index)
    sources = () if derivation is None else items(derivation, "SourceImageSequence")
    found = (read_reference(one) for one in sources)
    return SegmentFrame(segment, tuple(one for one in found if one is not None))


@lru_cache(maxsize=FRAMES_KEPT)
def _stored(instance: Instance, index: int) -> NDArray[Any]:
    stored: NDArray[Any] = read_frame(Frame(instance, index)).stored
    return stored
