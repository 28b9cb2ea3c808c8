"""The panel of reformats and fusion: three planes, slabs, one series over another, colours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from precedent_viewer.dicom.colour_maps import NAMES
from precedent_viewer.model.study import Series
from precedent_viewer.volume.fusion import FusionLook
from precedent_viewer.volume.reslice import Slab, SlabMode

MODES: tuple[tuple[SlabMode, str], ...] = (
    ("maximum", "Maximum (MIP)"), ("minimum", "Minimum (MinIP)"), ("mean", "Mean"),
)  # fmt: skip
NO_SERIES = "None"
GREY = "Grey"


@dataclass(frozen=True, slots=True)
class ReformatWishes:
    """What the panel asks for."""

    show_planes: Callable[[], object]
    straighten: Callable[[], object]
    end: Callable[[], object]
    cancel: Callable[[], object]
    set_slab: Callable[[Slab], object]
    fuse: Callable[[Series | None], object]
    set_look: Callable[[FusionLook], object]
    set_colours: Callable[[str | None], object]


class ReformatPanel(QWidget):
    """Shows what is on and tells the room what is wished; holds no state of its own."""

    def __init__(self, wishes: ReformatWishes) -> None:
        super().__init__()
        self.setObjectName("reformat-panel")
        self._wishes = wishes
        self._series: tuple[Series, ...] = ()
        self._is_filling = False
        self.planes = _button("Three planes", "Show axial, coronal and sagittal planes")
        self.straighten = _button("Straighten", "Turn the planes back to the patient's axes")
        self.end = _button("Leave", "Let the viewports go their own ways again")
        self.thickness = _number("Slab thickness", " mm", 0, 200)
        self.mode = _combo("Through the slab", [words for _, words in MODES])
        self.over = _combo("Series laid over the images", [NO_SERIES])
        self.upper_colours = _combo("Colours of the upper series", NAMES)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setAccessibleName("Opacity of the upper series")
        self.opacity.setRange(0, 100)
        self.low = _number("Upper series, from", "", -1e6, 1e6)
        self.high = _number("Upper series, up to", "", -1e6, 1e6)
        self.colours = _combo("Colours of the active image", [GREY, *NAMES])
        self.message = QLabel()
        self.message.setObjectName("muted")
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Making the volume")
        self.progress.setTextVisible(False)
        self.stop = _button("Stop", "Stop making the volume")
        self._lay_out()
        self._connect()
        self.show_progress(None)
        self.show_planes(is_on=False, is_oblique=False)
        self.show_look(FusionLook(), "")

    def show_progress(self, share: float | None) -> None:
        """Show how much of a volume is read; None hides it."""
        self.progress.setVisible(share is not None)
        self.stop.setVisible(share is not None)
        if share is not None:
            self.progress.setRange(0, 100)
            self.progress.setValue(round(100 * share))

    def show_planes(self, *, is_on: bool, is_oblique: bool) -> None:
        """Say whether planes are on the screen."""
        self.straighten.setEnabled(is_oblique)
        self.end.setEnabled(is_on)
        for part in (self.thickness, self.mode):
            part.setEnabled(is_on)

    def show_series(self, series: Sequence[Series], fused: Series | None) -> None:
        """List the series that may be laid over others."""
        self._is_filling = True
        self._series = tuple(series)
        self.over.clear()
        self.over.addItem(NO_SERIES)
        for one in series:
            self.over.addItem(f"{one.title} ({one.modality})")
        uids = [one.uid for one in series]
        self.over.setCurrentIndex(
            0 if fused is None or fused.uid not in uids else 1 + uids.index(fused.uid)
        )
        self._is_filling = False

    def show_look(self, look: FusionLook, units: str) -> None:
        """Show how the upper series is coloured."""
        self._is_filling = True
        self.upper_colours.setCurrentText(look.palette)
        self.opacity.setValue(round(100 * look.opacity))
        for spin, value in ((self.low, look.low), (self.high, look.high)):
            spin.setSuffix(f" {units}" if units else "")
            spin.setValue(value)
        self._is_filling = False

    def show_message(self, words: str) -> None:
        """Say what came of a wish."""
        self.message.setText(words)
        self.message.setVisible(bool(words))

    def _lay_out(self) -> None:
        planes = _column(self.planes, self.straighten, self.end)
        slab = QFormLayout()
        slab.addRow("Slab", self.thickness)
        slab.addRow("Value", self.mode)
        planes.addLayout(slab)
        fusion, form = QVBoxLayout(), QFormLayout()
        for words, part in (
            ("Series", self.over), ("Colours", self.upper_colours), ("Opacity", self.opacity),
            ("From", self.low), ("Up to", self.high),
        ):  # fmt: skip
            form.addRow(words, part)
        fusion.addLayout(form)
        image = QFormLayout()
        image.addRow("Colours", self.colours)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(10)
        for title, layout in (
            ("Reformat", planes), ("Laid over", fusion), ("Active image", image),
        ):  # fmt: skip
            box = QGroupBox(title)
            box.setLayout(layout)
            column.addWidget(box)
        column.addWidget(self.progress)
        column.addWidget(self.stop)
        column.addWidget(self.message)
        column.addStretch(1)

    def _connect(self) -> None:
        wishes = self._wishes
        self.planes.clicked.connect(lambda: wishes.show_planes())
        self.straighten.clicked.connect(lambda: wishes.straighten())
        self.end.clicked.connect(lambda: wishes.end())
        self.stop.clicked.connect(lambda: wishes.cancel())
        self.thickness.valueChanged.connect(lambda _value: self._wish_slab())
        self.mode.currentIndexChanged.connect(lambda _index: self._wish_slab())
        self.over.currentIndexChanged.connect(self._wish_series)
        self.upper_colours.currentIndexChanged.connect(lambda _index: self._wish_look())
        self.opacity.valueChanged.connect(lambda _value: self._wish_look())
        self.low.valueChanged.connect(lambda _value: self._wish_look())
        self.high.valueChanged.connect(lambda _value: self._wish_look())
        self.colours.currentIndexChanged.connect(
            lambda index: wishes.set_colours(None if index == 0 else NAMES[index - 1])
        )

    def _wish_slab(self) -> None:
        if not self._is_filling:
            mode = MODES[max(self.mode.currentIndex(), 0)][0]
            self._wishes.set_slab(Slab(self.thickness.value(), mode))

    def _wish_series(self, index: int) -> None:
        if not self._is_filling:
            self._wishes.fuse(None if index <= 0 else self._series[index - 1])

    def _wish_look(self) -> None:
        if not self._is_filling:
            low, high = self.low.value(), self.high.value()
            self._wishes.set_look(
                FusionLook(self.upper_colours.currentText(), self.opacity.value() / 100, low, high)
            )


def _button(words: str, tip: str) -> QPushButton:
    made = QPushButton(words)
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setAutoDefault(False)
    return made


def _number(name: str, suffix: str, low: float, high: float) -> QDoubleSpinBox:
    made = QDoubleSpinBox()
    made.setAccessibleName(name)
    made.setRange(low, high)
    made.setDecimals(1)
    made.setSuffix(suffix)
    # A value that is being typed is no wish yet.
    made.setKeyboardTracking(False)
    return made


def _combo(name: str, items: Sequence[str]) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.addItems(list(items))
    popup = made.view()
    if popup is not None:
        popup.setAccessibleName(name)
    return made


def _column(*parts: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    for part in parts:
        column.addWidget(part)
    return column
