"""Hanging protocols in the window: the commands, and what happens when a study was opened."""

from precedent_resources import PrecedentError
from precedent_viewer.commands import Command
from precedent_viewer.hanging.arranging import Arranger, LinkSwitches
from precedent_viewer.hanging.book import HangingBook
from precedent_viewer.hanging.hanger import Hanger
from precedent_viewer.hanging.recent import RecentStudies
from precedent_viewer.hanging.rules import Rule
from precedent_viewer.hanging.words import quoted
from precedent_viewer.model.voi import Window
from precedent_viewer.panels.hanging.book_dialog import BookDialog
from precedent_viewer.panels.hanging.rule_dialog import RuleDialog
from precedent_viewer.parts import Parts

KEEP, HANG, UNDO = "Ctrl+Shift+H", "Shift+H", "Alt+H"


class Hanging:
    """What the commands call."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        arranger = Arranger(parts.views, parts.tree, LinkSwitches(parts.registry))
        book = HangingBook(parts.data_folder)
        self.hanger = Hanger(
            parts.views, parts.tree, arranger, book, RecentStudies(parts.data_folder)
        )
        self.hanger.changed.connect(lambda: parts.registry.refreshed.emit())
        book.changed.connect(lambda: parts.registry.refreshed.emit())
        if book.problem is not None:
            parts.shell.notify(book.problem.message, book.problem.hint, "warning")

    def keep(self) -> None:
        """Make a protocol of what is on the screen, to be read, changed and tried first."""
        rule = self.hanger.demonstrated()
        if rule is None:
            self._parts.shell.notify("Nothing is shown that could be kept.", "Open a study first.")
            return
        filled = sum(view.series is not None for view in self._parts.views.main.all)
        if sum(place.series is not None for place in rule.places) < filled:
            self._parts.shell.notify(
                "Some viewports show another patient or a reformat; the protocol leaves them empty."
            )
        self.edit(rule)

    def edit(self, rule: Rule) -> None:
        """Open the dialog of one protocol."""
        dialog = RuleDialog(
            rule, self.hanger.recent.studies, self._windows, self._parts.shell.theme(),
            self._parts.window,
        )  # fmt: skip
        dialog.on_save = self.hanger.book.put
        self._parts.shell.show_dialog(dialog)

    def edit_all(self) -> None:
        """Open the list of all protocols."""
        self._parts.shell.show_dialog(BookDialog(self.hanger.book, self.edit, self._parts.window))

    def hang(self) -> None:
        """Hang the current study by the first protocol that fits, then by the next one."""
        found = self.hanger.hang_next()
        if found is None:
            self._parts.shell.notify(
                "No hanging protocol fits this study.",
                "Hanging protocols, in the Layout menu, says why for each.",
            )
        else:
            self._say_hung(found.rule)

    def opened(self) -> None:
        """Hang or offer after an opening."""
        offer = self.hanger.opened()
        self._parts.tasks.run(
            self.hanger.recent.save, on_result=lambda _done: None, on_error=self._warn,
            pool="settings",
        )  # fmt: skip
        if offer is None:
            return
        if offer.is_hung:
            self._say_hung(offer.match.rule)
        else:
            self._parts.shell.notify(
                f"{quoted((offer.match.rule.name,), '')} fits this study.", f"{HANG} hangs it."
            )

    def _warn(self, error: PrecedentError) -> None:
        self._parts.shell.notify(error.message, error.hint, "warning")

    def can_hang(self) -> bool:
        """Whether there are protocols and something to hang."""
        return bool(self.hanger.book.rules) and bool(self._parts.tree.studies)

    def _say_hung(self, rule: Rule) -> None:
        self._parts.shell.notify(f"Hung as {quoted((rule.name,), '')}.", f"{UNDO} takes it back.")

    def _windows(self, modality: str) -> tuple[Window, ...]:
        every = self._parts.presets.presets
        return tuple(one.window for one in every if one.modality == modality)


def attach(parts: Parts) -> None:
    """Add the commands of hanging protocols and follow openings."""
    hanging = Hanging(parts)
    hanger = hanging.hanger
    menu = "Layout/Hanging"
    parts.registry.add(
        Command("hanging.keep-layout", "Always hang like this…", hanging.keep, menu, KEEP,
                parts.view.has_series, "pin", "Make a rule of what is on the screen, read it in "
                "plain words and try it on the last studies.", group=5),
        Command("hanging.hang-study", "Hang by protocol", hanging.hang, menu, HANG,
                hanging.can_hang, "layout", "Lay out the newest study of this patient by the first "
                "protocol that fits; again takes the next one.", group=5),
        Command("hanging.undo-hanging", "Take back hanging", hanger.undo, menu, UNDO,
                lambda: hanger.can_undo, "undo",
                "Bring back the viewports as they were before the last hanging.", group=5),
        Command("hanging.edit-protocols", "Hanging protocols…", hanging.edit_all, menu, None, None,
                "settings", "Change, order, switch, import and export hanging protocols.",
                group=5),
    )  # fmt: skip
    parts.shell.on_opened(hanging.opened)
