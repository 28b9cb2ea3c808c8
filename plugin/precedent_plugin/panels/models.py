"""The models of this machine: what they are, what runs, importing, checking, taking away."""

from collections.abc import Callable
from functools import partial

from qtpy.QtCore import QUrl
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import QHBoxLayout, QMessageBox, QPushButton, QVBoxLayout, QWidget

from precedent_inference.model_jobs import (
    ImportJob,
    ImportProgress,
    ImportWish,
    ModelEntry,
    bring_back,
    check_model,
    delete_for_good,
    list_models,
    removed_models,
    set_aside,
)
from precedent_inference.protocol import ModelSummary
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.flow import emptied
from precedent_plugin.panels.follow import follow
from precedent_plugin.panels.import_form import ImportForm
from precedent_plugin.panels.look import Panel, say
from precedent_plugin.panels.model_row import ModelActions, ModelRow, RemovedRow, in_gigabytes
from precedent_plugin.panels.progress_strip import ProgressStrip
from precedent_plugin.panels.words import Column, Line, Paragraph
from precedent_plugin.question import Question
from precedent_resources import PrecedentError

ALONE = (
    "Only the starter model is here; it compares pictures and knows no medicine. Med-Flamingo "
    "answers from what it was trained on: bring its model.pt, a LLaMA-7B folder and CLIP ViT-L/14 "
    "into one folder, by disk where there is no internet, and import that folder."
)


