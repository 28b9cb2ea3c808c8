"""A list is read a window at a time; the windows laid side by side are the list."""

import pytest
from tests.plugin.storage.made import added

from precedent_plugin.library import CaseLibrary


@pytest.mark.parametrize("query", ["", "which", "o"])
def test_windows_side_by_side_are_the_list(library: CaseLibrary, query: str) -> None:
    added(library, *(f"o{number}" for number in range(7)))
    whole = list(library.cases(query))
    windows = [list(library.cases(query, limit=3, offset=start)) for start in (0, 3, 6, 9)]
    assert [len(window) for window in windows] == [3, 3, 1, 0]
    assert [case for window in windows for case in window] == whole
    assert library.count(query) == 7


def test_windows_keep_a_casebooks_order(library: CaseLibrary) -> None:
    cases = added(library, "one", "two", "three", "four")
    book = library.create_casebook("Sides")
    order = [cases[place] for place in (2, 0, 3, 1)]
    library.add_to_casebook(book.id, [case.id for case in order])
    assert list(library.cases(casebook=book.id, limit=2, offset=1)) == order[1:3]
    assert library.count(casebook=book.id) == 4


def test_count_leaves_the_trash_out(library: CaseLibrary) -> None:
    one, *_ = added(library, "one", "two", "three")
    book = library.create_casebook("Sides")
    library.add_to_casebook(book.id, [one.id])
    library.delete([one.id])
    assert (library.count(), library.count("one"), library.count(casebook=book.id)) == (2, 0, 0)
