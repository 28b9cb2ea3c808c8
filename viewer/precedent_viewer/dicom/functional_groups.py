"""Find a macro of an enhanced object: in the frame's own groups, else in the shared ones.

Source: PS3.3 C.7.6.16.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset

from precedent_viewer.dicom.values import item, items


@dataclass(frozen=True, slots=True)
class FunctionalGroups:
    """The functional groups of a file; empty for objects that have none."""

    shared: Dataset | None
    per_frame: Sequence[Dataset]

    @property
    def is_per_frame(self) -> bool:
        """Whether frames may differ."""
        return bool(self.per_frame)

    def macro(self, keyword: str, index: int) -> Dataset | None:
        """Give the macro's item that holds for a frame."""
        if index < len(self.per_frame):
            own = item(self.per_frame[index], keyword)
            if own is not None:
                return own
        return None if self.shared is None else item(self.shared, keyword)


def functional_groups(dataset: Dataset) -> FunctionalGroups:
    """Read both sequences."""
    return FunctionalGroups(
        item(dataset, "SharedFunctionalGroupsSequence"),
        items(dataset, "PerFrameFunctionalGroupsSequence"),
    )
