"""The panel of annotations: the list that jumps, the receipt of the chosen one, its histogram."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PyQt6.QtCore import QPointF, QSize, Qt
from PyQt6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPolygonF
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from precedent_viewer.measuring.annotations import Annotation
from precedent_viewer.measuring.book import AnnotationBook
from precedent_viewer.measuring.layer import AnnotationLayer
from precedent_viewer.measuring.results import Result, number_text
from precedent_viewer.model.study import Frame
from precedent_viewer.theme import Theme

ID_ROLE = Qt.ItemDataRole.UserRole
KIND_WORDS = {"cobb": "Cobb angle", "text": "Text"}
HISTOGRAM_PX = 84
EMPTY = "Nothing is drawn yet. Choose a measuring tool in the Measure menu and drag on the image."


@dataclass(frozen=True, slots=True)
class Place:
    """The image that an annotation lies on."""

    words: str
    frame: Frame | None
    """None for one that is not in the list of series: a reformat."""


PlaceOf = Callable[[Annotation], Place | None]
"""Says in words where an annotation lies in what is open; None when its image is not open."""


class Histogram(QWidget):
    """The values of a region, from its least to its greatest."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._result: Result | None = None
        self.setFixedHeight(HISTOGRAM_PX)
        self.setAccessibleName("Histogram of the chosen region")

    def sizeHint(self) -> QSize:
        """Prefer the panel's width."""
        return QSize(260, HISTOGRAM_PX)

    def show_result(self, result: Result | None) -> None:
        """Draw another region's values; hidden where there are none."""
        self._result = result if result is not None and result.statistics is not None else None
        self.setVisible(self._result is not None)
        if self._result is not None and self._result.statistics is not None:
            found, unit = self._result.statistics, self._result.unit
            self.setAccessibleDescription(
                f"{found.count} pixels from {number_text(found.minimum)} to "
                f"{number_text(found.maximum)} {unit}, median {number_text(found.median)}"
            )
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the counts as one filled shape with its ends and median written below."""
        result = self._result
        if result is None or result.statistics is None:
            return
        found = result.statistics
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words_px = painter.fontMetrics().height() + 2
        base, width = self.height() - words_px, self.width()
        share = found.histogram / max(int(found.histogram.max()), 1)
        step = width / len(share)
        points = [QPointF(0, base)]
        for at, part in enumerate(np.asarray(share).tolist()):
            top = base - part * (base - 2)
            points += [QPointF(at * step, top), QPointF((at + 1) * step, top)]
        points.append(QPointF(width, base))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.accent))
        painter.drawPolygon(QPolygonF(points))
        painter.setPen(QColor(self._theme.text_muted))
        low, high = number_text(found.minimum), number_text(found.maximum)
        below = self.rect().adjusted(0, base, 0, 0)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, result.unit)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, high)
        painter.end()


class AnnotationsPanel(QWidget):
    """A view of the book; choosing a row jumps to its image."""

    def __init__(
        self, book: AnnotationBook, layer: AnnotationLayer, place_of: PlaceOf, theme: Theme
    ) -> None:
        super().__init__()
        self.setObjectName("annotations-panel")
        self._book, self._layer, self._place_of = book, layer, place_of
        self._frames: dict[str, Frame | None] = {}
        """Where each listed annotation lies: looking for it takes too long for every change."""
        self.on_jump: Callable[[Annotation], object] = lambda _one: None
        self.on_export: Callable[[], object] = lambda: None
        self.list = _List()
        self.list.setObjectName("annotations-list")
        self.list.setAccessibleName("Annotations")
        self.list.setHeaderLabels(["What", "Says", "Image"])
        self.list.setRootIsDecorated(False)
        header = self.list.header()
        if header is not None:
            header.setAccessibleName("Columns of the annotations")
        self.list.currentItemChanged.connect(lambda now, _before: self._choose(now))
        self.list.on_delete = self.remove_chosen
        self.text = QLineEdit()
        self.text.setPlaceholderText("Your words for the chosen one")
        self.text.setAccessibleName("Words of the chosen annotation")
        self.text.editingFinished.connect(self._rename)
        self.remove = QPushButton("Delete")
        self.remove.setAccessibleName("Delete the chosen annotation")
        self.remove.clicked.connect(self.remove_chosen)
        self.export = QPushButton("Save as table…")
        self.export.setAccessibleName("Save all annotations as a table")
        self.export.clicked.connect(lambda: self.on_export())
        self.receipt = _receipt()
        self.histogram = Histogram(theme)
        self.empty = QLabel(EMPTY)
        self.empty.setObjectName("empty")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._is_filling = False
        self._lay_out()
        book.changed.connect(self.refresh)
        book.selected.connect(lambda _id: self.refresh())
        layer.changed.connect(self._show_numbers)
        self.refresh()

    def sizeHint(self) -> QSize:
        """Prefer room for a list."""
        return QSize(380, 600)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self.histogram.set_theme(theme)

    def refresh(self) -> None:
        """Follow the book."""
        self._is_filling = True
        self.list.clear()
        chosen = self._book.selection
        self._frames.clear()
        for one, place in self._listed():
            self._frames[one.id] = place.frame
            item = QTreeWidgetItem(self._row(one, place))
            item.setData(0, ID_ROLE, one.id)
            self.list.addTopLevelItem(item)
            if chosen is not None and one.id == chosen.id:
                self.list.setCurrentItem(item)
        has_any = self.list.topLevelItemCount() > 0
        self.list.setVisible(has_any)
        self.empty.setVisible(not has_any)
        for part in (self.text, self.remove):
            part.setEnabled(chosen is not None)
        self.export.setEnabled(has_any)
        self.text.setText("" if chosen is None else chosen.text)
        self._is_filling = False
        self._show_receipt()

    def remove_chosen(self) -> None:
        """Delete the chosen annotation; undo brings it back."""
        chosen = self._book.selection
        if chosen is not None:
            self._book.remove([chosen.id])

    def table(self) -> str:
        """Give every annotation of what is open as CSV."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["kind", "text", "result", "image", "sop_instance_uid", "frame",
                         "points_px", "receipt"])  # fmt: skip
        for one, place in self._listed():
            result = self._layer.result(one, place.frame)
            points = " ".join(f"{x:.3f},{y:.3f}" for x, y in one.points)
            writer.writerow(
                [one.kind, _harmless(one.text), " · ".join(result.lines), place.words,
                 one.image.sop_instance_uid, one.image.frame, points, " ".join(result.receipt)]
            )  # fmt: skip
        return out.getvalue()

    def _listed(self) -> list[tuple[Annotation, Place]]:
        places = ((one, self._place_of(one)) for one in self._book.all())
        return [(one, place) for one, place in places if place is not None]

    def _row(self, one: Annotation, place: Place) -> list[str]:
        what = one.text or KIND_WORDS.get(one.kind, one.kind.capitalize())
        return [what, ", ".join(self._layer.result(one, place.frame).lines), place.words]

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.text, 1)
        row.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.empty, 1)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        column.addWidget(self.histogram)
        column.addWidget(self.receipt)
        column.addWidget(self.export)

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        if self._is_filling or item is None:
            return
        chosen = next((one for one in self._book.all() if one.id == item.data(0, ID_ROLE)), None)
        if chosen is not None:
            self._book.select(chosen.id)
            self.on_jump(chosen)

    def _rename(self) -> None:
        chosen = self._book.selection
        if chosen is not None and self.text.text() != chosen.text:
            self._book.put(replace(chosen, text=self.text.text().strip()))

    def _show_numbers(self) -> None:
        for at in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(at)
            one = next(
                (a for a in self._book.all() if item and a.id == item.data(0, ID_ROLE)), None
            )
            if item is not None and one is not None:
                item.setText(1, ", ".join(self._result(one).lines))
        self._show_receipt()

    def _result(self, one: Annotation) -> Result:
        return self._layer.result(one, self._frames.get(one.id))

    def _show_receipt(self) -> None:
        chosen = self._book.selection
        result = None if chosen is None else self._result(chosen)
        self.receipt.setText("" if result is None else " ".join(result.receipt))
        self.receipt.setVisible(bool(result is not None and result.receipt))
        self.histogram.show_result(result)


def _receipt() -> QLabel:
    made = QLabel()
    made.setObjectName("muted")
    made.setWordWrap(True)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setAccessibleName("How the number came about")
    return made


class _List(QTreeWidget):
    """A list in which Delete deletes."""

    on_delete: Callable[[], object] = staticmethod(lambda: None)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Delete the chosen row."""
        if event is not None and event.key() == Qt.Key.Key_Delete:
            self.on_delete()
            return
        super().keyPressEvent(event)


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking words for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t" and text else text
