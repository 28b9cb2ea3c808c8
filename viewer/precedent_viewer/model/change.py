"""What becomes of files in the study tree, and how the tree tells of it. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from precedent_viewer.model.study import Series, StudyTree


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an instance."""

    series: Series
    is_new: bool
    gone: tuple[Series, ...]
    """Series whose images are now on this one."""


class Change:
    """What changed in the tree, told once a series."""

    def __init__(self) -> None:
        self._added: dict[str, Series] = {}
        self._changed: dict[str, Series] = {}
        self._joined: list[tuple[Series, Series]] = []

    def note(self, taken: Taken) -> None:
        """Remember what became of an instance."""
        series = taken.series
        if taken.is_new:
            self._added[series.uid] = series
        elif series.uid not in self._added:
            self._changed[series.uid] = series
        for gone in taken.gone:
            self._changed.pop(gone.uid, None)
            if self._added.pop(gone.uid, None) is None:
                self._joined.append((gone, series))

    def tell(self, tree: StudyTree) -> None:
        """Send the tree's signals."""
        for gone, series in self._joined:
            tree.series_joined.emit(gone, series)
        for series in self._added.values():
            tree.series_added.emit(series)
        for series in self._changed.values():
            tree.series_changed.emit(series)
