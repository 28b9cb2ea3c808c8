"""Editing many cases at once: empty fields leave what each case says."""

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from precedent_plugin.bulk_edit import BulkEdit
from precedent_plugin.panels.case_fields import tags_of
from precedent_plugin.panels.dialog import inside
from precedent_plugin.panels.facts import counted
from precedent_plugin.panels.look import say
from precedent_plugin.panels.words import Paragraph


class BulkForm(QDialog):
    """Asks what to change in the selected cases; `on_done` gets it."""

    def __init__(
        self, parent: QWidget | None, count: int, *, on_done: Callable[[BulkEdit], object]
    ) -> None:
        super().__init__(parent)
        self.setObjectName("bulk-form")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Edit {counted(count, 'case')}")
        self.setMinimumWidth(420)
        self._on_done = on_done
        self._fields = {
            name: self._field(name, words)
            for name, words in (
                ("add-tags", "Add tags, parted by commas"),
                ("remove-tags", "Take away tags, parted by commas"),
                ("question", "Question for all of them"),
                ("task", "Task: side, diagnosis …"),
                ("modality", "Modality: CT, MR, CR …"),
                ("body-part", "Anatomy: CHEST, BRAIN …"),
                ("author", "Author"),
            )
        }
        self.go = QPushButton(f"Change {counted(count, 'case')}")
        self.go.setObjectName("bulk-go")
        say(self.go, "primary")
        self._lay_out()
        self._check()

    def _field(self, name: str, words: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(f"bulk-{name}")
        field.setAccessibleName(words)
        field.setPlaceholderText(words)
        field.textChanged.connect(self._check)
        return field

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        box = inside(self, "bulk-panel")
        words = "Empty fields leave what each case says. One undo takes all of it back."
        box.addWidget(Paragraph(words, role="body-muted"))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, field in self._fields.items():
            label = QLabel(name.replace("-", " ").replace("body part", "anatomy").capitalize())
            label.setBuddy(field)
            form.addRow(label, field)
        box.addLayout(form)
        box.addWidget(buttons)

    @property
    def edit(self) -> BulkEdit:
        """What the fields say."""
        said = {name: field.text().strip() for name, field in self._fields.items()}
        return BulkEdit(
            add_tags=tags_of(said["add-tags"]),
            remove_tags=tags_of(said["remove-tags"]),
            question=said["question"] or None,
            task=said["task"] or None,
            modality=said["modality"] or None,
            body_part=said["body-part"] or None,
            author=said["author"] or None,
        )

    def _check(self) -> None:
        if hasattr(self, "go"):
            self.go.setEnabled(not self.edit.is_empty)

    def _accept(self) -> None:
        wanted = self.edit
        self.accept()
        self._on_done(wanted)
