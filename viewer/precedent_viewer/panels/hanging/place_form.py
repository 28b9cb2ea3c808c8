"""The form of one viewport of a hanging protocol: which series, and how it looks."""

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from precedent_viewer.hanging.rules import Look, Place, SeriesTest
from precedent_viewer.hanging.words import look_in_words, prior_in_words
from precedent_viewer.model.voi import Window
from precedent_viewer.panels.fields import (
    add_field,
    choice_field,
    choose,
    listed,
    number_field,
    parts_listed,
    text_field,
)

WindowsOf = Callable[[str], tuple[Window, ...]]
"""The named windows of a modality."""
ANY = ("any", "")
MOST_TWINS = 99
PRIORS = 3


class PlaceForm(QWidget):
    """Shows one `Place` and gives the one that is written."""

    edited = pyqtSignal()

    def __init__(self, windows: WindowsOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._windows = windows
        self._place = Place()
        self._is_filling = False
        self.is_used = QCheckBox("Shows a series")
        self.modality = text_field(placeholder="any, or CT, MR…")
        self.orientation = choice_field(
            (ANY, ("axial", "axial"), ("coronal", "coronal"), ("sagittal", "sagittal"))
        )
        self.body_parts = text_field(placeholder="any, or CHEST, ABDOMEN…")
        self.side = choice_field((ANY, ("right", "R"), ("left", "L"), ("both", "B")))
        self.words = text_field(placeholder="words of the description")
        self.without = text_field(placeholder="words that must not stand there")
        self.nth = number_field(1, MOST_TWINS)
        self.age = choice_field(
            (("this study", 0), *((prior_in_words(age), age) for age in range(1, PRIORS + 1)))
        )
        self.window_choice = QComboBox()
        self.zoom = choice_field((("fitted", "fit"), ("pixel by pixel", "actual")))
        self.turn = choice_field(
            tuple((f"{90 * quarters}\N{DEGREE SIGN}" if quarters else "not turned", quarters)
                  for quarters in range(4))
        )  # fmt: skip
        self.inverted = QCheckBox("Inverted")
        self._lay_out()
        self._connect()
        self.show_place(self._place)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(7)
        for name, field, hint in (
            ("Modality", self.modality, "As in the file: CT, MR, MG, US…"),
            ("Orientation", self.orientation, "How the images lie in the patient."),
            ("Body part", self.body_parts, "One of these, as Body Part Examined has them."),
            ("Side", self.side, ""),
            ("With words", self.words, "All of them stand in the series' description."),
            ("Without words", self.without, "None of them stands in the series' description."),
            ("Which of these", self.nth, "By the series' numbers, when several pass."),
            ("Of", self.age, "Priors are earlier studies of the same patient."),
            ("Window", self.window_choice, ""),
            ("Zoom", self.zoom, ""),
            ("Turn", self.turn, "Clockwise."),
        ):
            add_field(form, name, field, hint)
        checks = QHBoxLayout()
        checks.addWidget(self.inverted)
        checks.addStretch(1)
        form.addRow("", checks)
        self._fields = QWidget()
        self._fields.setLayout(form)
        form.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.is_used)
        column.addWidget(self._fields)
        column.addStretch(1)

    def _connect(self) -> None:
        for text in (self.modality, self.body_parts, self.words, self.without):
            text.textEdited.connect(lambda _text: self._edit())
        for box in (self.orientation, self.side, self.age, self.window_choice, self.zoom,
                    self.turn):  # fmt: skip
            box.currentIndexChanged.connect(lambda _at: self._edit())
        self.nth.valueChanged.connect(lambda _value: self._edit())
        for check in (self.is_used, self.inverted):
            check.toggled.connect(lambda _on: self._edit())

    def place(self) -> Place:
        """Give what is written."""
        return self._place

    def show_place(self, place: Place) -> None:
        """Show what a protocol says of a viewport."""
        self._is_filling = True
        self._place = place
        series = place.series or SeriesTest()
        self.is_used.setChecked(place.series is not None)
        self._fields.setEnabled(place.series is not None)
        self.modality.setText(series.modality)
        choose(self.orientation, series.orientation)
        self.body_parts.setText(", ".join(series.body_parts))
        choose(self.side, series.laterality)
        self.words.setText(" ".join(series.words))
        self.without.setText(" ".join(series.without))
        self.nth.setValue(series.nth)
        choose(self.age, series.age, prior_in_words(series.age))
        self._offer_windows(series.modality, place.look)
        choose(self.zoom, place.look.zoom)
        choose(self.turn, place.look.quarters)
        self.inverted.setChecked(place.look.inverted)
        self._is_filling = False

    def _offer_windows(self, modality: str, look: Look) -> None:
        self.window_choice.clear()
        self.window_choice.addItem("as the file says", None)
        for window in self._windows(modality):
            self.window_choice.addItem(window.name, window)
        if look.window is not None:
            words = look_in_words(Look(window=look.window))[0].removeprefix("window ")
            choose(self.window_choice, look.window, words)

    def _edit(self) -> None:
        if self._is_filling:
            return
        before = self._place
        series = self._series() if self.is_used.isChecked() else None
        look = replace(
            before.look,
            window=self.window_choice.currentData(),
            inverted=self.inverted.isChecked(),
            quarters=self.turn.currentData(),
            zoom=self.zoom.currentData(),
        )
        self._place = Place(series, look)
        self._fields.setEnabled(series is not None)
        had = "" if before.series is None else before.series.modality
        if series is not None and series.modality != had:
            self._is_filling = True
            self._offer_windows(series.modality, look)
            self._is_filling = False
        self.edited.emit()

    def _series(self) -> SeriesTest:
        return SeriesTest(
            modality=self.modality.text().strip().upper(),
            orientation=self.orientation.currentData(),
            body_parts=parts_listed(self.body_parts.text()),
            laterality=self.side.currentData(),
            words=tuple(word.casefold() for word in listed(self.words.text())),
            without=tuple(word.casefold() for word in listed(self.without.text())),
            nth=self.nth.value(),
            age=self.age.currentData(),
        )
