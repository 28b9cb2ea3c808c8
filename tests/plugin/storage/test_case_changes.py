"""Bulk edits, links and other pictures are one change each, and one undo."""

from dataclasses import replace
from typing import Final

import pytest
from tests.plugin.storage.made import added, picture, values

from precedent_plugin.cases import CaseDraft, CaseLink, Provenance
from precedent_plugin.errors import CaseError, LibraryError
from precedent_plugin.library import CaseLibrary, LibraryChange
from precedent_plugin.originals import pack

PRIOR: Final = "prior-of"
CONTRAST: Final = "contrast-to"


def test_case_keeps_what_is_said_about_it(library: CaseLibrary) -> None:
    draft = CaseDraft(
        "Which side?",
        "Left",
        provenance=Provenance("CR", spacing_mm=(0.143, 0.15), is_inverted=True),
        task="side",
        teaching_point="The heart lies left.",
        author="Dr Example",
    )
    case = library.add(draft, picture(1))
    assert library.find(case.id) == case
    assert (case.task, case.teaching_point, case.author) == (
        "side", "The heart lies left.", "Dr Example",
    )  # fmt: skip
    assert case.provenance == draft.provenance


def test_micrometres_a_pixel_are_kept(library: CaseLibrary) -> None:
    case = library.add(CaseDraft("What is it?", "A gland", provenance=Provenance(mpp=0.25)),
                       picture(1))  # fmt: skip
    found = library.find(case.id)
    assert found is not None
    assert found.provenance.mpp == 0.25


@pytest.mark.parametrize("size", [0.0, -1.0, float("inf"), float("nan")])
def test_spacing_that_is_none_is_refused(size: float) -> None:
    with pytest.raises(CaseError, match="must be above 0"):
        Provenance(spacing_mm=(1.0, size))


@pytest.mark.parametrize("query", ["heart", "side exam", "dr example", "abdomen", "mr"])
def test_search_finds_every_word_that_is_said_of_a_case(library: CaseLibrary, query: str) -> None:
    where = Provenance("MR", "ABDOMEN")
    draft = CaseDraft("Where?", "Left", provenance=where, task="side", author="Dr Example")
    case = library.add(replace(draft, teaching_point="The heart lies left."), picture(1))
    added(library, "Right")
    assert list(library.cases(query)) == [case]


def test_many_cases_are_edited_and_taken_back_at_once(library: CaseLibrary) -> None:
    cases = added(library, "one", "two", "three")
    told: list[LibraryChange] = []
    library.changed.connect(told.append)
    library.update_all([replace(case, tags=("chest",), author="Dr Example") for case in cases])
    assert [case.tags for case in library.cases()] == [("chest",)] * 3
    assert told == [LibraryChange("cases", tuple(case.id for case in cases))]
    assert library.undo() == "Edit of 3 cases"
    assert [(case.tags, case.author) for case in library.cases()] == [((), "")] * 3


def test_bulk_edit_of_one_outdated_case_changes_none(library: CaseLibrary) -> None:
    one, two = added(library, "one", "two")
    library.update(replace(two, answer="zwei"))
    with pytest.raises(LibraryError, match="changed or deleted elsewhere"):
        library.update_all([replace(one, answer="eins"), replace(two, answer="deux")])
    assert [case.answer for case in library.cases()] == ["zwei", "one"]


def test_link_is_seen_from_both_ends_and_taken_back(library: CaseLibrary) -> None:
    early, late = added(library, "early", "late")
    library.link(early.id, CaseLink(PRIOR, late.id))
    found = library.find(early.id)
    assert found is not None
    assert found.links == (CaseLink(PRIOR, late.id),)
    assert library.links_to(late.id) == [CaseLink(PRIOR, early.id)]
    assert library.undo() == "Link of cases"
    assert library.links_to(late.id) == []


def test_unlinking_is_taken_back(library: CaseLibrary) -> None:
    one, other = added(library, "one", "other")
    library.link(one.id, CaseLink(CONTRAST, other.id))
    library.unlink(one.id, CaseLink(CONTRAST, other.id))
    assert library.links_to(other.id) == []
    assert library.undo() == "Unlinking"
    assert library.links_to(other.id) == [CaseLink(CONTRAST, one.id)]


def test_same_link_twice_is_one(library: CaseLibrary) -> None:
    one, other = added(library, "one", "other")
    for _ in range(2):
        library.link(one.id, CaseLink(CONTRAST, other.id))
    assert library.links_to(other.id) == [CaseLink(CONTRAST, one.id)]
    assert library.undo() == "Link of cases"
    assert library.undo() == "New case"


def test_edit_leaves_links_alone(library: CaseLibrary) -> None:
    one, other = added(library, "one", "other")
    library.link(one.id, CaseLink(CONTRAST, other.id))
    edited = library.update(replace(one, answer="eins"))
    assert edited.links == (CaseLink(CONTRAST, other.id),)


def test_link_outlives_the_trash_and_goes_with_the_case(library: CaseLibrary) -> None:
    one, other = added(library, "one", "other")
    library.link(one.id, CaseLink(CONTRAST, other.id))
    library.delete([other.id])
    library.restore([other.id])
    assert library.links_to(other.id) == [CaseLink(CONTRAST, one.id)]
    library.delete([other.id])
    library.empty_trash()
    (left,) = library.cases()
    assert left.links == ()


def test_link_to_itself_or_to_nothing_is_refused(library: CaseLibrary) -> None:
    (one,) = added(library, "one")
    with pytest.raises(LibraryError, match="to itself"):
        library.link(one.id, CaseLink(CONTRAST, one.id))
    with pytest.raises(LibraryError, match="not in the library any more"):
        library.link(one.id, CaseLink(CONTRAST, "f" * 32))


def test_original_comes_back_value_for_value(library: CaseLibrary) -> None:
    draft = CaseDraft("Which side?", "Left")
    case = library.add(draft, picture(1), picture(2), original=pack(values(1)))
    kept = library.original(case)
    assert kept is not None
    assert (kept == values(1)).all()
    assert case.originals[1] is None
    assert library.original(added(library, "one")[0]) is None
    assert library.find(case.id) == case


def test_masked_picture_replaces_the_one_with_the_name_and_its_original(
    library: CaseLibrary,
) -> None:
    case = library.add(CaseDraft("Which?", "Left"), picture(1), original=pack(values(1)))
    masked = library.show_other_picture(case, 0, picture(2))
    assert library.image(masked.images[0]) == picture(2)
    assert library.original(masked) is None
    library.delete([])
    library.undo()
    (back,) = library.cases()
    assert library.image(back.images[0]) == picture(1)
    kept = library.original(back)
    assert kept is not None
    assert (kept == values(1)).all()


def test_emptied_trash_takes_the_former_picture_of_a_masked_case(library: CaseLibrary) -> None:
    case = library.add(CaseDraft("Which?", "Left"), picture(1), original=pack(values(1)))
    library.show_other_picture(case, 0, picture(2))
    library.empty_trash()
    files = [path for path in library.folder.rglob("*") if path.suffix in (".png", ".gz")]
    assert [path.read_bytes() for path in files] == [picture(2)]


def test_name_of_a_casebook_is_taken_back(library: CaseLibrary) -> None:
    book = library.create_casebook("Sides")
    library.describe_casebook(replace(book, name="Left and right"))
    assert library.undo() == "Title page of a casebook"
    assert [found.name for found in library.casebooks()] == ["Sides"]
