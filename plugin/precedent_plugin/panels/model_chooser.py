"""Which model answers, and its card: what it is, what it was measured to do, what it cannot."""

from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precedent_inference.protocol import ModelCard
from precedent_plugin.panels.choice import Choice
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.follow import follow
from precedent_plugin.panels.icons import icon
from precedent_plugin.panels.look import Panel, Tones, say
from precedent_plugin.panels.words import Note

DEFAULT_MODEL = "starter"
TAKES_SHOTS = {
    "yes": "Reads reference cases.",
    "no": "Does not read reference cases; they are not sent.",
    "harmful": "Measured to answer worse with reference cases.",
}


class ModelBox(Choice):
    """The list of models; opening it wakes the engine, which knows them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("model-box", "Model")
        self.setToolTip("Model that answers")
        self._desk = desk
        self.addItem(DEFAULT_MODEL)

    def showPopup(self) -> None:
        """Ask the engine for its models when the reader wants to choose."""
        self._desk.warm_up()
        super().showPopup()


class ModelChooser(QWidget):
    """The list of models and a button for the card."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("model-chooser")
        self._desk = desk
        self._waits_for_card = False
        self.box = ModelBox(desk)
        self.card_button = QToolButton()
        self.card_button.setObjectName("model-card-button")
        self.card_button.setAccessibleName("About this model")
        self.card_button.setToolTip("What this model is, and what it is not")
        self.card_button.setIconSize(QSize(16, 16))
        self.card_button.clicked.connect(self.show_card)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.box, 1)
        row.addWidget(self.card_button)
        follow(self, desk.models_listed, self._list)
        self._list(desk.models)

    @property
    def chosen(self) -> str:
        """The model's name."""
        return self.box.currentText() or DEFAULT_MODEL

    def restyle(self, worn: Tones) -> None:
        """Paint the icon in the theme's tone."""
        self.card_button.setIcon(icon("info", worn.muted))

    def show_card(self) -> None:
        """Open the model's card; where the engine is not running yet, as soon as it is."""
        card = next((one for one in self._desk.models if one.name == self.chosen), None)
        self._waits_for_card = card is None
        if card is None:
            self._desk.warm_up()
            return
        dialog = CardDialog(card, self.window())
        dialog.open()

    def _list(self, models: tuple[ModelCard, ...]) -> None:
        if not models:
            return
        chosen = self.chosen
        self.box.clear()
        for model in models:
            self.box.addItem(model.name)
        self.box.setCurrentIndex(max(0, self.box.findText(chosen)))
        if self._waits_for_card:
            self.show_card()


class CardDialog(QDialog):
    """A model's card, its limits first."""

    def __init__(self, card: ModelCard, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName("model-card")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Model: {card.name}")
        self.resize(560, 640)
        panel = Panel("model-card-panel")
        title = QLabel(card.name)
        say(title, "title")
        kind = QLabel(
            f"{card.kind}  ·  up to {card.max_images} pictures  ·  "
            f"{card.context_tokens:,} tokens  ·  {TAKES_SHOTS[card.takes_shots]}"
        )
        kind.setWordWrap(True)
        say(kind, "muted")
        text = QTextBrowser()
        text.setObjectName("model-card-text")
        text.setOpenExternalLinks(False)
        text.setOpenLinks(False)
        text.setMarkdown(card.card)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(panel)
        box.setContentsMargins(16, 14, 16, 14)
        box.setSpacing(8)
        box.addWidget(title)
        box.addWidget(kind)
        for limit in card.known_limits:
            box.addWidget(Note(limit, name="model-limit"))
        box.addWidget(text, 1)
        box.addWidget(buttons)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(panel)
