"""Find a macro of an enhanced object: in the frame's own groups, else in the shared ones.

Source: PS3.3 C.7.6.16.
"""

from collections.abc import Sequence

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from precedent_viewer.dicom.raw_items import Elements, as_dataset, raw_items
from precedent_viewer.dicom.values import MALFORMED, item, items, tag_of

PER_FRAME = "PerFrameFunctionalGroupsSequence"


class FunctionalGroups:
    """The functional groups of a file; empty for objects that have none."""

    def __init__(self, shared: Dataset | None, per_frame: Sequence[Dataset | Elements]) -> None:
        self._shared = shared
        self._of_all: dict[str, Dataset | None] = {}
        """The shared macros that were asked for."""
        self.per_frame = per_frame
        """One a frame; as pydicom made them, or as they lie in the file."""
        self._index = -1
        self._of_frame: dict[str, Dataset | None] = {}
        """The macros of the frame that was asked for last: several are asked for in turn."""

    @property
    def is_per_frame(self) -> bool:
        """Whether frames may differ."""
        return bool(self.per_frame)

    def macro(self, keyword: str, index: int) -> Dataset | None:
        """Give the macro's item that holds for a frame."""
        if index < len(self.per_frame):
            own = self._own(keyword, index)
            if own is not None:
                return own
        if keyword not in self._of_all:
            self._of_all[keyword] = None if self._shared is None else item(self._shared, keyword)
        return self._of_all[keyword]

    def _own(self, keyword: str, index: int) -> Dataset | None:
        group = self.per_frame[index]
        if isinstance(group, Dataset):
            return item(group, keyword)
        if index != self._index:
            self._index, self._of_frame = index, {}
        if keyword not in self._of_frame:
            self._of_frame[keyword] = _first(group.get(tag_of(keyword)), keyword)
        return self._of_frame[keyword]


def functional_groups(dataset: Dataset) -> FunctionalGroups:
    """Read both sequences."""
    return FunctionalGroups(item(dataset, "SharedFunctionalGroupsSequence"), _per_frame(dataset))


def _per_frame(dataset: Dataset) -> Sequence[Dataset | Elements]:
    tag = tag_of(PER_FRAME)
    if tag not in dataset.keys():  # noqa: SIM118  # `in dataset` is many times slower.
        return ()
    try:
        plain = raw_items(dataset.get_item(tag))
    except MALFORMED:
        plain = None
    return items(dataset, PER_FRAME) if plain is None else plain


def _first(element: object, keyword: str) -> Dataset | None:
    """Give a sequence's first item; None for what is no sequence."""
    if not isinstance(element, RawDataElement):
        return None
    plain = raw_items(element)
    if plain is None:
        return item(as_dataset({element.tag: element}, element), keyword)
    return as_dataset(plain[0], element) if plain else None
