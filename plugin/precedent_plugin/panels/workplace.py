"""Everything the plugin puts into a host's window: its panels and its commands."""

from collections.abc import Callable, Sequence

from psygnal import Signal
from qtpy.QtWidgets import QDockWidget, QWidget

from precedent_plugin.cases import Casebook
from precedent_plugin.engine_keeper import EngineLike
from precedent_plugin.host import Host, HostCommand
from precedent_plugin.library import CaseLibrary
from precedent_plugin.panels.answer import AnswerActions
from precedent_plugin.panels.ask import AskPanel
from precedent_plugin.panels.check_door import CheckDoor
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.history import HistoryPanel
from precedent_plugin.panels.library import LibraryPanel
from precedent_plugin.panels.models import ModelsPanel
from precedent_plugin.panels.quiz_door import QuizDoor
from precedent_plugin.panels.suggest import SuggestPanel
from precedent_plugin.panels.talk_door import TalkDoor
from precedent_plugin.session import Session
from precedent_plugin.suggest.advisor import Advisor
from precedent_resources import resource

SAMPLE_MARK = "sample.offered"
"""A file in the library's folder: the sample was imported once, and may have been deleted."""


class Workplace:
    """The plugin in one window, from its first panel to the end of its engine."""

    commands_changed = Signal()
    """A command may now be enabled or disabled."""

    def __init__(
        self, host: Host, library: CaseLibrary, make_engine: Callable[[], EngineLike]
    ) -> None:
        """Add panels and commands to `host`. The engine is made when a question is likely."""
        self.host = host
        self.session = Session(library, host.run, make_engine)
        self.desk = Desk(host, self.session)
        self.library = LibraryPanel(
            self.desk, open_sample=self.open_sample, find_like=self.find_like
        )
        self.ask = AskPanel(self.desk, open_case=self.open_case)
        self.history = HistoryPanel(
            self.desk,
            actions=AnswerActions(
                copy=self.ask.copy, retry=self.desk.retry, open_case=self.open_case
            ),
        )
        self.models = ModelsPanel(self.desk)
        self.quiz = QuizDoor(self.desk, lambda: self.library.menu.chosen)
        self.talk = TalkDoor(self.desk, lambda: self.library.menu.chosen)
        self.check = CheckDoor(self.desk, lambda: self.library.menu.chosen, self.open_case)
        host.add_panel(self.library, title="Library", object_name="precedent-library", area="left")
        self.suggest = SuggestPanel(
            self.desk, Advisor(library, self.session.engine.client), open_case=self.open_case
        )
        host.add_panel(self.suggest, title="Suggest", object_name="precedent-suggest", area="left")
        host.add_panel(self.ask, title="Ask", object_name="precedent-ask")
        host.add_panel(self.history, title="History", object_name="precedent-history")
        host.add_panel(self.models, title="Models", object_name="precedent-models")
        reveal(self.ask)
        for command in self._commands():
            host.register(command)
        host.on_closing(self.close)
        for signal in (self.desk.tray.changed, self.desk.asking_changed, self.desk.view_seen,
                       self.desk.casebook_chosen):  # fmt: skip
            signal.connect(lambda *_: self.commands_changed.emit())
        self._offer_sample()

    def open_case(self, case_id: str) -> None:
        """Show a case in the library."""
        reveal(self.library)
        self.library.open_case(case_id)

    def open_sample(self, *, quietly: bool = False) -> None:
        """Take the sample casebook into the library and choose it."""
        self.desk.import_file(resource("samples", "sample.casebook"), quietly=quietly)

    def close(self) -> None:
        """Stop what is under way, end the engine and close the library."""
        self.session.close()
        self.session.library.close()

    def _offer_sample(self) -> None:
        def offer(is_new: bool) -> None:
            if is_new:
                self.open_sample(quietly=True)

        self.desk.read_library(is_untouched, self.session.library, on_result=offer)

    def _suggest(self) -> None:
        reveal(self.suggest)
        self.suggest.look_for()

    def find_like(self, case_ids: Sequence[str]) -> None:
        """Suggest more cases like some."""
        reveal(self.suggest)
        self.suggest.find_like(case_ids)

    def _save_view(self) -> None:
        reveal(self.ask)
        self.ask.save_case()

    def _focus_question(self) -> None:
        reveal(self.ask)
        self.ask.focus_question()

    def _show_library(self) -> None:
        reveal(self.library)
        self.library.focus_search()

    def _show_history(self) -> None:
        reveal(self.history)
        self.history.search.setFocus()

    def _show_models(self) -> None:
        reveal(self.models)
        self.models.refresh()
        self.models.add.setFocus()

    def _import_model(self) -> None:
        reveal(self.models)
        self.models.ask_for_import()

    def _commands(self) -> tuple[HostCommand, ...]:
        ask, library, tray = self.ask, self.library, self.desk.tray
        return (
            HostCommand(
                "ask.ask-question", "Ask", ask.ask, "Ask", "Ctrl+Return; Ctrl+Enter",
                lambda: not ask.is_asking, "ask",
                "Send the question with the picture on screen and the references of the tray.",
            ),
            HostCommand(
                "ask.stop-answer", "Stop the answer", ask.stop, "Ask", "Esc",
                lambda: ask.is_asking, "stop", "Stop the answer under way; what has come stays.",
            ),
            HostCommand(
                "ask.focus-question", "Write a question", self._focus_question, "Ask", "Q",
                None, "edit", "Put the keyboard into the question field.",
            ),
            HostCommand(
                "ask.copy-answer", "Copy the answer", ask.copy, "Ask", "Ctrl+Shift+C",
                lambda: ask.has_answer, "copy",
                "Copy the answer with its model, date and references.",
            ),
            HostCommand(
                "ask.examine-answer", "Examine the answer", self.desk.examine, "Ask", "Ctrl+E",
                lambda: ask.has_answer, "search",
                "Find out what the answer rests on: ask the same again in other forms.",
            ),
            HostCommand(
                "ask.second-look", "Take a second look", self.desk.second_look, "Ask", "Shift+Q",
                lambda: self.desk.can_look_again, "region",
                "Ask the same again about the region that is drawn, at full resolution.",
            ),
            HostCommand(
                "ask.show-history", "Show the history", self._show_history, "Ask", "Ctrl+H",
                None, "history", "Show every question that was asked here.",
            ),
            HostCommand(
                "models.show-models", "Show the models", self._show_models, "Models", None,
                None, "model", "Show the models of this machine and what can be done to them.",
            ),
            HostCommand(
                "models.import-model", "Import model", self._import_model, "Models", None,
                lambda: not self.models.is_importing, "import",
                "Make released model files a model of this machine.",
            ),
            HostCommand(
                "models.cancel-import", "Cancel the import", self.models.cancel_import, "Models",
                None, lambda: self.models.is_importing, "stop",
                "Stop the import under way; nothing of it is kept.",
            ),
            HostCommand(
                "cases.save-view", "Save view as case", self._save_view, "Cases", "Ctrl+S; K",
                lambda: self.host.snapshot() is not None, "case-add",
                "Keep the picture on screen with a question and its answer.",
            ),
            HostCommand(
                "cases.clear-tray", "Clear the tray", tray.clear, "Cases", None,
                lambda: bool(tray.shots), "trash", "Take all references out of the tray.",
            ),
            HostCommand(
                "cases.undo-tray", "Undo the tray's last change", tray.undo, "Cases",
                "Ctrl+Shift+Z", lambda: tray.can_undo, "undo",
                "Take the last change of the tray back.",
            ),
            HostCommand(
                "cases.import-casebook", "Import casebook", library.menu.import_casebook, "Cases",
                None, None, "import", "Take a casebook file into the library.",
            ),
            HostCommand(
                "cases.export-casebook", "Export casebook", library.menu.export_casebook, "Cases",
                None, lambda: library.menu.chosen is not None, "export",
                "Write the casebook shown in the library into one file.",
            ),
            HostCommand(
                "cases.check-casebook", "Check this casebook",
                lambda: self.check.open(library.window()), "Cases", None,
                lambda: library.menu.chosen is not None, "chart",
                "Find out whether the casebook's references help a model, and when it is sure.",
            ),
            HostCommand(
                "cases.present-casebook", "Present this casebook",
                lambda: self.talk.open(library.window()), "Cases", "F5",
                lambda: library.menu.chosen is not None, "play",
                "Show the casebook page by page: its title, each picture, then its answer.",
            ),
            HostCommand(
                "cases.suggest", "Suggest references", self._suggest, "Cases", "Ctrl+G",
                None, "star", "Find cases of the library that are like the picture and question.",
            ),
            HostCommand(
                "cases.start-quiz", "Start a quiz", lambda: self.quiz.open(library.window()),
                "Cases", None, None, "book",
                "Be asked the cases of the casebook shown, those that are due first.",
            ),
            HostCommand(
                "cases.show-library", "Show the library", self._show_library, "Cases", "Ctrl+L",
                None, "library", "Show the library and search it.",
            ),
        )  # fmt: skip


def is_untouched(library: CaseLibrary) -> bool:
    """Say, once in a library's life, that nobody has put anything into it yet; may wait."""
    mark = library.folder / SAMPLE_MARK
    if mark.exists():
        return False
    mark.touch()
    found: tuple[Casebook, ...] = tuple(library.casebooks())
    return not found and not library.cases(limit=1)


def reveal(panel: QWidget) -> None:
    """Bring a panel to the front of its dock, however the host has hidden it."""
    above: QWidget | None = panel
    while above is not None:
        if isinstance(above, QDockWidget):
            above.show()
            above.raise_()
        above = above.parentWidget()
