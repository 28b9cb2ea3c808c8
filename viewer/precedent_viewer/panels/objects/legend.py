"""What lies over the images: names with their colours, switches, opacity, limits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QIcon, QPixmap
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QListWidget,
    QListWidgetItem,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from precedent_viewer.dicom.colour_maps import NAMES
from precedent_viewer.objects.overlays import OverlayLook, Source
from precedent_viewer.objects.segmentation import Segmentation
from precedent_viewer.objects.structures import Structures
from precedent_viewer.objects.value_grid import ValueGrid

NUMBER_ROLE = Qt.ItemDataRole.UserRole
SWATCH_PX = 14


class Legend(QWidget):
    """Says by `on_look` how the overlay is to be drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.on_look: Callable[[OverlayLook], object] = lambda _look: None
        self._look = OverlayLook()
        self._is_filling = False
        self.names = QListWidget()
        self.names.setObjectName("legend-list")
        self.names.setAccessibleName("What is laid over the images")
        self.names.itemChanged.connect(lambda _item: self._tell())
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setAccessibleName("Opacity")
        self.opacity.setRange(0, 100)
        self.opacity.valueChanged.connect(lambda _value: self._tell())
        self.palette_names = QComboBox()
        self.palette_names.setAccessibleName("Colours")
        self.palette_names.addItems(list(NAMES))
        popup = self.palette_names.view()
        if popup is not None:
            popup.setAccessibleName("Colours")
        self.palette_names.currentIndexChanged.connect(lambda _index: self._tell())
        self.low, self.high = _limit("From"), _limit("Up to")
        for spin in (self.low, self.high):
            spin.valueChanged.connect(lambda _value: self._tell())
        self.lines = QCheckBox("Lines at 95, 80, 50 and 30 % of the upper limit")
        self.lines.toggled.connect(lambda _on: self._tell())
        self.form = QFormLayout()
        for words, part in (
            ("Opacity", self.opacity), ("Colours", self.palette_names), ("From", self.low),
            ("Up to", self.high), ("", self.lines),
        ):  # fmt: skip
            self.form.addRow(words, part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.names, 1)
        column.addLayout(self.form)

    def show_source(self, source: Source, look: OverlayLook) -> None:
        """Show an overlay's parts and how it is drawn."""
        self._is_filling = True
        self._look = look
        self.names.clear()
        if isinstance(source, Segmentation):
            shares = ""
            if source.type == "FRACTIONAL":
                shares = "probability" if source.is_probability else "share of each pixel"
            self._fill(
                _Part(one.number, one.label, one.colour, (one.kind, one.algorithm, shares))
                for one in source.segments
            )
        elif isinstance(source, Structures):
            self._fill(
                _Part(one.number, one.name, one.colour, (one.interpreted_type,))
                for one in source.rois
            )
        is_values = isinstance(source, ValueGrid)
        self.names.setVisible(not is_values)
        for part in (self.palette_names, self.low, self.high, self.lines):
            self.form.setRowVisible(part, is_values)
        self.form.setRowVisible(self.opacity, not isinstance(source, Structures))
        if isinstance(source, ValueGrid):
            for spin, value in ((self.low, look.low), (self.high, look.high)):
                spin.setSuffix(f" {source.units}" if source.units else "")
                spin.setValue(value)
        self.lines.setChecked(look.with_lines)
        self.opacity.setValue(round(100 * look.opacity))
        self.palette_names.setCurrentText(look.palette)
        self._is_filling = False

    def _fill(self, parts: "Iterable[_Part]") -> None:
        for part in parts:
            swatch = QPixmap(SWATCH_PX, SWATCH_PX)
            swatch.fill(QColor(part.colour))
            item = QListWidgetItem(QIcon(swatch), part.name or f"Part {part.number}")
            item.setToolTip(" · ".join(fact for fact in part.facts if fact))
            item.setData(NUMBER_ROLE, part.number)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            is_shown = part.number in self._look.shown
            item.setCheckState(Qt.CheckState.Checked if is_shown else Qt.CheckState.Unchecked)
            self.names.addItem(item)

    def _tell(self) -> None:
        if self._is_filling:
            return
        items = [item for at in range(self.names.count()) if (item := self.names.item(at))]
        shown = frozenset(
            int(item.data(NUMBER_ROLE))
            for item in items
            if item.checkState() == Qt.CheckState.Checked
        )
        self._look = replace(
            self._look, shown=shown, opacity=self.opacity.value() / 100,
            palette=self.palette_names.currentText(), low=self.low.value(),
            high=max(self.high.value(), self.low.value()), with_lines=self.lines.isChecked(),
        )  # fmt: skip
        self.on_look(self._look)


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of the legend."""

    number: int
    name: str
    colour: str
    facts: tuple[str, ...]
    """What its tooltip tells."""


def _limit(name: str) -> QDoubleSpinBox:
    made = QDoubleSpinBox()
    made.setAccessibleName(name)
    made.setRange(-1e9, 1e9)
    made.setDecimals(2)
    made.setKeyboardTracking(False)
    return made
