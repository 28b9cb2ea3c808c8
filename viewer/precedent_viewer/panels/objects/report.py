"""Reports and key objects in the panel: a tree whose references jump."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QTreeWidget, QTreeWidgetItem

from precedent_viewer.model.document import Reference
from precedent_viewer.objects.key_objects import KeyObjects
from precedent_viewer.objects.report import ContentItem, Report

REFERENCE_ROLE = Qt.ItemDataRole.UserRole
OPEN_DEPTH = 3
"""Levels that are unfolded at first."""
Jump = Callable[[Reference], object]


class ContentTree(QTreeWidget):
    """Names and values; Return or a double click on an image's row shows the image."""

    def __init__(self, jump: Jump) -> None:
        super().__init__()
        self._jump = jump
        self.setObjectName("content-tree")
        self.setAccessibleName("Content of the document")
        self.setHeaderLabels(["Concept", "Value"])
        self.setWordWrap(True)
        self.setUniformRowHeights(False)
        header = self.header()
        if header is not None:
            header.setAccessibleName("Columns of the content")
            header.resizeSection(0, 190)
        self.itemActivated.connect(lambda item, _column: self._activate(item))

    def show_report(self, report: Report) -> None:
        """Show a report's facts and its whole tree."""
        self.clear()
        for name, value in report.facts:
            self.addTopLevelItem(QTreeWidgetItem([name, value]))
        self.addTopLevelItem(_row(report.root))
        if report.is_cut:
            self.addTopLevelItem(QTreeWidgetItem(["", "The rest is too long to be shown."]))
        self.expandToDepth(OPEN_DEPTH)

    def show_key_objects(self, picked: KeyObjects) -> None:
        """Show what was picked, in its order."""
        self.clear()
        if picked.modifiers:
            self.addTopLevelItem(QTreeWidgetItem(["Why", ", ".join(picked.modifiers)]))
        if picked.description:
            self.addTopLevelItem(QTreeWidgetItem(["Description", picked.description]))
        for number, reference in enumerate(picked.objects, 1):
            frames = f", frame {reference.frames[0]}" if reference.frames else ""
            item = QTreeWidgetItem([f"Object {number}{frames}", "Return shows it"])
            item.setData(0, REFERENCE_ROLE, reference)
            self.addTopLevelItem(item)

    def show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        """Show names and values alone."""
        self.clear()
        for name, value in facts:
            self.addTopLevelItem(QTreeWidgetItem([name, value]))

    def _activate(self, item: QTreeWidgetItem) -> None:
        reference = item.data(0, REFERENCE_ROLE)
        if isinstance(reference, Reference):
            self._jump(reference)


def _row(one: ContentItem) -> QTreeWidgetItem:
    """Give an item's row with all below it; depth is bounded where the report is read."""
    row = QTreeWidgetItem([one.name or one.value_type.capitalize(), one.value])
    if one.reference is not None:
        row.setData(0, REFERENCE_ROLE, one.reference)
        row.setToolTip(1, "Return shows the image")
    for child in one.children:
        row.addChild(_row(child))
    return row
