"""What dialogs have in common: the panels' look, and buttons that no Return presses by chance."""

from collections.abc import Callable

from qtpy.QtWidgets import QDialog, QPushButton, QVBoxLayout

from precedent_plugin.panels.look import Panel, say


def inside(dialog: QDialog, name: str) -> QVBoxLayout:
    """Give a dialog the panels' look; what it shows goes into the layout that is returned."""
    panel = Panel(name)
    box = QVBoxLayout(panel)
    box.setContentsMargins(16, 14, 16, 14)
    box.setSpacing(8)
    whole = QVBoxLayout(dialog)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.addWidget(panel)
    return box


def button(words: str, name: str, act: Callable[[], object], *, role: str = "") -> QPushButton:
    """Make a button with the style sheet's `role`."""
    made = QPushButton(words)
    made.setObjectName(name)
    made.setAutoDefault(False)
    made.clicked.connect(lambda _=False: act())
    if role:
        say(made, role)
    return made
