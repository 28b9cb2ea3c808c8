"""To which images an item of a presentation state applies. PS3.3 10.3 (image SOP instances)."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydicom.dataset import Dataset

from precedent_viewer.dicom.documents import read_reference
from precedent_viewer.dicom.values import items


@dataclass(frozen=True, slots=True)
class ImageFrame:
    """One frame of one instance."""

    sop_instance_uid: str
    number: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Images by name; without names, all that the presentation is about."""

    frames: dict[str, tuple[int, ...]]
    """Frame numbers of each instance; empty means all of them."""

    def covers(self, image: ImageFrame) -> bool:
        """Say whether a frame is meant."""
        if not self.frames:
            return True
        numbers = self.frames.get(image.sop_instance_uid)
        return numbers is not None and (not numbers or image.number in numbers)


def scope_of(one: Dataset) -> Scope:
    """Read the Referenced Image Sequence of an item."""
    return Scope(_named(items(one, "ReferencedImageSequence")))


def scope_of_series(dataset: Dataset) -> Scope:
    """Read all images that a presentation state is about. PS3.3 C.11.11."""
    series = items(dataset, "ReferencedSeriesSequence")
    return Scope(_named(image for one in series for image in items(one, "ReferencedImageSequence")))


def _named(images: Iterable[Dataset]) -> dict[str, tuple[int, ...]]:
    found = (read_reference(image) for image in images)
    return {one.sop_instance_uid: one.frames for one in found if one is not None}
