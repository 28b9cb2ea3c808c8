"""Casebooks between the library and `.casebook` files."""

from pathlib import Path

from precedent_plugin.cases import Casebook
from precedent_plugin.library import CaseLibrary


def export_casebook(library: CaseLibrary, casebook_id: str, path: Path) -> None:
    """Write a casebook of the library into one file, atomically. May wait."""
    raise NotImplementedError


def import_casebook(library: CaseLibrary, path: Path) -> Casebook:
    """Take a casebook file into the library as a new casebook, whole or not at all. May wait.

    A case that the library has already, word for word and pixel for pixel, is not doubled. A name
    that is taken gets a number. Raises CasebookError when the file is refused.
    """
    raise NotImplementedError
