"""The title page of a casebook: its name, what it is for, and under which licence."""

from collections.abc import Callable
from dataclasses import replace

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from precedent_plugin.cases import Casebook
from precedent_plugin.panels.dialog import inside
from precedent_plugin.panels.look import say


class TitleForm(QDialog):
    """Asks for the title page; `on_done` gets the casebook as the fields say it."""

    def __init__(
        self, parent: QWidget | None, casebook: Casebook, *, on_done: Callable[[Casebook], object]
    ) -> None:
        super().__init__(parent)
        self.setObjectName("title-form")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Title page")
        self.setMinimumWidth(440)
        self._casebook, self._on_done = casebook, on_done
        self.name = QLineEdit(casebook.name)
        self.name.setObjectName("title-name")
        self.name.setAccessibleName("Name")
        self.name.textChanged.connect(lambda text: self.go.setEnabled(bool(text.strip())))
        self.description = QPlainTextEdit(casebook.description)
        self.description.setObjectName("title-description")
        self.description.setAccessibleName("Description")
        self.description.setPlaceholderText("What it is for, and for whom")
        self.description.setTabChangesFocus(True)
        self.description.setFixedHeight(5 * self.fontMetrics().lineSpacing() + 14)
        self.licence = QLineEdit(casebook.licence)
        self.licence.setObjectName("title-licence")
        self.licence.setAccessibleName("Licence")
        self.licence.setPlaceholderText("CC BY 4.0, internal use …")
        self.go = QPushButton("Save")
        self.go.setObjectName("title-save")
        say(self.go, "primary")
        self._lay_out()

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        box = inside(self, "title-panel")
        form = QFormLayout()
        form.addRow("Name", self.name)
        form.addRow("Description", self.description)
        form.addRow("Licence", self.licence)
        box.addLayout(form)
        box.addWidget(buttons)

    def _accept(self) -> None:
        made = replace(
            self._casebook,
            name=self.name.text().strip(),
            description=self.description.toPlainText().strip(),
            licence=self.licence.text().strip(),
        )
        self.accept()
        self._on_done(made)
