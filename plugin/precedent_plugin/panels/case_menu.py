"""What can be done to the selected cases, in words, with the keys that do the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from qtpy.QtWidgets import QMenu, QWidget

from precedent_plugin.cases import Case, Casebook, CaseLink
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.facts import counted

MENU_CHARACTERS: Final = 28


@dataclass(frozen=True, slots=True)
class CaseActs:
    """What the library does with its selection."""

    add: Callable[[], None]
    edit: Callable[[], None]
    delete: Callable[[], None]
    restore: Callable[[], None]
    move: Callable[[int], None]
    """Moves the selection by so many places in its casebook."""
    find_like: Callable[[], None]
    erase: Callable[[str], None]
    """Deletes a patient everywhere, by pseudonym."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is selected."""

    ids: Sequence[str]
    """In the order shown."""
    known: Sequence[Case]
    """Those that have been read; the others never came into view."""
    in_trash: bool = False

    @property
    def patient_key(self) -> str:
        """The pseudonym of the patient that all of them name; empty where there is no such."""
        keys = {case.provenance.patient_key for case in self.known}
        return keys.pop() if len(keys) == 1 and len(self.known) == len(self.ids) else ""


def selection_menu(
    parent: QWidget,
    desk: Desk,
    chosen: Chosen,
    casebooks: Sequence[Casebook],
    acts: CaseActs,
) -> QMenu:
    """Build the menu of the selected cases."""
    menu = QMenu(parent)
    menu.setObjectName("case-menu")
    if chosen.in_trash:
        _entry(menu, "Take out of the trash", acts.restore)
    else:
        _entry(menu, "Add to tray\tReturn", acts.add)
        _entry(menu, "Edit\tF2", acts.edit)
        _entry(menu, "More like this", acts.find_like)
        menu.addSeparator()
        menu.addMenu(_casebooks_menu(menu, desk, chosen.ids, casebooks))
        if desk.casebook is not None:
            take = partial(_take, desk, desk.casebook, chosen.ids)
            _entry(menu, "Take out of this casebook", take)
            _entry(menu, "Move up\tAlt+Up", partial(acts.move, -1))
            _entry(menu, "Move down\tAlt+Down", partial(acts.move, 1))
        if len(chosen.known) == len(chosen.ids) == 2:
            menu.addMenu(_link_menu(menu, desk, chosen.known))
        menu.addSeparator()
        _entry(menu, "Put into the trash\tDel", acts.delete)
    if chosen.patient_key:
        menu.addSeparator()
        _entry(menu, "Delete this patient everywhere …", partial(acts.erase, chosen.patient_key))
    return menu


def _link_menu(parent: QWidget, desk: Desk, cases: Sequence[Case]) -> QMenu:
    """Offer to say what two cases are to each other."""
    menu = QMenu("Link these two", parent)
    one, other = cases
    for first, second in ((one, other), (other, one)):
        words = f"“{short(first.answer)}” is a prior of “{short(second.answer)}”"
        _entry(menu, words, partial(_link, desk, first, CaseLink("prior-of", second.id)))
    _entry(
        menu,
        "They look alike and are not the same (contrast)",
        partial(_link, desk, one, CaseLink("contrast-to", other.id)),
    )
    return menu


def _link(desk: Desk, case: Case, link: CaseLink) -> None:
    desk.change_library(desk.library.link, case.id, link, say="The two cases are linked.")


def short(answer: str) -> str:
    """Give the beginning of an answer, as long as a menu bears."""
    return answer if len(answer) <= MENU_CHARACTERS else f"{answer[: MENU_CHARACTERS - 1]}…"


def _casebooks_menu(
    parent: QWidget, desk: Desk, ids: Sequence[str], casebooks: Sequence[Casebook]
) -> QMenu:
    menu = QMenu("Add to casebook", parent)
    for casebook in casebooks:
        entry = menu.addAction(casebook.name)
        if entry is not None:
            entry.setEnabled(casebook.id != desk.casebook)
            put = partial(_put, desk, casebook, ids)
            entry.triggered.connect(lambda _checked, put=put: put())
    menu.setEnabled(bool(casebooks))
    return menu


def _entry(menu: QMenu, words: str, act: Callable[[], None]) -> None:
    entry = menu.addAction(words)
    if entry is not None:
        entry.triggered.connect(lambda _checked: act())


def _put(desk: Desk, casebook: Casebook, ids: Sequence[str]) -> None:
    words = f"{counted(len(ids), 'case')} added to “{casebook.name}”."
    desk.change_library(desk.library.add_to_casebook, casebook.id, ids, say=words)


def _take(desk: Desk, casebook_id: str, ids: Sequence[str]) -> None:
    words = f"{counted(len(ids), 'case')} taken out of the casebook."
    desk.change_library(desk.library.remove_from_casebook, casebook_id, ids, say=words)