class ModelsPanel(Panel):
    """A list of models with what can be done to each, and the import under way."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("models-panel")
        self._desk = desk
        self._job: ImportJob | None = None
        self._answered: ModelSummary | None = None
        self._question: Question | None = None
        self._unfollow: Callable[[], None] = _nothing
        self.add = QPushButton("Import model")
        self.add.setObjectName("models-import")
        self.add.setToolTip("Make released model files a model of this machine")
        self.add.clicked.connect(self.ask_for_import)
        self.strip = ProgressStrip("models-progress", on_cancel=self.cancel_import)
        self.engine = Line(role="muted", name="models-engine")
        self.advice = Paragraph(ALONE, role="body-muted", name="models-advice")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 6, 0)
        inside.setSpacing(8)
        inside.addLayout(self._rows)
        inside.addWidget(self.advice)
        inside.addStretch(1)
        head = QHBoxLayout()
        head.addWidget(self.engine, 1)
        head.addWidget(self.add)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 6, 10)
        box.setSpacing(8)
        box.addLayout(head)
        box.addWidget(self.strip)
        box.addWidget(Column("models-column", content), 1)
        follow(self, desk.engine_changed, lambda _: self._say_engine())
        follow(self, desk.asking_changed, self._see_question)
        self._say_engine()
        self.refresh()

    @property
    def is_importing(self) -> bool:
        """Whether an import is under way."""
        return self._job is not None

    @property
    def rows(self) -> list[ModelRow]:
        """The models as they are shown."""
        return self.findChildren(ModelRow)

    def refresh(self) -> None:
        """Read the list anew."""
        self._desk.read_library(_everything, on_result=self._show)

    def ask_for_import(self) -> None:
        """Let the user say what to import."""
        if self._job is None:
            ImportForm(self.window(), on_done=self.begin_import).open()

    def begin_import(self, wish: ImportWish) -> None:
        """Import in the background; one at a time."""
        job = self._job = ImportJob(wish)
        self.add.setEnabled(False)
        self.strip.begin(f"Importing {wish.name}", can_cancel=True)
        self._desk.host.run(
            job.run,
            on_result=self._imported,
            on_error=self._import_failed,
            on_progress=self._import_moved,
        )

    def cancel_import(self) -> None:
        """Stop the import; its process removes what it has written."""
        if self._job is not None:
            self.strip.say("Stopping the import")
            self._job.cancel()

    def verify(self, entry: ModelEntry) -> None:
        """Compare a model's files with their hashes."""
        self.strip.begin(f"Checking {entry.name}", can_cancel=False)
        self._desk.host.run(
            partial(check_model, entry.name),
            on_result=partial(self._checked, entry),
            on_error=self._failed,
            on_progress=lambda file: self.strip.say(f"Checking {entry.name}: {file}"),
        )

    def remove(self, entry: ModelEntry) -> None:
        """Take a model out of the list after asking; its files stay until they are deleted."""
        box = QMessageBox(
            QMessageBox.Icon.Question,
            "Remove model",
            f"Remove {entry.name} ({in_gigabytes(entry.size_bytes)}) from the list?",
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel,
            self.window(),
        )
        box.setInformativeText("Its files stay until you delete them; until then it can come back.")
        box.setObjectName("models-remove-question")
        box.accepted.connect(lambda: self._change(set_aside, entry))
        box.open()

    def _change(self, act: Callable[[ModelEntry], object], entry: ModelEntry) -> None:
        self._desk.host.run(
            self._changed_on_disk, act, entry, on_result=self._show_again, on_error=self._failed
        )

    def _changed_on_disk(self, act: Callable[[ModelEntry], object], entry: ModelEntry) -> None:
        """Change a folder while no engine has it open, which Windows would refuse."""
        self._desk.session.engine.restart()
        act(entry)

    def _show_again(self, _: object) -> None:
        self._desk.engine_ended()
        self.refresh()

    def _imported(self, name: str) -> None:
        self._job = None
        self.add.setEnabled(True)
        self.strip.end()
        self._desk.host.notify(f"{name} is ready.", "Choose it in the panel Ask.")
        self._desk.host.run(self._desk.session.engine.restart, on_result=self._show_again)

    def _import_failed(self, error: PrecedentError) -> None:
        self._job = None
        self.add.setEnabled(True)
        self._failed(error)

    def _import_moved(self, progress: ImportProgress) -> None:
        self.strip.show_progress(progress)

    def _checked(self, entry: ModelEntry, states: dict[str, str]) -> None:
        wrong = [f"{file} {state}" for file, state in states.items() if state != "ok"]
        if wrong:
            self.strip.fail(f"{entry.name} is damaged: {', '.join(wrong)}.", "Import it again.")
        else:
            self.strip.succeed(f"{entry.name} is whole: {len(states)} files agree.")

    def _failed(self, error: PrecedentError) -> None:
        self.strip.fail(error.message, error.hint)

    def _see_question(self) -> None:
        """Follow the question under way, and keep what its answer says of how the model ran."""
        question = self._desk.session.question
        if question is not self._question:
            self._question = question
            self._unfollow()
            self._unfollow = _nothing
            if question is not None:
                self._unfollow = follow(self, question.progress_changed, self._say_engine)
        self._say_engine()
        answer = None if question is None else question.answer
        if answer is not None and answer.model != self._answered:
            self._answered = answer.model
            for row in self.rows:
                row.show_run(self._answered)

    def _say_engine(self, _: str = "") -> None:
        """Say what the engine does: what a question waits for, a model that loads, comes first."""
        question = self._question
        waits = question is not None and question.state == "sent" and question.progress
        self.engine.say_whole(waits or self._desk.engine.words)

    def _show(self, found: "tuple[tuple[ModelEntry, ...], tuple[ModelEntry, ...]]") -> None:
        models, removed = found
        emptied(self._rows)
        actions = ModelActions(self.verify, self.remove, _open_folder)
        for entry in models:
            row = ModelRow(entry, actions)
            row.show_run(self._answered)
            self._rows.addWidget(row)
        for entry in removed:
            self._rows.addWidget(
                RemovedRow(
                    entry,
                    on_back=partial(self._change, bring_back, entry),
                    on_delete=partial(self._change, delete_for_good, entry),
                )
            )
        self.advice.setVisible(all(entry.is_shipped for entry in models))
        say(self.advice, "body-muted")


def _everything() -> tuple[tuple[ModelEntry, ...], tuple[ModelEntry, ...]]:
    return list_models(), removed_models()


def _open_folder(entry: ModelEntry) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(entry.path)))


def _nothing() -> None:
    pass
