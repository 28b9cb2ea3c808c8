"""What can be done to casebooks: new, title page, delete, import, export, empty the trash."""

import re
from collections.abc import Callable
from pathlib import Path

from qtpy.QtWidgets import QFileDialog, QInputDialog, QMenu, QMessageBox, QWidget

from precedent_plugin.cases import Casebook
from precedent_plugin.panels.dataset_import import DatasetDialog
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.facts import counted
from precedent_plugin.panels.lint import LintDialog
from precedent_plugin.panels.title_form import TitleForm

UNSAFE = re.compile(r"[^\w .()-]+")
FILTER = "Casebooks (*.casebook)"


class CasebookMenu:
    """Asks for what an act needs (a name, a file, a yes) and hands it to the desk."""

    def __init__(self, desk: Desk, parent: QWidget, *, on_open: Callable[[str], None]) -> None:
        """on_open: shows a case."""
        self._desk, self._parent, self._on_open = desk, parent, on_open
        self.casebooks: tuple[Casebook, ...] = ()

    def build(self) -> QMenu:
        """Give the menu of the button beside the casebook's name."""
        menu = QMenu(self._parent)
        for words, act in (
            ("New casebook", self.create),
            ("Import casebook", self.import_casebook),
            ("Import data set", self.import_dataset),
            ("", None),
            ("Export this casebook", self.export_casebook),
            ("Title page of this casebook", self.edit_title),
            ("Delete this casebook", self.delete),
            ("", None),
            ("Empty the trash", self.empty_trash),
        ):
            entry = menu.addAction(words) if act is not None else menu.addSeparator()
            if entry is not None and act is not None:
                entry.triggered.connect(act)
        return menu

    @property
    def chosen(self) -> Casebook | None:
        """The casebook shown, None while all cases or the trash are."""
        return next((one for one in self.casebooks if one.id == self._desk.casebook), None)

    def create(self) -> None:
        """Make an empty casebook and choose it."""
        name, wanted = QInputDialog.getText(self._parent, "New casebook", "Name")
        if wanted:
            self._desk.change_library(
                self._desk.library.create_casebook,
                name,
                then=lambda made: self._desk.choose_casebook(made.id),
            )

    def edit_title(self) -> None:
        """Edit the title page of the chosen casebook."""
        casebook = self._required()
        if casebook is not None:
            TitleForm(self._parent, casebook, on_done=self._retitle).open()

    def _retitle(self, casebook: Casebook) -> None:
        self._desk.change_library(self._desk.library.describe_casebook, casebook)

    def delete(self) -> None:
        """Delete the chosen casebook, not its cases."""
        casebook = self._required()
        if casebook is None or not self._confirmed(
            f"Delete the casebook “{casebook.name}”?", "Its cases stay in the library."
        ):
            return
        self._desk.choose_casebook(None)
        self._desk.change_library(self._desk.library.delete_casebook, casebook.id)

    def import_casebook(self) -> None:
        """Take a casebook file into the library."""
        name, _ = QFileDialog.getOpenFileName(self._parent, "Import casebook", "", FILTER)
        if name:
            self._desk.import_file(Path(name))

    def export_casebook(self) -> None:
        """Write the chosen casebook into one file."""
        casebook = self._required()
        if casebook is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self._parent, "Export casebook", file_name(casebook), f"{FILTER};;Web page (*.html)"
        )
        if name:
            LintDialog(
                self._parent,
                self._desk,
                casebook,
                on_open=self._on_open,
                on_accept=lambda: self._desk.export_file(casebook, Path(name)),
            ).open()

    def import_dataset(self) -> None:
        """Take a folder of a known data set into the library."""
        name = QFileDialog.getExistingDirectory(self._parent, "Import data set")
        if name:
            DatasetDialog(self._parent, self._desk, Path(name)).open()

    def empty_trash(self) -> None:
        """Delete for good what is in the trash."""
        if self._confirmed("Empty the trash?", "Its cases and their pictures are gone for good."):
            self._desk.change_library(
                self._desk.library.empty_trash,
                then=lambda count: self._desk.host.notify(
                    f"{counted(count, 'case')} deleted for good."
                ),
            )

    def _required(self) -> Casebook | None:
        casebook = self.chosen
        if casebook is None:
            self._desk.host.notify("No casebook is chosen.", "Choose one above the list of cases.")
        return casebook

    def _confirmed(self, question: str, consequence: str) -> bool:
        box = QMessageBox(self._parent)
        box.setObjectName("confirm")
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(question)
        box.setInformativeText(consequence)
        box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        return box.exec() == QMessageBox.StandardButton.Yes


def file_name(casebook: Casebook) -> str:
    """Give a name for a casebook's file that every system takes."""
    return f"{UNSAFE.sub('-', casebook.name).strip(' .-') or 'casebook'}.casebook"
