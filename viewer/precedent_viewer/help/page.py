"""The help page in the window: every command with the reader's own keys."""

from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precedent_viewer.commands import CommandRegistry
from precedent_viewer.help.commands_page import commands_html, rows_by_menu


class HelpPage(QDialog):
    """A searched list that stays open beside the work."""

    def __init__(self, registry: CommandRegistry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help-page")
        self.setWindowTitle("Commands and keys")
        self.resize(820, 680)
        self._menus = rows_by_menu(registry)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search commands, keys and what they do")
        self.search.setAccessibleName("Search the commands")
        self.search.setClearButtonEnabled(True)
        for clear in self.search.findChildren(QToolButton):
            clear.setAccessibleName("Clear the search")
        self.text = QTextBrowser()
        self.text.setAccessibleName("Commands, their keys and what they do")
        self.text.setOpenLinks(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        for part in (self.search, self.text, buttons):
            column.addWidget(part)
        self.search.textChanged.connect(self._show)
        self._show("")

    def _show(self, words: str) -> None:
        self.text.setHtml(commands_html(self._menus, words))
