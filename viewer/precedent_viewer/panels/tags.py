"""Every attribute of the file that is shown, as a searchable tree."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PyQt6.QtWidgets import (
    QHeaderView,
    QLabel,
    QLineEdit,
    QStackedLayout,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from precedent_resources import PrecedentError
from precedent_viewer.active_view import ActiveView
from precedent_viewer.dicom.tags import TagRow, read_tags
from precedent_viewer.tasks import TaskHandle, TaskRunner
from precedent_viewer.words import tool_tip

WITHOUT_BRACKETS = str.maketrans("", "", "(),")
"""So that 00100010 finds (0010,0010)."""
SEARCH_DELAY_MS = 120


class TagsPanel(QWidget):
    """Reads the tags of the shown file when the panel can be seen."""

    def __init__(self, view: ActiveView, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tags-panel")
        self._view = view
        self._tasks = tasks
        self._path: Path | None = None
        self._is_filtered = False
        self._request: TaskHandle | None = None
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search tags, names or values")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search tags")
        for clear in self.search.findChildren(QToolButton):
            clear.setAccessibleName("Clear the search")
        self.tree = _CopyingTree()
        self.tree.setObjectName("tags-tree")
        self.tree.setAccessibleName("Tags of the file shown")
        self.tree.setHeaderLabels(["Tag", "Name", "Value"])
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(14)
        header = self.tree.header()
        if header is not None:
            header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
            header.setStretchLastSection(True)
            header.setAccessibleName("Columns of the tags")
            header.resizeSection(0, 104)
            header.resizeSection(1, 140)
        self.message = QLabel()
        self.message.setObjectName("empty")
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_DELAY_MS)
        self._timer.timeout.connect(self.filter)
        self.search.textChanged.connect(lambda _text: self._timer.start())
        view.frame_changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        holder = QWidget()
        holder.setLayout(self._stack)
        self._stack.addWidget(self.message)
        self._stack.addWidget(self.tree)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 0)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(holder, 1)

    def showEvent(self, event: object) -> None:
        """Read what was not read while the panel was hidden."""
        self.refresh()

    def refresh(self, *_frame: object) -> None:
        """Follow the file that is shown."""
        frame = self._view.frame
        path = None if frame is None else frame.instance.path
        if path is None:
            self._path = None
            self._say("No image is open.")
            return
        if path == self._path or not self.isVisible():
            return
        self._path = path
        if self._request is not None:
            self._request.cancel()
        self._request = self._tasks.run(read_tags, path, on_result=self.fill, on_error=self._fail)

    def fill(self, rows: Sequence[TagRow]) -> None:
        """Show the rows of one file; the search stays as it was."""
        self.tree.clear()
        tops: list[_TagItem] = []
        parents: list[_TagItem] = []
        for row in rows:
            item = _TagItem(row)
            del parents[row.depth :]
            if parents:
                parents[-1].addChild(item)
            else:
                tops.append(item)
            parents.append(item)
        # All at once: the tree would look at itself anew for each of thousands of rows.
        self.tree.addTopLevelItems(tops)
        self._is_filtered = False
        self._stack.setCurrentIndex(1)
        self.filter()

    def filter(self) -> None:
        """Show the rows that contain the searched words, with the sequences they are in."""
        words = self.search.text().casefold().split()
        if not words and not self._is_filtered:
            return
        self._is_filtered = bool(words)
        for at in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(at)
            if isinstance(item, _TagItem):
                _filter_item(item, words)

    def _fail(self, error: PrecedentError) -> None:
        self._say(str(error))

    def _say(self, words: str) -> None:
        self.message.setText(words)
        self._stack.setCurrentIndex(0)


class _TagItem(QTreeWidgetItem):
    """One tag; its tooltips and the words that are searched are made when they are asked for."""

    def __init__(self, row: TagRow) -> None:
        super().__init__([row.tag, row.name, row.value])
        self._row = row

    @cached_property
    def searched(self) -> str:
        """The words in which a search looks, in small letters."""
        text = f"{self._row.tag} {self._row.name} {self._row.value}".casefold()
        return f"{text} {text.translate(WITHOUT_BRACKETS)}"

    def data(self, column: int, role: int) -> Any:
        """Give the whole of a name or value as the tooltip."""
        if role == Qt.ItemDataRole.ToolTipRole and column > 0:
            return tool_tip(*self.text(column).splitlines())
        return super().data(column, role)


def _filter_item(item: QTreeWidgetItem, words: Sequence[str]) -> bool:
    """Hide an item unless it or something in it matches; say whether it stays."""
    text = item.searched if isinstance(item, _TagItem) else ""
    own = all(word in text for word in words)
    children = [child for at in range(item.childCount()) if (child := item.child(at))]
    inner = [_filter_item(child, () if own else words) for child in children]
    stays = own or any(inner)
    if item.isHidden() == stays:
        item.setHidden(not stays)
    wants_open = bool(words) and any(inner) and not own
    if item.isExpanded() != wants_open:
        item.setExpanded(wants_open)
    return stays


class _CopyingTree(QTreeWidget):
    """A tree whose current row the copy key takes as text."""

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Copy on the system's copy key."""
        item, clipboard = self.currentItem(), QGuiApplication.clipboard()
        is_copy = event is not None and event.matches(QKeySequence.StandardKey.Copy)
        if is_copy and item is not None and clipboard is not None:
            clipboard.setText("\t".join(item.text(column) for column in range(3)))
            return
        super().keyPressEvent(event)
