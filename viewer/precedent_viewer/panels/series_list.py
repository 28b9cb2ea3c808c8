"""The list of studies and series as a Qt model, and how its rows are drawn."""

from collections.abc import Iterable
from dataclasses import dataclass

from PyQt6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PyQt6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen
from PyQt6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from precedent_viewer.model.study import Series, Study, StudyTree
from precedent_viewer.render.dragged import series_mime
from precedent_viewer.theme import Theme
from precedent_viewer.thumbnails import Thumbnails
from precedent_viewer.words import tool_tip

ROW_ROLE = Qt.ItemDataRole.UserRole
THUMBNAIL_PX = 60
SERIES_ROW_PX = 76
STUDY_ROW_PX = 50


@dataclass(frozen=True, slots=True)
class StudyRow:
    """A heading."""

    study: Study
    show_patient: bool


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A series under its heading."""

    series: Series


def series_facts(series: Series) -> str:
    """Say in a few words what a series is: `CT · 28 images`."""
    # Counting the frames of the files is cheap; sorting them for each file found is not.
    count = sum(instance.number_of_frames for instance in series.instances)
    images = "1 image" if count == 1 else f"{count} images"
    if series.phases:
        images = f"{images} in {len(series.phases)} phases"
    if not series.modality:
        return images
    # Codes of the standard are capitals of two or three letters; "PICTURE" is our own word.
    modality = series.modality if series.modality.isupper() else series.modality.capitalize()
    return f"{modality} · {images}"


def series_size(series: Series) -> str:
    """Say the width and height of a series' first image."""
    if not series.instances:
        return ""
    first = series.instances[0]
    return f"{first.columns} \N{MULTIPLICATION SIGN} {first.rows}"


