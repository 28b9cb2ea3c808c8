"""Rows of attributes as a tree that is searched and copied."""

from collections.abc import Sequence
from typing import Any

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeWidget, QTreeWidgetItem

from precedent_viewer.dicom.tags import TagRow
from precedent_viewer.words import label, tool_tip

WITHOUT_BRACKETS = str.maketrans("", "", "(),")
"""So that 00100010 finds (0010,0010)."""
LONGEST_TIP = 2_000


class TagItem(QTreeWidgetItem):
    """One attribute, with the whole of its name and value as tooltips."""

    def __init__(self, row: TagRow) -> None:
        super().__init__([row.tag, row.name, row.value])
        self.row = row

    def data(self, column: int, role: int) -> Any:
        """Give the whole of a name or value as the tooltip."""
        if role == Qt.ItemDataRole.ToolTipRole and column > 0:
            is_value = column == 2
            text = self.row.whole if is_value and self.row.whole else self.text(column)
            lines = text[:LONGEST_TIP].splitlines()
            if not is_value and self.row.keyword:
                lines += [self.row.keyword, f"VR {self.row.vr}"]
            return tool_tip(*lines)
        return super().data(column, role)


def words_of(row: TagRow) -> str:
    """Give what is searched of an attribute: tag, name, keyword and the whole value."""
    plain = row.tag.translate(WITHOUT_BRACKETS)
    return f"{row.tag} {plain} {row.name} {row.keyword} {row.whole or row.value}"


class CopyingTree(QTreeWidget):
    """A tree whose chosen rows are copied as text, by key or by its menu."""

    def __init__(self, columns: Sequence[str], name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setHeaderLabels(list(columns))
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        header = self.header()
        if header is not None:
            header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
            header.setStretchLastSection(True)
            header.setAccessibleName(f"Columns of {name}")
            header.resizeSection(0, 104)
            header.resizeSection(1, 140)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Copy on the system's copy key."""
        if event is not None and event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
            return
        super().keyPressEvent(event)

    def copy_rows(self) -> None:
        """Copy the chosen rows, a line each, their columns parted by tabs."""
        rows = self.selectedItems() or [item for item in (self.currentItem(),) if item]
        _copy("\n".join(self._line(item) for item in rows))

    def copy_value(self) -> None:
        """Copy the whole value of the current row, with its line breaks."""
        item = self.currentItem()
        if isinstance(item, TagItem):
            _copy(item.row.whole or item.row.value)
        elif item is not None:
            _copy("\t".join(item.text(column) for column in range(2, self.columnCount())))

    def copy_keyword(self) -> None:
        """Copy the keyword of the current row, or its tag where it has none."""
        item = self.currentItem()
        if isinstance(item, TagItem):
            _copy(item.row.keyword or item.row.tag)
        elif item is not None:
            _copy(item.text(0))

    def menu(self) -> QMenu:
        """Give what can be copied of the current row."""
        made = QMenu(self)
        for words, action in (
            ("Copy value", self.copy_value), ("Copy keyword", self.copy_keyword),
            ("Copy rows", self.copy_rows),
        ):  # fmt: skip
            entry = made.addAction(label(words))
            if entry is not None:
                entry.triggered.connect(action)
        return made

    def _show_menu(self, at: QPoint) -> None:
        viewport = self.viewport()
        if self.currentItem() is not None and viewport is not None:
            self.menu().exec(viewport.mapToGlobal(at))

    def _line(self, item: QTreeWidgetItem) -> str:
        return "\t".join(item.text(column) for column in range(self.columnCount()))


def _copy(text: str) -> None:
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None and text:
        clipboard.setText(text)
