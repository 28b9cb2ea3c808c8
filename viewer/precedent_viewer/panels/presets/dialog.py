"""The dialog in which window presets are added, changed and ordered."""

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from precedent_resources import PrecedentError
from precedent_viewer.model.voi import VoiFunction, Window
from precedent_viewer.panels.fields import parts_listed
from precedent_viewer.presets import Preset, PresetBook, PresetError

COLUMNS = ("Name", "Modality", "Body parts", "Centre", "Width")
HINT = (
    "Keys 1 to 9 take the presets of the image's modality: first those without body parts, then "
    "those of its body part, then the others, each in this order."
)


class PresetDialog(QDialog):
    """A table with one preset a row; nothing is kept before Save."""

    def __init__(
        self, book: PresetBook, shown: Preset | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("preset-dialog")
        self.setWindowTitle("Window presets")
        self.resize(720, 560)
        self._book, self._shown = book, shown
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setObjectName("preset-table")
        self.table.setAccessibleName("Window presets")
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        for header in (self.table.horizontalHeader(), self.table.verticalHeader()):
            if header is not None:
                header.setAccessibleName("Headers of the window presets")
        across, down = self.table.horizontalHeader(), self.table.verticalHeader()
        if across is not None and down is not None:
            across.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
            across.resizeSection(0, 170)
            down.hide()
        self.problem = QLabel()
        self.problem.setObjectName("warning-text")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        self.fill(book.presets)

    def _lay_out(self) -> None:
        hint = QLabel(HINT)
        hint.setObjectName("muted")
        hint.setWordWrap(True)
        row = QHBoxLayout()
        self.add = self._button(row, "Add", self._add)
        self._button(row, "Remove", self._remove)
        self._button(row, "Earlier", lambda: self._move(-1))
        self._button(row, "Later", lambda: self._move(1))
        row.addStretch(1)
        self.restore = self._button(row, "Restore those that come along", self._restore)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        for part in (hint, self.table):
            column.addWidget(part)
        column.addLayout(row)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)

    def _button(self, row: QHBoxLayout, name: str, action: object) -> QPushButton:
        made = QPushButton(name)
        made.setAutoDefault(False)
        assert callable(action)
        made.clicked.connect(lambda _checked: action())
        row.addWidget(made)
        return made

    def fill(self, presets: Sequence[Preset]) -> None:
        """Show a list of presets."""
        self.table.setRowCount(0)
        for preset in presets:
            self._insert(self.table.rowCount(), preset)
        if presets:
            self.table.setCurrentCell(0, 0)

    def written(self) -> tuple[Preset, ...]:
        """Give what is written in the table. Raises PresetError or WindowError."""
        return tuple(self._row(at) for at in range(self.table.rowCount()))

    def _insert(self, at: int, preset: Preset) -> None:
        self.table.insertRow(at)
        window = preset.window
        texts = (preset.name, preset.modality, ", ".join(preset.body_parts),
                 f"{window.center:.10g}", f"{window.width:.10g}")  # fmt: skip
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, window.function)
            if column >= 3:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setItem(at, column, item)

    def _row(self, at: int) -> Preset:
        items = [self.table.item(at, column) for column in range(len(COLUMNS))]
        texts = ["" if item is None else item.text().strip() for item in items]
        name, modality, parts = texts[0], texts[1].upper(), texts[2].upper()
        if not (name and modality):
            raise PresetError(f"Row {at + 1} has no name or no modality.", "Fill both in.")
        center, width = (_number(text, name) for text in texts[3:])
        first = items[0]
        function: VoiFunction = "LINEAR" if first is None else first.data(Qt.ItemDataRole.UserRole)
        window = Window(center, width, function, name)
        return self._book.own(Preset(name, modality, parts_listed(parts), window))

    def _add(self) -> None:
        preset = self._shown or Preset("New preset", "CT", (), Window(50, 400, name="New preset"))
        at = max(self.table.currentRow(), 0)
        self._insert(at, preset)
        self.table.setCurrentCell(at, 0)
        self.table.editItem(self.table.item(at, 0))

    def _remove(self) -> None:
        if self.table.currentRow() >= 0:
            self.table.removeRow(self.table.currentRow())

    def _move(self, by: int) -> None:
        at, column = self.table.currentRow(), self.table.currentColumn()
        goal = at + by
        if at < 0 or not 0 <= goal < self.table.rowCount():
            return
        items = [self.table.takeItem(at, one) for one in range(len(COLUMNS))]
        self.table.removeRow(at)
        self.table.insertRow(goal)
        for one, item in enumerate(items):
            self.table.setItem(goal, one, item)
        self.table.setCurrentCell(goal, column)

    def _restore(self) -> None:
        self.fill(self._book.shipped)

    def _save(self) -> None:
        try:
            self._book.set(self.written())
        except PrecedentError as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        self.accept()


def _number(text: str, name: str) -> float:
    try:
        return float(text.replace("\N{MINUS SIGN}", "-").replace(",", "."))
    except ValueError as error:
        raise PresetError(f"{text!r} in {name} is no number.", "Write it like -600.") from error
