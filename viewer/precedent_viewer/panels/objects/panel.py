"""The panel of what is in a study beside its images: each shown as what it is."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from precedent_viewer.model.document import Document
from precedent_viewer.model.study import StudyTree
from precedent_viewer.panels.objects.legend import Legend
from precedent_viewer.panels.objects.pages import Pages
from precedent_viewer.panels.objects.report import ContentTree, Jump
from precedent_viewer.panels.objects.traces import Traces
from precedent_viewer.theme import Theme

PATH_ROLE = Qt.ItemDataRole.UserRole
EMPTY = (
    "Reports, key objects, presentation states, segmentations, structures, doses, documents and "
    "traces of the studies that are open are listed here."
)


class ObjectsPanel(QWidget):
    """The list of documents, and the chosen one below it."""

    def __init__(self, tree: StudyTree, jump: Jump, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("objects-panel")
        self._tree = tree
        self.on_choose: Callable[[Document | None], object] = lambda _document: None
        self.on_switch: Callable[[Document], object] = lambda _document: None
        self.list = QListWidget()
        self.list.setObjectName("document-list")
        self.list.setAccessibleName("Documents of the studies")
        self.list.currentItemChanged.connect(lambda now, _before: self._choose(now))
        self.content = ContentTree(jump)
        self.legend = Legend()
        self.pages = Pages()
        self.traces = Traces(theme)
        self.message = QLabel(EMPTY)
        self.message.setObjectName("empty")
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.switch = QPushButton()
        self.switch.clicked.connect(self._switch)
        self.stack = QStackedWidget()
        for part in (self.message, self.content, self.legend, self.pages, self.traces):
            self.stack.addWidget(part)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.list)
        splitter.addWidget(self.stack)
        splitter.setStretchFactor(1, 3)
        splitter.setSizes([120, 480])
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(splitter, 1)
        column.addWidget(self.switch)
        tree.document_added.connect(lambda _document: self.refresh())
        tree.cleared.connect(self.refresh)
        self.refresh()

    @property
    def chosen(self) -> Document | None:
        """The document whose row is chosen."""
        item = self.list.currentItem()
        path = None if item is None else item.data(PATH_ROLE)
        return next((one for one in self._tree.documents if one.path == path), None)

    def refresh(self) -> None:
        """Follow the tree; the chosen row stays."""
        chosen = self.chosen
        self.list.blockSignals(True)
        self.list.clear()
        for document in self._tree.documents:
            item = QListWidgetItem(document.title)
            item.setData(PATH_ROLE, document.path)
            item.setToolTip(document.path.name)
            self.list.addItem(item)
            if chosen is not None and document.path == chosen.path:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self.list.setVisible(self.list.count() > 0)
        if self.chosen is None:
            self.show_message(EMPTY)

    def choose(self, path: Path) -> None:
        """Choose a document's row."""
        for at in range(self.list.count()):
            item = self.list.item(at)
            if item is not None and item.data(PATH_ROLE) == path:
                self.list.setCurrentItem(item)

    def show_message(self, words: str) -> None:
        """Say something in place of a document."""
        self.message.setText(words)
        self.stack.setCurrentWidget(self.message)
        self.show_switch("")

    def show_switch(self, words: str) -> None:
        """Offer what the button does; "" hides it."""
        self.switch.setText(words)
        self.switch.setAccessibleName(words or "No action")
        self.switch.setVisible(bool(words))

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self.traces.set_theme(theme)

    def _choose(self, item: QListWidgetItem | None) -> None:
        self.on_choose(self.chosen if item is not None else None)

    def _switch(self) -> None:
        if self.chosen is not None:
            self.on_switch(self.chosen)
