"""The cases of a casebook as a list that is as wide as the dock: how a case is painted."""

from collections.abc import Iterable, Iterator

from qtpy.QtCore import (
    QItemSelection,
    QItemSelectionRange,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from qtpy.QtGui import QColor, QFont, QImage, QKeyEvent, QPainter, QPainterPath, QResizeEvent
from qtpy.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from precedent_plugin.cases import Case
from precedent_plugin.panels.case_model import CASE_ROLE, CaseModel, Index
from precedent_plugin.panels.keys import LIST_KEYS, KeyKeeper
from precedent_plugin.panels.look import current_tones, text_px
from precedent_plugin.panels.pictures import BACKDROP, CORNER

PICTURE_SIDE = 52
ROW_HEIGHT = 64
TILE_WIDTH = 250
"""A wide dock shows as many columns of this width as fit."""


class CaseDelegate(QStyledItemDelegate):
    """Paints a case: its picture, its question, its answer and its tags."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Give the view's grid, so that a tile fills its column."""
        view = self.parent()
        return view.gridSize() if isinstance(view, QListView) else QSize(TILE_WIDTH, ROW_HEIGHT)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one case."""
        case = index.data(CASE_ROLE)
        if painter is None or not isinstance(case, Case):
            return
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        tile = option.rect.adjusted(2, 2, -2, -2)
        self._paint_ground(painter, option, tile)
        square = QRect(tile.left() + 6, tile.top() + 4, PICTURE_SIDE, PICTURE_SIDE)
        paint_picture(painter, square, index.data(Qt.ItemDataRole.DecorationRole))
        words = QRect(tile)
        words.setLeft(square.right() + 10)
        words.setRight(tile.right() - 8)
        paint_words(painter, words, option.font, case)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, tile: QRect) -> None:
        tone = current_tones()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.setBrush(QColor(tone.selection if selected else tone.raised))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRectF(tile).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)


def paint_picture(painter: QPainter, square: QRect, image: object) -> None:
    """Paint a thumbnail whole in a rounded black square."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(square), CORNER, CORNER)
    painter.save()
    painter.setClipPath(path)
    painter.fillRect(square, QColor(BACKDROP))
    if isinstance(image, QImage) and not image.isNull():
        size = image.size().scaled(square.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(square.center())
        painter.drawImage(place, image)
    painter.restore()


def paint_words(painter: QPainter, area: QRect, font: QFont, case: Case) -> None:
    """Paint question, answer and tags on three lines, each elided."""
    tone = current_tones()
    small = QFont(font)
    small.setPixelSize(text_px(0.88))
    strong = QFont(font)
    strong.setWeight(QFont.Weight.DemiBold)
    modality = case.provenance.modality if case.provenance.modality != "PICTURE" else ""
    last = "  ·  ".join(part for part in (modality, *case.tags) if part)
    rows = [(case.question, small, tone.muted), (case.answer, strong, tone.text)]
    if last:
        rows.append((last, small, tone.muted))
    top = area.top() + (area.height() - len(rows) * 18) // 2
    for text, face, colour in rows:
        painter.setFont(face)
        painter.setPen(QColor(colour))
        line = QRect(area.left(), top, area.width(), 18)
        shown = painter.fontMetrics().elidedText(
            " ".join(text.split()), Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        top += 18


class CaseView(QListView):
    """The list itself: one column in a narrow dock, more in a wide one."""

    def __init__(self, model: CaseModel) -> None:
        super().__init__()
        self.setObjectName("case-list")
        self.setAccessibleName("Cases")
        self.setModel(model)
        self.setItemDelegate(CaseDelegate(self))
        # A list would be laid out anew whenever a page or a picture arrives; icons only move.
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSpacing(0)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        KeyKeeper(self, LIST_KEYS, control={Qt.Key.Key_Z, Qt.Key.Key_F, Qt.Key.Key_A})
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Leave keys with Alt to the panel, which moves cases with them."""
        if event is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Share the width among as many columns as fit."""
        super().resizeEvent(event)
        viewport = self.viewport()
        width = TILE_WIDTH if viewport is None else viewport.width()
        columns = max(1, width // TILE_WIDTH)
        self.setGridSize(QSize((width - 2) // columns, ROW_HEIGHT))

    def selected_rows(self) -> list[int]:
        """Give the selected rows from the top."""
        return sorted(row for one in self._ranges() for row in range(one.top(), one.bottom() + 1))

    def count_selected(self) -> int:
        """Say how many rows are selected, however many, at once."""
        return sum(one.height() for one in self._ranges())

    def _ranges(self) -> list[QItemSelectionRange]:
        selection = self.selectionModel()
        if selection is None:
            return []
        chosen = selection.selection()
        return [chosen[number] for number in range(len(chosen))]

    def select_rows(self, rows: Iterable[int]) -> None:
        """Select rows besides those that are selected."""
        model, selection = self.model(), self.selectionModel()
        if model is None or selection is None:
            return
        wanted = QItemSelection()
        for first, last in runs(rows):
            wanted.select(model.index(first, 0), model.index(last, 0))
        selection.select(wanted, selection.SelectionFlag.Select)


def runs(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Join rows that follow each other: first and last of each run, from the top."""
    first: int | None = None
    last = -2
    for row in sorted(rows):
        if row != last + 1:
            if first is not None:
                yield first, last
            first = row
        last = row
    if first is not None:
        yield first, last
