"""Facts as two columns: what it is, and what it says, with what it means in the tooltip."""

from collections.abc import Iterable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QGridLayout, QLabel

from precedent_plugin.panels.facts import Fact
from precedent_plugin.panels.flow import emptied
from precedent_plugin.panels.look import say
from precedent_plugin.panels.words import Paragraph


class FactsGrid(QGridLayout):
    """A grid that is filled anew with each set of facts."""

    def __init__(self, name: str) -> None:
        """`name` is the object name of every value."""
        super().__init__()
        self._name = name
        self.setHorizontalSpacing(12)
        self.setVerticalSpacing(3)
        self.setColumnStretch(1, 1)

    def fill(self, facts: Iterable[Fact]) -> None:
        """Show these facts alone."""
        emptied(self)
        for row, fact in enumerate(facts):
            label = QLabel(fact.label)
            say(label, "muted")
            value = Paragraph(fact.value, role="small", name=self._name).selectable()
            for widget in (label, value):
                widget.setToolTip(fact.explanation)
            self.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self.addWidget(value, row, 1)
