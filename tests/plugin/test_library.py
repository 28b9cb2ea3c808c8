"""The library keeps what it was given, says what it changed and takes it back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from precedent_plugin.cases import Case, CaseDraft, Provenance
from precedent_plugin.errors import CaseError, LibraryError, PictureError
from precedent_plugin.history import QuestionRecord
from precedent_plugin.library import CaseLibrary, LibraryChange
from precedent_plugin.pictures import content_hash
from precedent_plugin.preprocess import encode_png


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    return encode_png(pixels)


DRAFT = CaseDraft(
    "Which side is the mass on?",
    "Left",
    rationale="The dense area lies left of the midline.",
    tags=("chest", "mass"),
    provenance=Provenance("CT", "CHEST", "L", (40.0, 400.0), "p" * 32, "s" * 32, "2026-01-02"),
)
RECORD = QuestionRecord(
    id="a" * 32,
    asked_at="2026-01-02T03:04:05+00:00",
    question="Which side?",
    outcome="answered",
    answer="Left",
    model="starter (onnx, float32, CPU)",
    case_ids=("b" * 32, "c" * 32),
    image=content_hash(picture(9)),
    source="CT, frame 3 of 64",
    confidence=0.75,
    warnings=("Every reference has the answer “Left”.",),
    patient_key="p" * 32,
)


def added(library: CaseLibrary, *answers: str) -> list[Case]:
    return [
        library.add(CaseDraft("Which side?", answer), picture(seed))
        for seed, answer in enumerate(answers)
    ]


def test_case_comes_back_whole_after_reopening(folder: Path) -> None:
    first = CaseLibrary.open(folder)
    case = first.add(DRAFT, picture(1), picture(2))
    first.close()
    second = CaseLibrary.open(folder)
    assert second.cases() == [case]
    assert [second.image(sha256) for sha256 in case.images] == [picture(1), picture(2)]
    assert case.provenance == DRAFT.provenance
    second.close()


def test_picture_lies_under_its_hash(library: CaseLibrary) -> None:
    case = library.add(DRAFT, picture(1))
    sha256 = case.images[0]
    path = library.folder / "images" / sha256[:2] / f"{sha256}.png"
    assert path.read_bytes() == picture(1)


def test_same_picture_is_kept_once(library: CaseLibrary) -> None:
    library.add(DRAFT, picture(1))
    library.add(replace(DRAFT, answer="Right"), picture(1))
    assert library.health().pictures == 1


def test_adding_again_repairs_a_damaged_picture(library: CaseLibrary) -> None:
    sha256 = library.add(DRAFT, picture(1)).images[0]
    (library.folder / "images" / sha256[:2] / f"{sha256}.png").write_bytes(b"rubbish")
    library.add(replace(DRAFT, answer="Right"), picture(1))
    assert library.image(sha256) == picture(1)


def test_what_is_no_png_is_refused(library: CaseLibrary) -> None:
    with pytest.raises(PictureError, match="not a PNG"):
        library.add(DRAFT, b"GIF89a")
    assert not library.cases()


def test_newest_case_comes_first(library: CaseLibrary) -> None:
    added(library, "one", "two", "three")
    assert [case.answer for case in library.cases()] == ["three", "two", "one"]
    assert [case.answer for case in library.cases(limit=1)] == ["three"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("mass", True),
        ("MAS", True),
        ("left mass", True),
        ("dense midl", True),
        ("chest", True),
        ("kidney", False),
        ("left kidney", False),
        ("", True),
        ('"', True),
        ('" OR answer:*', False),
        ("mass NOT left", False),
        ("mass) OR (x", False),
        ("répond", False),
    ],
)
def test_search_needs_every_word_and_knows_no_operators(
    library: CaseLibrary, query: str, found: bool
) -> None:
    library.add(DRAFT, picture(1))
    assert bool(library.cases(query)) is found


def test_search_ignores_accents(library: CaseLibrary) -> None:
    library.add(CaseDraft("Où est la lésion?", "À gauche"), picture(1))
    assert library.cases("lesion")


def test_search_follows_edits(library: CaseLibrary) -> None:
    case = library.add(DRAFT, picture(1))
    library.update(replace(case, answer="Right", rationale=None))
    assert library.cases("right")
    assert not library.cases("midline")


def test_edit_raises_the_revision(library: CaseLibrary) -> None:
    case = library.add(DRAFT, picture(1))
    edited = library.update(replace(case, answer="Right"))
    assert (edited.answer, edited.revision) == ("Right", case.revision + 1)
    assert library.find(case.id) == edited


def test_edit_of_an_outdated_case_is_refused(library: CaseLibrary) -> None:
    case = library.add(DRAFT, picture(1))
    library.update(replace(case, answer="Right"))
    with pytest.raises(LibraryError, match="changed or deleted elsewhere"):
        library.update(replace(case, answer="Middle"))
    assert library.cases()[0].answer == "Right"


def test_deleted_case_lies_in_the_trash_until_restored(library: CaseLibrary) -> None:
    one, two = added(library, "one", "two")
    library.delete([one.id])
    assert library.cases() == [two]
    assert library.find(one.id) is None
    assert library.trash() == [one]
    library.restore([one.id])
    assert library.cases() == [two, one]


def test_restored_case_stands_where_it_stood_in_its_casebook(library: CaseLibrary) -> None:
    cases = added(library, "one", "two", "three")
    book = library.create_casebook("Sides")
    library.add_to_casebook(book.id, [case.id for case in cases])
    library.delete([cases[1].id])
    assert library.cases(casebook=book.id) == [cases[0], cases[2]]
    library.restore([cases[1].id])
    assert library.cases(casebook=book.id) == cases


def test_emptied_trash_takes_pictures_with_it(library: CaseLibrary) -> None:
    one, two = added(library, "one", "two")
    library.delete([one.id])
    assert library.empty_trash() == 1
    assert library.trash() == []
    with pytest.raises(LibraryError, match="missing"):
        library.image(one.images[0])
    assert library.image(two.images[0])


def test_emptied_trash_spares_a_picture_that_another_case_has(library: CaseLibrary) -> None:
    one = library.add(DRAFT, picture(1))
    library.add(replace(DRAFT, answer="Right"), picture(1))
    library.delete([one.id])
    library.empty_trash()
    assert library.image(one.images[0]) == picture(1)


def test_undo_walks_back_through_every_kind_of_change(library: CaseLibrary) -> None:
    case = library.add(DRAFT, picture(1))
    edited = library.update(replace(case, answer="Right"))
    library.delete([case.id])
    assert library.undo() == "Deletion"
    assert library.cases() == [edited]
    assert library.undo() == "Edit of a case"
    assert library.cases()[0].answer == "Left"
    assert library.undo() == "New case"
    assert library.cases() == []
    assert library.undo() is None


def test_undo_brings_a_casebook_back_in_its_order(library: CaseLibrary) -> None:
    cases = added(library, "one", "two", "three")
    book = library.create_casebook("Sides", description="What lies where")
    library.add_to_casebook(book.id, [case.id for case in cases])
    library.order_casebook(book.id, [case.id for case in reversed(cases)])
    library.delete_casebook(book.id)
    library.undo()
    assert library.casebooks()[0].description == "What lies where"
    assert library.cases(casebook=book.id) == cases[::-1]
    library.undo()
    assert library.cases(casebook=book.id) == cases


def test_undo_that_is_no_longer_possible_says_so_and_changes_nothing(
    library: CaseLibrary, folder: Path
) -> None:
    case = library.add(DRAFT, picture(1))
    edited = library.update(replace(case, answer="Right"))
    other = CaseLibrary.open(folder)
    other.update(replace(edited, answer="Middle"))
    other.close()
    with pytest.raises(LibraryError, match="changed or deleted elsewhere"):
        library.undo()
    assert library.cases()[0].answer == "Middle"


def test_casebook_keeps_order_and_doubles_nothing(library: CaseLibrary) -> None:
    one, two, three = added(library, "one", "two", "three")
    book = library.create_casebook("Sides")
    library.add_to_casebook(book.id, [three.id, one.id])
    library.add_to_casebook(book.id, [one.id, two.id])
    assert library.cases(casebook=book.id) == [three, one, two]
    library.remove_from_casebook(book.id, [one.id])
    assert library.cases(casebook=book.id) == [three, two]
    assert library.casebooks()[0].case_count == 2


def test_search_works_inside_a_casebook(library: CaseLibrary) -> None:
    one, two = added(library, "one", "two")
    book = library.create_casebook("Sides")
    library.add_to_casebook(book.id, [one.id])
    assert library.cases("two", casebook=book.id) == []
    assert library.cases("one", casebook=book.id) == [one]
    assert library.cases("two") == [two]


@pytest.mark.parametrize("name", ["", "   ", "sides", "x" * 201])
def test_casebook_name_must_be_new_and_short(library: CaseLibrary, name: str) -> None:
    library.create_casebook("Sides")
    with pytest.raises(LibraryError):
        library.create_casebook(name)
    assert len(library.casebooks()) == 1


def test_order_that_names_a_stranger_is_refused(library: CaseLibrary) -> None:
    one, two = added(library, "one", "two")
    book = library.create_casebook("Sides")
    library.add_to_casebook(book.id, [one.id])
    with pytest.raises(LibraryError, match="changed elsewhere"):
        library.order_casebook(book.id, [two.id, one.id])
    assert library.cases(casebook=book.id) == [one]


def test_failed_change_leaves_nothing_behind(library: CaseLibrary) -> None:
    (one,) = added(library, "one")
    book = library.create_casebook("Sides")
    library.add_to_casebook(book.id, [one.id])
    with pytest.raises(LibraryError, match="not in the library"):
        library.add_to_casebook(book.id, ["f" * 32])
    assert library.cases(casebook=book.id) == [one]


def test_question_comes_back_from_history_with_its_picture(library: CaseLibrary) -> None:
    library.record_question(RECORD, picture(9))
    assert library.history() == [RECORD]
    assert library.image(RECORD.image) == picture(9)


def test_history_gives_the_newest_first(library: CaseLibrary) -> None:
    library.record_question(RECORD, picture(9))
    library.record_question(replace(RECORD, id="d" * 32), picture(9))
    assert [record.id for record in library.history(limit=1)] == ["d" * 32]


def test_cleared_history_spares_the_pictures_of_cases(library: CaseLibrary) -> None:
    library.add(DRAFT, picture(1))
    library.record_question(RECORD, picture(9))
    library.record_question(
        replace(RECORD, id="d" * 32, image=content_hash(picture(1))), picture(1)
    )
    assert library.clear_history() == 2
    assert library.health().pictures == 1
    assert library.image(content_hash(picture(1)))


def test_change_is_told_once_it_is_made(library: CaseLibrary) -> None:
    told: list[tuple[LibraryChange, int]] = []
    library.changed.connect(lambda change: told.append((change, len(library.cases()))))
    case = library.add(DRAFT, picture(1))
    library.delete([case.id])
    library.delete([case.id])
    assert told == [
        (LibraryChange("cases", (case.id,)), 1),
        (LibraryChange("cases", (case.id,)), 0),
    ]


def test_changes_are_told_through_deliver(folder: Path) -> None:
    waiting: list[Callable[[], None]] = []
    library = CaseLibrary.open(folder, deliver=waiting.append)
    told: list[LibraryChange] = []
    library.changed.connect(told.append)
    library.add(DRAFT, picture(1))
    assert not told
    waiting.pop()()
    assert len(told) == 1
    library.close()


def test_second_window_sees_and_hears_of_changes(library: CaseLibrary, folder: Path) -> None:
    other = CaseLibrary.open(folder)
    told: list[LibraryChange] = []
    other.changed.connect(told.append)
    assert not other.poll()
    case = library.add(DRAFT, picture(1))
    assert other.poll()
    assert not other.poll()
    assert other.cases() == [case]
    assert told == [LibraryChange("elsewhere")]
    other.close()


def test_own_changes_are_not_taken_for_others(library: CaseLibrary) -> None:
    library.add(DRAFT, picture(1))
    assert not library.poll()


def test_patient_is_recognised_and_never_named(library: CaseLibrary, folder: Path) -> None:
    key = library.pseudonyms.patient("DOE^JANE 123")
    library.add(replace(DRAFT, provenance=Provenance(patient_key=key)), picture(1))
    library.close()
    again = CaseLibrary.open(folder)
    assert again.pseudonyms.patient("DOE^JANE 123") == key
    assert again.pseudonyms.patient("DOE^JANE 124") != key
    assert again.pseudonyms.study("DOE^JANE 123") != key
    again.close()
    for path in folder.rglob("*"):
        assert path.is_dir() or b"DOE" not in path.read_bytes()


def test_two_libraries_give_one_patient_two_pseudonyms(tmp_path: Path) -> None:
    one, two = CaseLibrary.open(tmp_path / "one"), CaseLibrary.open(tmp_path / "two")
    assert one.pseudonyms.patient("123") != two.pseudonyms.patient("123")
    one.close()
    two.close()


def test_health_counts_without_content(library: CaseLibrary) -> None:
    one, two = added(library, "one", "two")
    library.delete([two.id])
    (library.folder / "images" / one.images[0][:2] / f"{one.images[0]}.png").unlink()
    health = library.health()
    assert (health.cases, health.trashed_cases, health.missing_pictures) == (1, 1, 1)
    assert health.integrity == "ok"
    assert not health.is_sound


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(), max_size=40))
def test_any_words_can_be_searched_for(library: CaseLibrary, query: str) -> None:
    assert library.cases(query) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=30))
def test_case_is_found_by_its_own_words(library: CaseLibrary, words: str) -> None:
    answer = f"x{words}"
    case = library.add(CaseDraft("Which?", answer), picture(1))
    assert library.find(case.id) == case
    assert case in library.cases("x")


def test_half_a_character_is_refused() -> None:
    with pytest.raises(CaseError, match="half a character"):
        CaseDraft("Which?", "left \ud800")
