"""Casebooks between the library and `.casebook` files."""

from dataclasses import dataclass, replace
from pathlib import Path

from precedent_plugin.casebook_file import read_casebook, write_casebook
from precedent_plugin.cases import Case, Casebook
from precedent_plugin.errors import LibraryError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.pseudonyms import Pseudonyms


@dataclass(frozen=True, slots=True)
class Shared:
    """A casebook as it may leave the library."""

    casebook: Casebook
    cases: tuple[Case, ...]


def export_casebook(library: CaseLibrary, casebook_id: str, path: Path) -> None:
    """Write a casebook of the library into one file, atomically. May wait.

    The pseudonyms in it are others than the library's. The days on which its cases were made stay
    at home: they may be the days on which patients were seen. So do the modality values: they may
    show what the window hides.
    """
    shared = shared_casebook(library, casebook_id)
    write_casebook(path, shared.casebook, shared.cases, library.image)


def shared_casebook(library: CaseLibrary, casebook_id: str) -> Shared:
    """Give a casebook as it may leave the library. Raises LibraryError when it is gone."""
    casebook = next((book for book in library.casebooks() if book.id == casebook_id), None)
    if casebook is None:
        raise LibraryError("This casebook is not in the library any more.", "Choose another one.")
    members = library.cases(casebook=casebook_id)
    within = frozenset(case.id for case in members)
    cases = tuple(_for_sharing(case, casebook, library.pseudonyms, within) for case in members)
    return Shared(casebook, cases)


def import_casebook(library: CaseLibrary, path: Path) -> Casebook:
    """Take a casebook file into the library as a new casebook, whole or not at all. May wait.

    A case that the library has already, word for word and pixel for pixel, is not doubled. A name
    that is taken gets a number. Raises CasebookError when the file is refused.
    """
    with read_casebook(path) as file:
        return library.take_in(file.casebook, file.cases, file.picture)


def _for_sharing(
    case: Case, casebook: Casebook, pseudonyms: Pseudonyms, shared: frozenset[str]
) -> Case:
    where = case.provenance
    return replace(
        case,
        originals=(),
        links=tuple(link for link in case.links if link.case_id in shared),
        provenance=replace(
            where,
            patient_key=pseudonyms.for_sharing(casebook.id, where.patient_key),
            study_key=pseudonyms.for_sharing(casebook.id, where.study_key),
            created="",
        ),
    )
