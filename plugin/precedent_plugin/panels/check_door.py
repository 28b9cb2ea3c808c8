"""From the casebook that is shown to its check."""

import threading
from collections.abc import Callable, Sequence
from functools import partial

from qtpy.QtWidgets import QWidget

from precedent_plugin.casebook_check.report import CheckReport
from precedent_plugin.casebook_check.run import check_library
from precedent_plugin.casebook_check.trials import TrialPlan
from precedent_plugin.cases import Casebook
from precedent_plugin.panels.check import CheckActs, CheckDialog
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.facts import counted
from precedent_plugin.references import from_library


class CheckDoor:
    """Opens checks of the casebook that is shown."""

    def __init__(
        self,
        desk: Desk,
        chosen: Callable[[], Casebook | None],
        open_case: Callable[[str], None],
    ) -> None:
        """Take what tells the casebook shown, and what opens a case."""
        self._desk, self._chosen, self._open_case = desk, chosen, open_case

    def open(self, window: QWidget | None) -> None:
        """Show what a check would ask."""
        casebook = self._chosen()
        if casebook is None:
            self._desk.host.notify("No casebook is chosen.", "Choose one above the list of cases.")
            return
        cancel = threading.Event()
        names = [card.name for card in self._desk.models] or [self._desk.draft.settings.model]
        acts = CheckActs(
            start=lambda model: self._start(dialog, casebook, model, cancel),
            stop=cancel.set,
            open_case=self._open_case,
            keep_core=partial(self._keep_core, casebook),
        )
        dialog = CheckDialog(casebook.name, names, acts, window)
        dialog.open()

    def _start(
        self, dialog: CheckDialog, casebook: Casebook, model: str, cancel: threading.Event
    ) -> None:
        cancel.clear()
        self._desk.host.run(
            self._check,
            casebook,
            model,
            cancel,
            on_result=dialog.end,
            on_error=dialog.end,
            on_progress=dialog.show_progress,
        )

    def _check(
        self,
        casebook: Casebook,
        model: str,
        cancel: threading.Event,
        progress: Callable[[tuple[int, int]], object],
    ) -> CheckReport:
        session = self._desk.session
        items = from_library(session.library, casebook.id)
        found = (casebook.name, casebook.id, items)
        folder = session.library.folder
        return check_library(
            found, TrialPlan(model), folder, session.engine.client, cancel, progress
        )

    def _keep_core(self, casebook: Casebook, case_ids: Sequence[str]) -> None:
        library = self._desk.library

        def make() -> Casebook:
            made = library.create_casebook(f"{casebook.name}, core", licence=casebook.licence)
            library.add_to_casebook(made.id, case_ids)
            return made

        words = f"{counted(len(case_ids), 'case')} put into “{casebook.name}, core”."
        self._desk.change_library(make, say=words)
