"""The slider through the phases of a 4-D series: time points, echoes, b-values."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider

from precedent_viewer.active_view import ActiveView
from precedent_viewer.render.overlay_content import phase_text


class PhaseBar(QFrame):
    """Below the images while the active viewport's series has phases; else it is not there."""

    def __init__(self, view: ActiveView) -> None:
        super().__init__()
        self.setObjectName("phase-bar")
        self._view = view
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Phase")
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.valueChanged.connect(view.go_to_phase)
        self.name = QLabel()
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(10)
        row.addWidget(QLabel("Phase"))
        row.addWidget(self.slider, 1)
        row.addWidget(self.name)
        view.series_changed.connect(lambda _series: self.refresh())
        view.frame_changed.connect(lambda _frame: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        """Follow the active viewport."""
        names = self._view.phases
        self.setVisible(len(names) > 1)
        if len(names) < 2:
            return
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(names) - 1)
        self.slider.setValue(self._view.phase)
        self.slider.blockSignals(False)
        # The word stands before the slider.
        self.name.setText(phase_text(names, self._view.phase).removeprefix("Phase "))
