"""Every attribute of the file that is shown, as a searchable tree."""

from collections.abc import Sequence
from pathlib import Path

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

SEARCH_DELAY_MS = 120


class TagsPanel(QWidget):
    """Reads the tags of the shown file when the panel can be seen."""

    def __init__(self, view: ActiveView, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tags-panel")
        self._view = view
        self._tasks = tasks
        self._path: Path | None = None
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
        parents: list[QTreeWidgetItem] = []
        for row in rows:
            item = QTreeWidgetItem([row.tag, row.name, row.value])
            item.setToolTip(2, tool_tip(*row.value.splitlines()))
            item.setToolTip(1, tool_tip(row.name))
            del parents[row.depth :]
            if parents:
                parents[-1].addChild(item)
            else:
                self.tree.addTopLevelItem(item)
            parents.append(item)
        self._stack.setCurrentIndex(1)
        self.filter()

    def filter(self) -> None:
        """Show the rows that contain the searched words, with the sequences they are in."""
        words = self.search.text().casefold().split()
        for at in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(at)
            if item is not None:
                _filter_item(item, words)

    def _fail(self, error: PrecedentError) -> None:
        self._say(str(error))

    def _say(self, words: str) -> None:
        self.message.setText(words)
        self._stack.setCurrentIndex(0)


def _filter_item(item: QTreeWidgetItem, words: Sequence[str]) -> bool:
    """Hide an item unless it or something in it matches; say whether it stays."""
    text = " ".join(item.text(column) for column in range(3)).casefold()
    bare = text.replace(",", "").replace("(", "").replace(")", "")
    own = all(word in text or word in bare for word in words)
    children = [child for at in range(item.childCount()) if (child := item.child(at))]
    inner = [_filter_item(child, () if own else words) for child in children]
    stays = own or any(inner)
    item.setHidden(not stays)
    item.setExpanded(bool(words) and any(inner) and not own)
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
