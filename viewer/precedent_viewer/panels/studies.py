"""The panel of studies: series with thumbnails, and below them the files that cannot be shown."""

from PyQt6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListView,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from precedent_viewer.active_view import ActiveView
from precedent_viewer.model.study import StudyTree
from precedent_viewer.panels.refused import RefusedFiles
from precedent_viewer.panels.series_list import (
    ROW_ROLE,
    SeriesDelegate,
    SeriesListModel,
    SeriesRow,
)
from precedent_viewer.theme import Theme
from precedent_viewer.thumbnails import Thumbnails

REFUSED_SHARE = 0.4
"""Share of the panel that the refused files take when they are unfolded."""


class StudiesPanel(QWidget):
    """A view of the study tree; choosing a series shows it."""

    def __init__(
        self,
        tree: StudyTree,
        view: ActiveView,
        thumbnails: Thumbnails,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("studies-panel")
        self._view = view
        self.model = SeriesListModel(tree, self)
        self.list = QListView()
        self.list.setObjectName("series-list")
        self.list.setAccessibleName("Series")
        self.list.setModel(self.model)
        self._delegate = SeriesDelegate(thumbnails, theme, self.list)
        self.list.setItemDelegate(self._delegate)
        self.list.setMouseTracking(True)
        self.list.setDragEnabled(True)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        selection = self.list.selectionModel()
        if selection is not None:
            selection.currentChanged.connect(lambda now, _before: self._choose(now))
        self.refused = RefusedFiles(tree, theme)
        self._stack = QStackedLayout()
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._lay_out()
        self.refused.unfolded.connect(self._share)
        thumbnails.ready.connect(self._repaint)
        tree.series_added.connect(self.refresh)
        tree.series_changed.connect(self.refresh)
        tree.cleared.connect(self.refresh)
        view.series_changed.connect(self._follow)
        self.refresh()

    def _lay_out(self) -> None:
        empty = QLabel("No study is open.")
        empty.setObjectName("empty")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setWordWrap(True)
        holder = QWidget()
        holder.setLayout(self._stack)
        self._stack.addWidget(empty)
        self._stack.addWidget(self.list)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(holder)
        self._splitter.addWidget(self.refused)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._splitter)

    def sizeHint(self) -> QSize:
        """Prefer a width that holds a card's words."""
        return QSize(272, 600)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self._delegate.theme = theme
        self.refused.set_theme(theme)
        self._repaint()

    def show_patient(self, show: bool) -> None:
        """Show or hide patients' names in the headings."""
        self.model.show_patient = show
        self.refresh()

    def refresh(self, *_changed: object) -> None:
        """Follow the tree."""
        self.model.refresh()
        self._stack.setCurrentIndex(1 if self.model.rowCount() else 0)
        self._follow()

    def _follow(self, *_series: object) -> None:
        """Select the series that is shown, without choosing it again."""
        series = self._view.series
        row = None if series is None else self.model.row_of(series.uid)
        selection = self.list.selectionModel()
        if row is None or selection is None or self.list.currentIndex().row() == row:
            return
        selection.setCurrentIndex(
            self.model.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )

    def _choose(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE) if index.isValid() else None
        if isinstance(row, SeriesRow):
            self._view.show_series(row.series)

    def _repaint(self, *_uid: object) -> None:
        viewport = self.list.viewport()
        if viewport is not None:
            viewport.update()

    def _share(self) -> None:
        whole = max(self.height(), 1)
        low = round(whole * REFUSED_SHARE) if self.refused.is_unfolded else self.refused.folded_px
        self._splitter.setSizes([whole - low, low])
