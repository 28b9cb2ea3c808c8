"""One model in the list of models: what it is, how it ran last, and what can be done to it."""

from collections.abc import Callable
from dataclasses import dataclass

from qtpy.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from precedent_inference.model_jobs import ModelEntry
from precedent_inference.protocol import ModelCard, ModelSummary
from precedent_plugin.panels.flow import Flow, emptied
from precedent_plugin.panels.look import say
from precedent_plugin.panels.model_chooser import TAKES_SHOTS, CardDialog
from precedent_plugin.panels.words import Line, Note, Paragraph


@dataclass(frozen=True, slots=True)
class ModelActions:
    """What a row can ask for."""

    verify: Callable[[ModelEntry], object]
    remove: Callable[[ModelEntry], object]
    open_folder: Callable[[ModelEntry], object]


class ModelRow(QFrame):
    """A model that can be used, or one that cannot and why."""

    def __init__(self, entry: ModelEntry, actions: ModelActions) -> None:
        super().__init__()
        self.setObjectName(f"model-row-{entry.name}")
        self.setAccessibleName(f"Model {entry.name}")
        say(self, "card")
        self.entry = entry
        self.title = Line(entry.name, role="strong", name="model-row-title")
        self.facts = Paragraph(facts_of(entry), role="muted", name="model-row-facts")
        self.run = Paragraph(role="small", name="model-row-run")
        self.run.hide()
        self._missed = QVBoxLayout()
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 8, 10, 8)
        box.setSpacing(3)
        box.addWidget(self.title)
        box.addWidget(self.facts)
        box.addWidget(self.run)
        box.addLayout(self._missed)
        if entry.problem:
            box.addWidget(Note(entry.problem, role="failure", name="model-row-problem"))
        box.addWidget(self._buttons(actions))

    def show_run(self, summary: ModelSummary | None) -> None:
        """Show how the model ran, when it was this one that answered last."""
        is_mine = summary is not None and summary.name == self.entry.name
        self.run.setVisible(is_mine)
        emptied(self._missed)
        say(self, "card-current" if is_mine else "card")
        if summary is None or not is_mine:
            return
        self.run.setText(run_of(summary))
        for sentence in summary.missed:
            self._missed.addWidget(Note(sentence, name="model-row-missed"))

    def _buttons(self, actions: ModelActions) -> QWidget:
        holder = QWidget()
        row = Flow(holder, spacing=4)
        entry = self.entry
        acts: list[tuple[str, Callable[[], object]]] = []
        if not entry.problem:
            acts.append(("About", self._show_card))
            acts.append(("Verify", lambda: actions.verify(entry)))
        acts.append(("Open folder", lambda: actions.open_folder(entry)))
        if not entry.is_shipped:
            acts.append(("Remove", lambda: actions.remove(entry)))
        for word, act in acts:
            button = QPushButton(word)
            say(button, "link")
            button.setObjectName(f"model-row-{word.split()[0].lower()}")
            button.setAccessibleName(f"{word}: {entry.name}")
            button.clicked.connect(lambda _=False, act=act: act())
            row.addWidget(button)
        return holder

    def _show_card(self) -> None:
        entry = self.entry
        card = ModelCard(
            entry.name,
            entry.kind,
            entry.takes_shots,
            entry.max_images,
            entry.context_tokens,
            entry.card,
            entry.known_limits,
        )
        CardDialog(card, self.window()).open()


class RemovedRow(QFrame):
    """A model that was taken out of the list and still takes space."""

    def __init__(
        self,
        entry: ModelEntry,
        *,
        on_back: Callable[[], object],
        on_delete: Callable[[], object],
    ) -> None:
        super().__init__()
        self.setObjectName(f"removed-row-{entry.name}")
        say(self, "empty")
        words = Paragraph(
            f"{entry.name} was removed; its files still take {in_gigabytes(entry.size_bytes)}.",
            role="muted",
        )
        self.back, self.delete = QPushButton("Bring back"), QPushButton("Delete for good")
        row = QHBoxLayout()
        for button, act in ((self.back, on_back), (self.delete, on_delete)):
            say(button, "link")
            button.setAccessibleName(f"{button.text()}: {entry.name}")
            button.clicked.connect(lambda _=False, act=act: act())
            row.addWidget(button)
        row.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 8, 10, 8)
        box.addWidget(words)
        box.addLayout(row)


def facts_of(entry: ModelEntry) -> str:
    """Say what a model is in a line."""
    if entry.problem:
        return str(entry.path)
    parts = [
        entry.kind,
        in_gigabytes(entry.size_bytes),
        " or ".join(entry.runs_as),
        f"up to {entry.max_images} pictures",
        f"{entry.context_tokens:,} tokens",
    ]
    origin = " Part of Precedent." if entry.is_shipped else ""
    return f"{'  ·  '.join(parts)}. {TAKES_SHOTS[entry.takes_shots]}{origin}"


def run_of(summary: ModelSummary) -> str:
    """Say how a model ran."""
    how = {"pytorch": "torch", "onnx": "ONNX Runtime"}.get(summary.backend, summary.backend)
    said = f"Answered last with {how} on {summary.device}, {summary.precision}."
    return f"{said} {summary.reason}".rstrip()


def in_gigabytes(size_bytes: int) -> str:
    """Say how large something on disk is."""
    if size_bytes >= 1e9:
        return f"{size_bytes / 1e9:.1f} GB"
    return f"{size_bytes / 1e6:.1f} MB"
