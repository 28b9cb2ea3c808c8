"""What to import: folders or files, a name, and where the layout does not tell, the placement."""

import re
from collections.abc import Callable
from pathlib import Path

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from precedent_inference.model_jobs import ImportWish, PlacementChoice
from precedent_plugin.panels.choice import Choice
from precedent_plugin.panels.dialog import inside
from precedent_plugin.panels.look import say
from precedent_plugin.panels.words import Note, Paragraph

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
NEEDED = (
    "Choose the folder that holds model.pt, the LLaMA-7B folder with its tokenizer, and CLIP "
    "ViT-L/14. Every tensor is checked; nothing in the files is run."
)
PLACEMENTS: dict[str, PlacementChoice] = {
    "As the checkpoint's generation has it": "auto",
    "Text sees the next image (OpenFlamingo V1, Med-Flamingo)": "next",
    "Text sees the image before it (OpenFlamingo V2)": "previous",
}


class ImportForm(QDialog):
    """Asks for what an import needs; `on_done` gets the wish."""

    def __init__(self, parent: QWidget | None, *, on_done: Callable[[ImportWish], object]) -> None:
        super().__init__(parent)
        self.setObjectName("import-form")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Import model")
        self.setMinimumWidth(460)
        self._on_done = on_done
        self._has_own_name = False
        self.path = _field("import-path", "Folder with the model's files")
        self.path.textChanged.connect(self._look)
        self.browse = QPushButton("Browse")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        self.name = _field("import-name", "Name of the model, such as med-flamingo")
        self.name.textEdited.connect(self._named)
        self.name.textChanged.connect(self._look)
        self.placement = Choice("import-placement", "Placement of images")
        self.placement.addItems(list(PLACEMENTS))
        self.problem = Note("", name="import-problem")
        self.go = QPushButton("Import")
        self.go.setObjectName("import-go")
        say(self.go, "primary")
        self._lay_out()
        self._look()

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        place = QHBoxLayout()
        place.addWidget(self.path, 1)
        place.addWidget(self.browse)
        box = inside(self, "import-form-panel")
        box.addWidget(Paragraph(NEEDED, role="body-muted"))
        box.addLayout(place)
        for widget in (self.name, self.placement, self.problem, buttons):
            box.addWidget(widget)

    @property
    def wish(self) -> ImportWish:
        """What the fields say."""
        placement = PLACEMENTS[self.placement.currentText()]
        return ImportWish((Path(self.path.text().strip()),), self.name.text().strip(), placement)

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder with the model's files")
        if chosen:
            self.path.setText(chosen)
            if not self._has_own_name:
                self.name.setText(suggested_name(Path(chosen).name))

    def _named(self) -> None:
        self._has_own_name = True

    def _look(self) -> None:
        said = problem_of(self.path.text().strip(), self.name.text().strip())
        self.problem.words.setText(said)
        self.problem.setVisible(bool(said))
        is_filled = bool(self.path.text().strip() and self.name.text().strip())
        self.go.setEnabled(is_filled and not said)

    def _accept(self) -> None:
        wish = self.wish
        self.accept()
        self._on_done(wish)


def _field(name: str, words: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(name)
    field.setAccessibleName(words)
    field.setPlaceholderText(words)
    return field


def suggested_name(folder: str) -> str:
    """Make a model's name of a folder's."""
    return re.sub(r"[^a-z0-9._-]+", "-", folder.lower()).strip("-._")[:64]


def problem_of(path: str, name: str) -> str:
    """Say what is wrong with the fields that are filled in; empty when nothing is."""
    if path and not Path(path).exists():
        return "There is no such folder."
    if name and not NAME.fullmatch(name):
        return "A name has small letters, digits, dot, dash and underscore, at most 64."
    return ""
