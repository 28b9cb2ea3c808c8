"""The dialog in which the user gives commands other keys."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QKeySequence
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from precedent_viewer.commands import MENU_ORDER, Command, CommandRegistry
from precedent_viewer.fuzzy import fuzzy_score
from precedent_viewer.theme import Theme

ID_ROLE = Qt.ItemDataRole.UserRole


class ShortcutDialog(QDialog):
    """All commands with their keys; a key that is claimed twice is named before it is taken."""

    def __init__(
        self, registry: CommandRegistry, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setObjectName("shortcut-dialog")
        self.resize(640, 620)
        self._registry = registry
        self._theme = theme
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search commands or keys")
        self.search.setAccessibleName("Search commands or keys")
        self.search.textChanged.connect(self._filter)
        self.table = QTreeWidget()
        self.table.setObjectName("shortcut-table")
        self.table.setAccessibleName("Commands and their keys")
        self.table.setHeaderLabels(["Command", "Keys"])
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setUniformRowHeights(True)
        self.table.currentItemChanged.connect(lambda *_: self._show_current())
        header = self.table.header()
        if header is not None:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
            header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
            header.setStretchLastSection(False)
        self.keys = QKeySequenceEdit()
        self.keys.setMaximumSequenceLength(1)
        self.keys.setClearButtonEnabled(True)
        self.keys.setAccessibleName("New key for the selected command")
        self.keys.keySequenceChanged.connect(lambda _keys: self._show_clash())
        self.assign = QPushButton("Assign")
        self.assign.clicked.connect(self._assign)
        self.restore = QPushButton("Restore default")
        self.restore.clicked.connect(self._restore)
        for button in (self.assign, self.restore):
            button.setAutoDefault(False)
        self.clash = QLabel()
        self.clash.setObjectName("warning-text")
        self.clash.setWordWrap(True)
        self._lay_out()
        self._fill()

    def select(self, command_id: str) -> None:
        """Select a command's row."""
        for item in self._rows():
            if item.data(0, ID_ROLE) == command_id:
                self.table.setCurrentItem(item)
                return

    def _lay_out(self) -> None:
        editing = QHBoxLayout()
        editing.setSpacing(8)
        editing.addWidget(QLabel("New key"))
        editing.addWidget(self.keys, 1)
        editing.addWidget(self.assign)
        editing.addWidget(self.restore)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        column.addLayout(editing)
        column.addWidget(self.clash)
        column.addWidget(buttons)

    def _fill(self) -> None:
        groups: dict[str, QTreeWidgetItem] = {}
        for command in sorted(self._registry.all(), key=_menu_place):
            area = (command.menu or "Other").split("/", 1)[0]
            if area not in groups:
                groups[area] = QTreeWidgetItem(self.table, [area])
                groups[area].setFlags(Qt.ItemFlag.ItemIsEnabled)
                groups[area].setExpanded(True)
            row = QTreeWidgetItem(groups[area])
            row.setData(0, ID_ROLE, command.id)
            row.setToolTip(0, command.doc)
        self._refresh()

    def _refresh(self) -> None:
        clashing = {one for ids in self._registry.clashes().values() for one in ids}
        for row in self._rows():
            command = self._registry.get(row.data(0, ID_ROLE))
            row.setText(0, command.title)
            row.setText(1, keys_text(self._registry, command))
            color = self._theme.error if command.id in clashing else self._theme.text
            row.setForeground(1, QColor(color))
        self._show_current()

    def _rows(self) -> list[QTreeWidgetItem]:
        rows = []
        for at in range(self.table.topLevelItemCount()):
            group = self.table.topLevelItem(at)
            if group is not None:
                rows += [row for n in range(group.childCount()) if (row := group.child(n))]
        return rows

    def _filter(self, pattern: str) -> None:
        for row in self._rows():
            text = f"{row.text(0)} {row.text(1)}"
            row.setHidden(fuzzy_score(pattern, text) is None)

    def _current(self) -> Command | None:
        item = self.table.currentItem()
        command_id = None if item is None else item.data(0, ID_ROLE)
        return self._registry.get(command_id) if command_id else None

    def _show_current(self) -> None:
        command = self._current()
        for widget in (self.keys, self.assign, self.restore):
            widget.setEnabled(command is not None)
        keys = () if command is None else self._registry.shortcuts_of(command.id)
        self.keys.setKeySequence(QKeySequence(keys[0] if keys else ""))
        self._show_clash()

    def _wanted(self) -> str:
        return self.keys.keySequence().toString(QKeySequence.SequenceFormat.PortableText)

    def _rivals(self) -> tuple[Command, ...]:
        command, wanted = self._current(), self._wanted().casefold()
        if command is None or not wanted:
            return ()
        return tuple(
            other
            for other in self._registry.all()
            if other.id != command.id
            and wanted in (key.casefold() for key in self._registry.shortcuts_of(other.id))
        )

    def _show_clash(self) -> None:
        rivals = ", ".join(other.title for other in self._rivals())
        self.clash.setText(
            f"This key belongs to: {rivals}. Assigning it here takes it away there."
            if rivals
            else ""
        )
        self.clash.setVisible(bool(rivals))

    def _assign(self) -> None:
        command = self._current()
        if command is None:
            return
        wanted = self._wanted()
        for other in self._rivals():
            kept = [
                key
                for key in self._registry.shortcuts_of(other.id)
                if key.casefold() != wanted.casefold()
            ]
            self._registry.set_shortcut(other.id, "; ".join(kept))
        self._registry.set_shortcut(command.id, wanted)
        self._refresh()

    def _restore(self) -> None:
        command = self._current()
        if command is not None:
            self._registry.set_shortcut(command.id, None)
            self._refresh()


def _menu_place(command: Command) -> int:
    area = (command.menu or "").split("/", 1)[0]
    return MENU_ORDER.index(area) if area in MENU_ORDER else len(MENU_ORDER)


def keys_text(registry: CommandRegistry, command: Command) -> str:
    """Give a command's keys as this system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    keys = registry.shortcuts_of(command.id)
    return ", ".join(QKeySequence(key).toString(native) for key in keys)
