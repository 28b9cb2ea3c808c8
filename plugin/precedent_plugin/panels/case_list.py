"""The cases of a casebook as a list that is as wide as the dock and loads pictures when seen."""

from collections.abc import Sequence

from qtpy.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from qtpy.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QResizeEvent
from qtpy.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from precedent_plugin.cases import Case
from precedent_plugin.panels.drag import CASE_MIME, mime_of
from precedent_plugin.panels.follow import follow
from precedent_plugin.panels.keys import LIST_KEYS, KeyKeeper
from precedent_plugin.panels.look import current_tones, text_px
from precedent_plugin.panels.pictures import BACKDROP, CORNER
from precedent_plugin.panels.thumbnails import Thumbnails

CASE_ROLE = Qt.ItemDataRole.UserRole + 1
PICTURE_SIDE = 52
ROW_HEIGHT = 64
TILE_WIDTH = 250
"""A wide dock shows as many columns of this width as fit."""

Index = QModelIndex | QPersistentModelIndex


class CaseModel(QAbstractListModel):
    """The cases shown now, with their thumbnails."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._cases: tuple[Case, ...] = ()
        follow(parent, thumbnails.ready, self._picture_ready)

    def show_cases(self, cases: Sequence[Case]) -> None:
        """Show other cases; nothing moves when they are the same."""
        if tuple(cases) == self._cases:
            return
        self.beginResetModel()
        self._cases = tuple(cases)
        self.endResetModel()

    def case(self, index: Index) -> Case:
        """Give the case at an index."""
        return self._cases[index.row()]

    def row_of(self, case_id: str) -> int | None:
        """Give the row of a case, or None when it is not shown."""
        return next((row for row, one in enumerate(self._cases) if one.id == case_id), None)

    def rowCount(self, parent: Index | None = None) -> int:
        """Give the number of cases."""
        return 0 if parent is not None and parent.isValid() else len(self._cases)

    def data(self, index: Index, role: int = 0) -> object:
        """Give a case, its picture or its words."""
        if not index.isValid():
            return None
        case = self._cases[index.row()]
        if role == CASE_ROLE:
            return case
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnails.get(case.images[0])
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{case.question} {case.answer}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (case.question, case.answer, case.rationale) if part)
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Cases can be selected and dragged."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        """Cases are dragged as ids."""
        return [CASE_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # type: ignore[override]
        """Pack the dragged cases in the order shown."""
        rows = sorted({index.row() for index in indexes})
        return mime_of([self._cases[row].id for row in rows])

    def _picture_ready(self, sha: str) -> None:
        for row, case in enumerate(self._cases):
            if case.images[0] == sha:
                index = self.index(row)
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])


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

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Share the width among as many columns as fit."""
        super().resizeEvent(event)
        viewport = self.viewport()
        width = TILE_WIDTH if viewport is None else viewport.width()
        columns = max(1, width // TILE_WIDTH)
        self.setGridSize(QSize((width - 2) // columns, ROW_HEIGHT))
