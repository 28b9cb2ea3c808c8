"""The dialog with all hanging protocols: their order, on or off, edit, import and export."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from precedent_resources import PrecedentError
from precedent_viewer.hanging.book import HangingBook
from precedent_viewer.hanging.rules import Rule
from precedent_viewer.hanging.words import rule_in_words, study_in_words

ID_ROLE = Qt.ItemDataRole.UserRole
FILTER = "Hanging protocols (*.json)"
EMPTY = (
    "No hanging protocols yet.\n\nLay out viewports as you like them, then choose "
    "Layout, Hanging, Always hang like this."
)


class BookDialog(QDialog):
    """The protocols in the order in which they are tried."""

    def __init__(
        self, book: HangingBook, edit: Callable[[Rule], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("hanging-book-dialog")
        self.setWindowTitle("Hanging protocols")
        self.resize(760, 520)
        self._book, self._edit = book, edit
        self.list = QListWidget()
        self.list.setObjectName("hanging-list")
        self.list.setAccessibleName("Hanging protocols in the order in which they are tried")
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.empty = QLabel(EMPTY)
        self.empty.setObjectName("empty")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.problem = QLabel()
        self.problem.setObjectName("warning-text")
        self.problem.setWordWrap(True)
        self.actions_by_name = {
            name: self._button(name, action)
            for name, action in (
                ("Earlier", lambda: self._move(-1)), ("Later", lambda: self._move(1)),
                ("Edit…", self._edit_current), ("Delete", self._delete), ("Undo", self._undo),
                ("Import…", self._import), ("Export…", self._export),
            )
        }  # fmt: skip
        self._lay_out()
        self.list.currentRowChanged.connect(lambda _row: self._show_current())
        self.list.itemChanged.connect(self._switch)
        self.list.itemActivated.connect(lambda _item: self._edit_current())
        book.changed.connect(self._fill)
        self.finished.connect(lambda _code: book.changed.disconnect(self._fill))
        self._fill()
        self._say("" if book.problem is None else str(book.problem))

    def _button(self, name: str, action: Callable[[], object]) -> QPushButton:
        made = QPushButton(name)
        made.setAutoDefault(False)
        made.clicked.connect(lambda _checked: self._try(action))
        return made

    def _lay_out(self) -> None:
        self._stack = QStackedLayout()
        body = QWidget()
        columns = QHBoxLayout(body)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(14)
        columns.addWidget(self.list, 4)
        columns.addWidget(self.words, 5)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(body)
        row = QHBoxLayout()
        for name, button in self.actions_by_name.items():
            if name == "Import…":
                row.addStretch(1)
            row.addWidget(button)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.accept)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(10)
        hint = QLabel("The first one that is ticked and fits is used when a study is opened.")
        hint.setObjectName("muted")
        whole.addWidget(hint)
        whole.addLayout(self._stack, 1)
        whole.addLayout(row)
        whole.addWidget(self.problem)
        whole.addWidget(close)

    # Following

    def _fill(self) -> None:
        chosen = self._current_id()
        self.list.blockSignals(True)
        self.list.clear()
        for rule in self._book.rules:
            item = QListWidgetItem(f"{rule.name}\n{study_in_words(rule.study)}")
            item.setData(ID_ROLE, rule.id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if rule.is_on else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        ids = [rule.id for rule in self._book.rules]
        self.list.setCurrentRow(ids.index(chosen) if chosen in ids else 0)
        self._stack.setCurrentIndex(1 if ids else 0)
        self._show_current()

    def _show_current(self) -> None:
        rule = self._current()
        self.words.setText("" if rule is None else rule_in_words(rule))
        for name in ("Earlier", "Later", "Edit…", "Delete"):
            self.actions_by_name[name].setEnabled(rule is not None)
        self.actions_by_name["Export…"].setEnabled(bool(self._book.rules))
        self.actions_by_name["Undo"].setEnabled(self._book.can_undo)

    def _current_id(self) -> str | None:
        item = self.list.currentItem()
        return None if item is None else str(item.data(ID_ROLE))

    def _current(self) -> Rule | None:
        chosen = self._current_id()
        return next((one for one in self._book.rules if one.id == chosen), None)

    def _say(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))

    # Doing

    def _try(self, action: Callable[[], object]) -> None:
        self._say("")
        try:
            action()
        except PrecedentError as error:
            self._say(str(error))

    def _switch(self, item: QListWidgetItem) -> None:
        is_on = item.checkState() == Qt.CheckState.Checked
        self._try(lambda: self._book.switch(item.data(ID_ROLE), is_on=is_on))

    def _move(self, by: int) -> None:
        rule = self._current()
        if rule is not None:
            self._book.move(rule.id, by)

    def _edit_current(self) -> None:
        rule = self._current()
        if rule is not None:
            self._edit(rule)

    def _delete(self) -> None:
        rule = self._current()
        if rule is not None:
            self._book.remove(rule.id)

    def _undo(self) -> None:
        self._book.undo()

    def _import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Import hanging protocols", "", FILTER)
        if name:
            self._book.read_from(Path(name))

    def _export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Export hanging protocols", "hanging-protocols.json", FILTER
        )
        if name:
            self._book.write_to(Path(name))