class SeriesListModel(QAbstractListModel):
    """One row a study and one row a series, in the tree's order."""

    def __init__(self, tree: StudyTree, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tree = tree
        self._rows: list[StudyRow | SeriesRow] = []
        self.show_patient = True

    def refresh(self) -> None:
        """Take over the tree; rows that stay keep their place, so the selection does too."""
        rows: list[StudyRow | SeriesRow] = []
        for study in self._tree.studies:
            rows.append(StudyRow(study, self.show_patient))
            rows += [SeriesRow(series) for series in study.series]
        if [_key(row) for row in rows] == [_key(row) for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        old = [_key(self._rows[index.row()]) for index in before]
        self._rows = rows
        places = {_key(row): at for at, row in enumerate(rows)}
        after = [self.index(places[key]) if key in places else QModelIndex() for key in old]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def row_of(self, series_uid: str) -> int | None:
        """Find a series' row."""
        for at, row in enumerate(self._rows):
            if isinstance(row, SeriesRow) and row.series.uid == series_uid:
                return at
        return None

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Count the rows."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a row, or its words for a screen reader."""
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if isinstance(row, StudyRow):
                return " ".join(study_lines(row))
            return f"{row.series.title}, {series_facts(row.series)}"
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(row, SeriesRow):
            facts = f"{series_facts(row.series)}, {series_size(row.series)}"
            return tool_tip(row.series.title, facts, *row.series.facts)
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Let series be chosen, headings not."""
        if isinstance(self._rows[index.row()], StudyRow):
            return Qt.ItemFlag.NoItemFlags
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usual | Qt.ItemFlag.ItemIsDragEnabled

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData | None:
        """Pack the series that is dragged."""
        for index in indexes:
            row = self._rows[index.row()]
            if isinstance(row, SeriesRow):
                return series_mime(row.series.uid)
        return None


def study_lines(row: StudyRow) -> tuple[str, str]:
    """Give a heading's two lines; without the patient the study's own title comes first."""
    title = row.study.title or "Study"
    patient = row.study.patient if row.show_patient else ""
    return (patient, title) if patient else (title, "")


def _key(row: StudyRow | SeriesRow) -> tuple[str, str]:
    if isinstance(row, StudyRow):
        return ("study", row.study.uid)
    return ("series", row.series.uid)


class SeriesDelegate(QStyledItemDelegate):
    """Draws headings and series cards."""

    def __init__(self, thumbnails: Thumbnails, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Give headings and cards their heights."""
        row = index.data(ROW_ROLE)
        if isinstance(row, StudyRow):
            return QSize(120, STUDY_ROW_PX if study_lines(row)[1] else STUDY_ROW_PX - 16)
        return QSize(120, SERIES_ROW_PX)

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """Draw one row."""
        row = index.data(ROW_ROLE)
        if painter is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if isinstance(row, StudyRow):
            self._paint_study(painter, option, row)
        elif isinstance(row, SeriesRow):
            self._paint_series(painter, option, row.series)
        painter.restore()

    def _paint_study(self, painter: QPainter, option: QStyleOptionViewItem, row: StudyRow) -> None:
        first, second = study_lines(row)
        area = option.rect.adjusted(10, 10, -8, 0)
        _text(painter, area, first, bold(option.font), self.theme.text)
        if second:
            below = area.adjusted(0, 19, 0, 0)
            _text(painter, below, second, smaller(option.font), self.theme.text_muted)

    def _paint_series(
        self, painter: QPainter, option: QStyleOptionViewItem, series: Series
    ) -> None:
        theme = self.theme
        card = QRectF(option.rect).adjusted(6, 2, -6, -2)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if is_selected or is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selection if is_selected else theme.hover))
            painter.drawRoundedRect(card, 6, 6)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.focus), 1.5))
            painter.drawRoundedRect(card.adjusted(0.75, 0.75, -0.75, -0.75), 6, 6)
        box = QRectF(card.left() + 6, card.top() + 6, THUMBNAIL_PX, THUMBNAIL_PX)
        self._paint_thumbnail(painter, box, series)
        left = round(box.right()) + 11
        area = QRect(left, round(card.top()) + 7, round(card.right()) - left - 6, 20)
        _text(painter, area, series.title or "Series", medium(option.font), theme.text)
        facts = area.translated(0, 21)
        _text(painter, facts, series_facts(series), smaller(option.font), theme.text_muted)
        size = area.translated(0, 39)
        _text(painter, size, series_size(series), smaller(option.font), theme.text_muted)
        if series.fact_words:
            said = f"  {' · '.join(series.fact_words)}"
            beside = painter.fontMetrics().horizontalAdvance(series_size(series))
            area = size.adjusted(beside, 0, 0, 0)
            _text(painter, area, said, smaller(option.font), theme.warning)

    def _paint_thumbnail(self, painter: QPainter, box: QRectF, series: Series) -> None:
        clip = QPainterPath()
        clip.addRoundedRect(box, 4, 4)
        painter.save()
        painter.setClipPath(clip)
        painter.fillRect(box, QColor(self.theme.canvas))
        image = self._thumbnails.image(series)
        if image is not None:
            scale = box.width() / max(image.width(), image.height())
            width, height = image.width() * scale, image.height() * scale
            middle = box.center()
            place = QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)
            painter.drawImage(place, image)
        painter.restore()
        painter.setPen(QPen(QColor(self.theme.border), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 4, 4)


def _text(painter: QPainter, area: QRect, words: str, font: QFont, color: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(color))
    shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, shown)


def bold(font: QFont) -> QFont:
    """Give a font in demi-bold."""
    heavy = QFont(font)
    heavy.setWeight(QFont.Weight.DemiBold)
    return heavy


def medium(font: QFont) -> QFont:
    """Give a font in medium weight."""
    heavy = QFont(font)
    heavy.setWeight(QFont.Weight.Medium)
    return heavy


def smaller(font: QFont) -> QFont:
    """Give a font an eighth smaller."""
    small = QFont(font)
    small.setPointSizeF(max(font.pointSizeF() * 0.88, 7.5))
    return small
