"""Every attribute of the file that is shown, as a searchable tree."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precedent_resources import PrecedentError
from precedent_viewer.active_view import ActiveView
from precedent_viewer.dicom.tags import TagRow, read_tags
from precedent_viewer.panels.tags.nodes import Node, NodeTree, nested
from precedent_viewer.panels.tags.tree import TagItem, words_of
from precedent_viewer.tasks import TaskHandle, TaskRunner

SEARCH_DELAY_MS = 120
FRAME_DELAY_MS = 150
"""Groups of a frame are read once scrolling has paused for so long."""


class TagsPanel(QWidget):
    """Reads the tags of the shown file when the panel can be seen."""

    def __init__(self, view: ActiveView, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tags-panel")
        self._view = view
        self._tasks = tasks
        self._shown: tuple[Path, int | None] | None = None
        self._request: TaskHandle | None = None
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search tags, names or values")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search tags")
        for clear in self.search.findChildren(QToolButton):
            clear.setAccessibleName("Clear the search")
        self.tree = NodeTree(["Tag", "Name", "Value"], "Tags of the file shown")
        self.tree.setObjectName("tags-tree")
        self.compare = QPushButton("Compare…")
        self.compare.setToolTip("Lay the tags of two images side by side.")
        self.this_frame = QCheckBox("This frame")
        self.this_frame.setToolTip("Of the groups that each frame has, list those of this one.")
        self.this_frame.setChecked(True)
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
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(FRAME_DELAY_MS)
        self._late.timeout.connect(self.refresh)
        self.this_frame.toggled.connect(lambda _on: self.refresh())
        view.frame_changed.connect(self._follow)
        self.refresh()

    def _lay_out(self) -> None:
        holder = QWidget()
        holder.setLayout(self._stack)
        self._stack.addWidget(self.message)
        self._stack.addWidget(self.tree)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.search, 1)
        row.addWidget(self.compare)
        column.addLayout(row)
        column.addWidget(self.this_frame)
        column.addWidget(holder, 1)

    def showEvent(self, event: object) -> None:
        """Read what was not read while the panel was hidden."""
        self.refresh()

    def _follow(self, *_frame: object) -> None:
        """Follow at once to another file, and to another frame when scrolling pauses."""
        frame = self._view.frame
        path = None if frame is None else frame.instance.path
        if self._shown is not None and self._shown[0] == path:
            self._late.start()
        else:
            self.refresh()

    def refresh(self, *_frame: object) -> None:
        """Follow the file and the frame that are shown."""
        frame = self._view.frame
        if frame is None:
            self._shown = None
            self.this_frame.hide()
            self._say("No image is open.")
            return
        has_groups = frame.instance.kind == "dicom" and bool(frame.instance.planes)
        self.this_frame.setVisible(has_groups)
        wanted = frame.index if has_groups and self.this_frame.isChecked() else None
        shown = (frame.instance.path, wanted)
        if shown == self._shown or not self.isVisible():
            return
        self._shown = shown
        if self._request is not None:
            self._request.cancel()
        self._request = self._tasks.run(read_tags, *shown, on_result=self.fill, on_error=self._fail)

    def fill(self, rows: Sequence[TagRow]) -> None:
        """Show the rows of one file; the search stays as it was."""
        self._show(nodes_of(rows))

    def _show(self, tops: Sequence[Node]) -> None:
        self.tree.show_nodes(tops, self._words())
        self._stack.setCurrentIndex(1)

    def filter(self) -> None:
        """Show the rows that contain the searched words, with the sequences they are in."""
        self.tree.search(self._words())

    def _words(self) -> list[str]:
        return self.search.text().casefold().split()

    def _fail(self, error: PrecedentError) -> None:
        self._say(str(error))

    def _say(self, words: str) -> None:
        self.message.setText(words)
        self._stack.setCurrentIndex(0)


def nodes_of(rows: Sequence[TagRow]) -> list[Node]:
    """Nest the rows of a file; makes no item, so a worker may do it."""
    return nested(Node(row.depth, partial(words_of, row), partial(TagItem, row)) for row in rows)
