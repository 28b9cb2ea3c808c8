"""The files that cannot be shown, each with its reason; nothing that was given is lost silently."""

from PyQt6.QtCore import QAbstractListModel, QModelIndex, QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QTextLayout,
)
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precedent_viewer.errors import one_line
from precedent_viewer.model.study import RefusedFile, StudyTree
from precedent_viewer.panels.series_list import medium, smaller
from precedent_viewer.theme import Theme, icon
from precedent_viewer.words import tool_tip

FILE_ROLE = Qt.ItemDataRole.UserRole
ROW_PX = 60
REASON_LINES = 2


class RefusedFiles(QWidget):
    """A foldable list of the files that cannot be shown, each with its reason."""

    unfolded = pyqtSignal()
    """The list was unfolded or folded."""

    def __init__(self, tree: StudyTree, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("refused-files")
        self._tree = tree
        self._theme = theme
        self.header = QToolButton()
        self.header.setObjectName("fold")
        self.header.setCheckable(True)
        self.header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.toggled.connect(self._fold)
        self.model = RefusedModel(tree, self)
        self.list = _CopyingList()
        self.list.setObjectName("refused-list")
        self.list.setAccessibleName("Files that cannot be shown")
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._delegate = _RefusedDelegate(theme, self.list)
        self.list.setItemDelegate(self._delegate)
        self.list.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.list, 1)
        tree.refused_changed.connect(self.refresh)
        tree.cleared.connect(self.refresh)
        self.refresh()

    @property
    def is_unfolded(self) -> bool:
        """Whether the list is visible under its heading."""
        return self.header.isChecked()

    @property
    def folded_px(self) -> int:
        """Height of the heading alone."""
        return self.header.sizeHint().height()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self._theme = theme
        self._delegate.theme = theme
        self._show_header()
        self.list.update()

    def refresh(self) -> None:
        """Follow the tree."""
        self.model.refresh()
        self._show_header()
        self.setVisible(self.model.rowCount() > 0)

    def _fold(self, is_open: bool) -> None:
        self.list.setVisible(is_open)
        self.setMaximumHeight(16777215 if is_open else self.folded_px)
        self._show_header()
        self.unfolded.emit()

    def _show_header(self) -> None:
        count = len(self._tree.refused)
        self.header.setText("1 file not shown" if count == 1 else f"{count} files not shown")
        self.header.setToolTip("List the files that cannot be shown, with the reasons")
        name = "chevron-down" if self.is_unfolded else "chevron-right"
        self.header.setIcon(icon(name, self._theme))
        if not self.is_unfolded:
            self.setMaximumHeight(self.folded_px)


class RefusedModel(QAbstractListModel):
    """One row a refused file."""

    def __init__(self, tree: StudyTree, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tree = tree
        self._rows: tuple[RefusedFile, ...] = ()

    def refresh(self) -> None:
        """Take over what was added to the tree, or start again when it was emptied."""
        now = tuple(self._tree.refused)
        if now[: len(self._rows)] == self._rows:
            if len(now) > len(self._rows):
                self.beginInsertRows(QModelIndex(), len(self._rows), len(now) - 1)
                self._rows = now
                self.endInsertRows()
            return
        self.beginResetModel()
        self._rows = now
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Count the files."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a file, or its words for the clipboard, the tooltip and a screen reader."""
        refused = self._rows[index.row()]
        if role == FILE_ROLE:
            return refused
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(str(refused.path), refused.reason)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{one_line(refused.path.name)}: {refused.reason}"
        return None


class _CopyingList(QListView):
    """A list whose selected rows the copy key takes as text."""

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Copy on the system's copy key."""
        clipboard = QGuiApplication.clipboard()
        if event is None or clipboard is None or not event.matches(QKeySequence.StandardKey.Copy):
            super().keyPressEvent(event)
            return
        files = [index.data(FILE_ROLE) for index in sorted(self.selectedIndexes())]
        clipboard.setText("\n".join(f"{one.path}\t{one.reason}" for one in files))


class _RefusedDelegate(QStyledItemDelegate):
    """Draws a file's name and under it, on two lines, its reason."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Give every row the same height."""
        return QSize(120, ROW_PX)

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """Draw one row."""
        refused = index.data(FILE_ROLE)
        if painter is None or not isinstance(refused, RefusedFile):
            return
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(self.theme.selection))
        area = option.rect.adjusted(12, 6, -10, -4)
        painter.setFont(medium(option.font))
        painter.setPen(QColor(self.theme.text))
        name = painter.fontMetrics().elidedText(
            one_line(refused.path.name), Qt.TextElideMode.ElideMiddle, area.width()
        )
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.drawText(area, align, name)
        painter.setFont(smaller(option.font))
        painter.setPen(QColor(self.theme.text_muted))
        metrics = painter.fontMetrics()
        lines = wrapped(refused.reason, painter.font(), area.width(), REASON_LINES)
        for number, line in enumerate(lines):
            below = area.adjusted(0, 20 + number * (metrics.height() + 1), 0, 0)
            painter.drawText(below, align, line)
        painter.restore()


def wrapped(text: str, font: QFont, width: int, limit: int) -> list[str]:
    """Break a text into lines of a width in pixels; the last of `limit` lines is elided."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    starts: list[int] = []
    while len(starts) < limit:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    ends = [*starts[1:], len(text)]
    lines = [text[start:end].rstrip() for start, end in zip(starts, ends, strict=True)]
    elide = QFontMetrics(font).elidedText
    return [elide(line, Qt.TextElideMode.ElideRight, width) for line in lines]
