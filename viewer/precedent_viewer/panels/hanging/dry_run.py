"""What a hanging protocol would do to the last studies, before it does anything."""

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QHeaderView, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from precedent_viewer.hanging.matching import Match, PlaceResult, match
from precedent_viewer.hanging.rules import Rule
from precedent_viewer.hanging.summaries import StudySummary
from precedent_viewer.hanging.words import place_name
from precedent_viewer.theme import Theme
from precedent_viewer.words import tool_tip

UNFOLDED = 3
"""Studies whose viewports are shown at once."""


class DryRun(QWidget):
    """A list of studies: hung or why not, and below each what its viewports would show."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.verdict = QLabel()
        self.verdict.setObjectName("section")
        self.verdict.setWordWrap(True)
        self.tree = QTreeWidget()
        self.tree.setObjectName("dry-run")
        self.tree.setAccessibleName("Dry run on the last studies")
        self.tree.setHeaderLabels(["Study", "Would be shown"])
        self.tree.setIndentation(14)
        header = self.tree.header()
        if header is not None:
            header.setAccessibleName("Columns of the dry run")
            header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
            header.resizeSection(0, 240)
            header.setStretchLastSection(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.verdict)
        column.addWidget(self.tree, 1)

    def show_rule(self, rule: Rule, studies: Sequence[StudySummary]) -> None:
        """Try a protocol on studies; nothing on the screen changes."""
        found = [match(rule, study, studies) for study in studies]
        hung = sum(one.fits for one in found)
        self.verdict.setText(
            f"Dry run: hangs {hung} of the last {len(found)} studies."
            if found
            else "Dry run: no study was opened yet."
        )
        self.tree.clear()
        for number, one in enumerate(sorted(found, key=lambda one: not one.fits)):
            item = self._row(one)
            self.tree.addTopLevelItem(item)
            item.setExpanded(one.fits and number < UNFOLDED)

    def _row(self, one: Match) -> QTreeWidgetItem:
        verdict = "\N{CHECK MARK} Hung like this" if one.fits else f"Not hung. {one.why_not}"
        item = QTreeWidgetItem([one.study.title, verdict])
        item.setForeground(1, QColor(self._theme.text if one.fits else self._theme.text_muted))
        item.setToolTip(1, tool_tip(verdict))
        if one.refusal:
            return item
        for number, (place, result) in enumerate(zip(one.rule.places, one.places, strict=True)):
            said = "empty" if place.series is None else _said(result, one.study)
            child = QTreeWidgetItem([place_name(one.rule.layout, number), said])
            child.setToolTip(1, tool_tip(said))
            if result.reason:
                child.setForeground(1, QColor(self._theme.warning))
            item.addChild(child)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEnabled)
        return item


def _said(result: PlaceResult, study: StudySummary) -> str:
    if result.series is None:
        return result.reason
    images = "1 image" if result.series.images == 1 else f"{result.series.images} images"
    of = "" if result.study is None or result.study.uid == study.uid else \
        f", of {result.study.day}"  # fmt: skip
    return f"{result.series.title} ({images}){of}"
