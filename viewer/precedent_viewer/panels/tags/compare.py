"""The dialog that lays the attributes of two images side by side and marks what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QFont
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from precedent_resources import PrecedentError
from precedent_viewer.dicom.tag_compare import (
    ComparedRow,
    Difference,
    compare_files,
    counts_of,
)
from precedent_viewer.panels.tags.nodes import Node, NodeTree, nested
from precedent_viewer.panels.tags.tree import WITHOUT_BRACKETS
from precedent_viewer.tasks import TaskHandle, TaskRunner
from precedent_viewer.theme import Theme
from precedent_viewer.words import tool_tip

MARKS: dict[Difference, str] = {
    "same": "", "changed": "\N{NOT EQUAL TO}", "inside": "\N{DOWNWARDS ARROW}",
    "first": "\N{MINUS SIGN}", "second": "+",
}  # fmt: skip
"""Differences are told by a sign and not by colour alone."""
MARK_WORDS: dict[Difference, str] = {
    "same": "Alike", "changed": "Differs", "inside": "Differs inside", "first": "Only in the first",
    "second": "Only in the second",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """An image that can be compared."""

    title: str
    path: Path
    frame: int | None = None
    """Of the groups that each frame has, only this one's; None for all."""


class CompareDialog(QDialog):
    """Two choices above, rows below; differences alone at first."""

    def __init__(
        self, offered: Sequence[Compared], tasks: TaskRunner, theme: Theme,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setObjectName("tag-compare-dialog")
        self.setWindowTitle("Compare tags")
        self.resize(1040, 680)
        self._tasks, self._theme = tasks, theme
        self._compared: tuple[ComparedRow, ...] = ()
        self._request: TaskHandle | None = None
        self.finished.connect(lambda _code: self._stop())
        self.choices = (QComboBox(), QComboBox())
        self.files = tuple(QPushButton("File…") for _ in range(2))
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search tags, names or values")
        self.search.setAccessibleName("Search the compared tags")
        self.search.setClearButtonEnabled(True)
        for clear in self.search.findChildren(QToolButton):
            clear.setAccessibleName("Clear the search")
        self.differences = QCheckBox("Differences only")
        self.differences.setChecked(True)
        self.passing = QCheckBox("Without identifiers and times")
        self.passing.setChecked(True)
        self.counts = QLabel()
        self.counts.setObjectName("section")
        self.counts.setWordWrap(True)
        self.tree = NodeTree(["Tag", "Name", "", "First", "Second"], "Tags of both images")
        header = self.tree.header()
        if header is not None:
            for column, width in ((0, 130), (1, 210), (2, 26), (3, 320)):
                header.resizeSection(column, width)
        self._lay_out()
        self._offer(offered)
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(7)
        for at, words in enumerate(("First", "Second")):
            name = QLabel(words)
            name.setBuddy(self.choices[at])
            self.choices[at].setAccessibleName(f"{words} image")
            self.files[at].setAccessibleName(f"Choose a file as the {words.lower()} image")
            self.files[at].setAutoDefault(False)
            grid.addWidget(name, at, 0)
            grid.addWidget(self.choices[at], at, 1)
            grid.addWidget(self.files[at], at, 2)
        grid.setColumnStretch(1, 1)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.search, 1)
        row.addWidget(self.differences)
        row.addWidget(self.passing)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addLayout(grid)
        column.addLayout(row)
        column.addWidget(self.counts)
        column.addWidget(self.tree, 1)

    def _offer(self, offered: Sequence[Compared]) -> None:
        for at, choice in enumerate(self.choices):
            for one in offered:
                choice.addItem(one.title, one)
            choice.setCurrentIndex(min(at, len(offered) - 1))

    def _connect(self) -> None:
        for at, (choice, file) in enumerate(zip(self.choices, self.files, strict=True)):
            choice.currentIndexChanged.connect(lambda _index: self.refresh())
            file.clicked.connect(partial(self._choose_file, at))
        self.search.textChanged.connect(lambda _text: self._filter())
        for check in (self.differences, self.passing):
            check.toggled.connect(lambda _on: self._fill())

    def add_file(self, at: int, path: Path) -> None:
        """Compare a file that is not open."""
        self.choices[at].addItem(path.name, Compared(path.name, path))
        self.choices[at].setCurrentIndex(self.choices[at].count() - 1)

    def refresh(self) -> None:
        """Read both images anew."""
        self._stop()
        self._compared = ()
        self.tree.clear()
        first, second = (choice.currentData() for choice in self.choices)
        if not (isinstance(first, Compared) and isinstance(second, Compared)):
            self.counts.setText("Choose two images: a viewport's, or a file.")
            return
        self.counts.setText("Reading…")
        self._request = self._tasks.run(
            compare_files, (first.path, first.frame), (second.path, second.frame),
            on_result=self._take, on_error=self._fail,
        )  # fmt: skip

    def _stop(self) -> None:
        """Forget what is being read: another choice was made, or the dialog is going."""
        if self._request is not None:
            self._request.cancel()

    def _take(self, rows: tuple[ComparedRow, ...]) -> None:
        self._compared = rows
        self._fill()

    def _fail(self, error: PrecedentError) -> None:
        self.counts.setText(str(error))

    def _choose_file(self, at: int, _checked: bool) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Compare with a file")
        if name:
            self.add_file(at, Path(name))

    def _fill(self) -> None:
        told = [row for row in self._compared if not (self.passing.isChecked() and row.is_passing)]
        words, left_out = counts_of(told).words, len(self._compared) - len(told)
        if left_out:
            words += f" {left_out:,} identifiers, times and lengths are left out."
        self.counts.setText(words)
        nodes = (
            Node(row.depth, partial(_words_of, row), partial(_ComparedItem, row, self._theme))
            for row in self._compared
            if self._is_wanted(row)
        )
        is_open = self.differences.isChecked()
        self.tree.show_nodes(nested(nodes), self._words(), is_open=is_open)

    def _is_wanted(self, row: ComparedRow) -> bool:
        if self.passing.isChecked() and row.is_passing:
            return False
        return row.difference != "same" or not self.differences.isChecked()

    def _words(self) -> list[str]:
        return self.search.text().casefold().split()

    def _filter(self) -> None:
        self.tree.search(self._words(), is_open=self.differences.isChecked())


class _ComparedItem(QTreeWidgetItem):
    """One compared row; what differs is bold and has its sign."""

    def __init__(self, row: ComparedRow, theme: Theme) -> None:
        mark = MARKS[row.difference]
        texts = [row.tag, row.name, mark, row.first or "", row.second or ""]
        super().__init__(texts)
        self.row = row
        for column in (3, 4):
            self.setToolTip(column, tool_tip(self.text(column)))
        self.setToolTip(2, MARK_WORDS[row.difference])
        self.setData(2, Qt.ItemDataRole.AccessibleTextRole, MARK_WORDS[row.difference])
        font = QFont(self.font(3))
        font.setBold(row.difference == "changed")
        for column in (2, 3, 4):
            self.setFont(column, font)
            if row.difference == "changed":
                self.setForeground(column, QColor(theme.warning))
        if row.difference in ("first", "second"):
            absent = 4 if row.difference == "first" else 3
            self.setText(absent, "not there")
            self.setForeground(absent, QColor(theme.text_muted))


def _words_of(row: ComparedRow) -> str:
    plain = row.tag.translate(WITHOUT_BRACKETS)
    return f"{row.tag} {plain} {row.name} {row.keyword} {row.first or ''} {row.second or ''}"
