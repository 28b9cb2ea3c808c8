"""Find casebooks of the library by what a user types."""

import difflib

from precedent_plugin.cases import Casebook
from precedent_plugin.errors import UsageError
from precedent_plugin.library import CaseLibrary


def find_casebook(library: CaseLibrary, words: str) -> Casebook:
    """Give the casebook of that name or id; case does not matter, nor does the end if it is clear.

    Raises UsageError, naming what comes close.
    """
    books = library.casebooks()
    wanted = words.strip().casefold()
    exact = [book for book in books if wanted in (book.name.casefold(), book.id)]
    begun = [book for book in books if wanted and book.name.casefold().startswith(wanted)]
    for found in (exact, begun):
        if len(found) == 1:
            return found[0]
    names = [book.name for book in books]
    close = difflib.get_close_matches(words, names, n=3) or names[:3]
    raise UsageError(
        f"The library has no casebook “{words}”.",
        f"It has {', '.join(f'“{name}”' for name in close)}."
        if close
        else "Import one, or make one with `precedent casebook new NAME`.",
    )
