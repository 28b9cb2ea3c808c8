"""What can be done to the selected cases, in words, with the keys that do the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from qtpy.QtWidgets import QMenu, QWidget

from precedent_plugin.cases import Case, Casebook
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.facts import counted


@dataclass(frozen=True, slots=True)
class CaseActs:
    """What the library does with its selection."""

    add: Callable[[], None]
    edit: Callable[[], None]
    delete: Callable[[], None]
    restore: Callable[[], None]
    erase: Callable[[str], None]
    """Deletes a patient everywhere, by pseudonym."""


def _casebooks_menu(
    parent: QWidget, desk: Desk, cases: Sequence[Case], casebooks: Sequence[Casebook]
) -> QMenu:
    menu = QMenu("Add to casebook", parent)
    ids = [case.id for case in cases]
    for casebook in casebooks:
        entry = menu.addAction(casebook.name)
        if entry is not None:
            entry.setEnabled(casebook.id != desk.casebook)
            put = partial(_put, desk, casebook, ids)
            entry.triggered.connect(lambda _checked, put=put: put())
    menu.setEnabled(bool(casebooks))
    return menu


def selection_menu(
    parent: QWidget,
    desk: Desk,
    cases: Sequence[Case],
    casebooks: Sequence[Casebook],
    *,
    acts: CaseActs,
    in_trash: bool,
) -> QMenu:
    """Build the menu of the selected cases."""
    menu = QMenu(parent)
    menu.setObjectName("case-menu")
    if in_trash:
        _entry(menu, "Take out of the trash", acts.restore)
        _erase_entry(menu, cases, acts)
        return menu
    _entry(menu, "Add to tray\tReturn", acts.add)
    _entry(menu, "Edit\tF2", acts.edit)
    menu.addSeparator()
    menu.addMenu(_casebooks_menu(menu, desk, cases, casebooks))
    if desk.casebook is not None:
        take = partial(_take, desk, desk.casebook, [case.id for case in cases])
        _entry(menu, "Take out of this casebook", take)
    menu.addSeparator()
    _entry(menu, "Put into the trash\tDel", acts.delete)
    _erase_entry(menu, cases, acts)
    return menu


def _erase_entry(menu: QMenu, cases: Sequence[Case], acts: CaseActs) -> None:
    """Offer it where the selection is of one patient."""
    keys = {case.provenance.patient_key for case in cases}
    key = keys.pop() if len(keys) == 1 else ""
    if key:
        menu.addSeparator()
        _entry(menu, "Delete this patient everywhere …", lambda: acts.erase(key))


def _entry(menu: QMenu, words: str, act: Callable[[], None]) -> None:
    entry = menu.addAction(words)
    if entry is not None:
        entry.triggered.connect(lambda _checked: act())


def _put(desk: Desk, casebook: Casebook, ids: list[str]) -> None:
    words = f"{counted(len(ids), 'case')} added to “{casebook.name}”."
    desk.change_library(desk.library.add_to_casebook, casebook.id, ids, say=words)


def _take(desk: Desk, casebook_id: str, ids: list[str]) -> None:
    words = f"{counted(len(ids), 'case')} taken out of the casebook."
    desk.change_library(desk.library.remove_from_casebook, casebook_id, ids, say=words)
