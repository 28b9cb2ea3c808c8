"""The cases of a list, read a page at a time when they are first looked at.

The list holds the ids of everything it shows, so that a hundred thousand cases can be counted,
selected and dragged at once; words and pictures of a case are read when it comes into view.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from qtpy.QtCore import QAbstractListModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt
from qtpy.QtWidgets import QWidget

from precedent_plugin.cases import Case
from precedent_plugin.panels.drag import CASE_MIME, mime_of
from precedent_plugin.panels.follow import follow
from precedent_plugin.panels.thumbnails import Thumbnails

CASE_ROLE = Qt.ItemDataRole.UserRole + 1
PAGE: Final = 64
"""Cases that are read at once: a tall dock shows some thirty."""
KEPT: Final = 4_096
"""Cases kept; those looked at longest ago are read again when they come back into view."""

Index = QModelIndex | QPersistentModelIndex
ReadCases = Callable[[Sequence[str], Callable[[Sequence[Case]], None]], None]
"""Reads the cases of some ids elsewhere and hands them over; what is gone is left out."""


class CaseModel(QAbstractListModel):
    """The cases shown now, with their thumbnails."""

    def __init__(self, thumbnails: Thumbnails, read: ReadCases, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._read = read
        self._ids: tuple[str, ...] = ()
        self._rows: dict[str, int] = {}
        self._cases: OrderedDict[str, Case] = OrderedDict()
        self._pictured: dict[str, set[str]] = {}
        """The kept cases that show a picture, by its hash."""
        self._generation = 0
        """Rises when the list is shown anew: what was asked for before is then out of date."""
        self._coming: set[int] = set()
        """Pages on their way."""
        self._fresh: set[int] = set()
        """Pages read since the list was shown; an older case stays in view until it is read."""
        self._gone: set[str] = set()
        follow(parent, thumbnails.ready, self._picture_ready)

    def show_ids(self, ids: Sequence[str]) -> None:
        """Show other cases, or the same ones anew; nothing moves when they are the same."""
        self._generation += 1
        for pages in (self._coming, self._fresh):
            pages.clear()
        self._gone.clear()
        if tuple(ids) == self._ids:
            if ids:
                self.dataChanged.emit(self.index(0), self.index(len(ids) - 1))
            return
        self.beginResetModel()
        self._ids = tuple(ids)
        self._rows = {case_id: row for row, case_id in enumerate(self._ids)}
        self.endResetModel()

    def ids(self, rows: Iterable[int]) -> list[str]:
        """Give the ids at some rows."""
        return [self._ids[row] for row in rows]

    def known(self, ids: Iterable[str]) -> list[Case]:
        """Give those of some cases that have been read."""
        return [self._cases[case_id] for case_id in ids if case_id in self._cases]

    def case(self, index: Index) -> Case | None:
        """Give the case at an index, None while it is read; it then comes by itself."""
        row = index.row()
        self._require(row // PAGE, self._ids[row])
        return self._cases.get(self._ids[row])

    def row_of(self, case_id: str) -> int | None:
        """Give the row of a case, or None when it is not shown."""
        return self._rows.get(case_id)

    def rowCount(self, parent: Index | None = None) -> int:
        """Give the number of cases."""
        return 0 if parent is not None and parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = 0) -> object:
        """Give a case, its picture or its words."""
        case = self.case(index) if index.isValid() else None
        if case is None:
            return None
        if role == CASE_ROLE:
            return case
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnails.get(case.images[0])
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{case.question} {case.answer}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (case.question, case.answer, case.rationale) if part)
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Cases can be selected and dragged."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        """Cases are dragged as ids."""
        return [CASE_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # type: ignore[override]
        """Pack the dragged cases in the order shown."""
        return mime_of(self.ids(sorted({index.row() for index in indexes})))

    def _require(self, page: int, case_id: str) -> None:
        """Have a page read unless it was since the list was shown, or is on its way."""
        is_at_hand = case_id in self._cases or case_id in self._gone
        if page in self._coming or (page in self._fresh and is_at_hand):
            return
        self._coming.add(page)
        ids = self._ids[page * PAGE : (page + 1) * PAGE]
        self._read(ids, partial(self._receive, self._generation, page, ids))

    def _receive(
        self, generation: int, page: int, ids: Sequence[str], cases: Sequence[Case]
    ) -> None:
        for case in cases:
            self._drop(case.id)
            self._cases[case.id] = case
            self._pictured.setdefault(case.images[0], set()).add(case.id)
        while len(self._cases) > KEPT:
            self._drop(next(iter(self._cases)))
        if generation != self._generation:
            return
        self._gone.update(set(ids).difference(case.id for case in cases))
        self._coming.discard(page)
        self._fresh.add(page)
        first = page * PAGE
        self.dataChanged.emit(self.index(first), self.index(first + len(ids) - 1))

    def _picture_ready(self, sha: str) -> None:
        for case_id in self._pictured.get(sha, ()):
            row = self._rows.get(case_id)
            if row is not None:
                index = self.index(row)
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def _drop(self, case_id: str) -> None:
        case = self._cases.pop(case_id, None)
        if case is not None:
            self._pictured[case.images[0]].discard(case_id)
