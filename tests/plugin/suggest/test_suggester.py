"""Suggestions from libraries in which it is known what belongs to what."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.plugin.suggest.made import EMBEDDER, counted, embed, picture, planted

from precedent_inference.embedding.embeddings import EmbedderId
from precedent_plugin.cases import Case, CaseDraft, Provenance
from precedent_plugin.errors import UsageError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.references import CasePicture, from_library
from precedent_plugin.storage.suggestion_rows import Scope
from precedent_plugin.suggest.collection import FileCollection, LibraryCollection
from precedent_plugin.suggest.query import SuggestQuery
from precedent_plugin.suggest.refresh import refresh
from precedent_plugin.suggest.suggester import Suggester
from precedent_plugin.suggest.suggestions import Suggestions

NEW = 99
"""Seed of a picture that no library holds."""
UNRELATED = 1234
"""A kind of which no library holds a picture."""


def suggester(library: CaseLibrary) -> Suggester:
    refresh(library, embed)
    return Suggester(LibraryCollection(library), embed)


def answers(found: Suggestions) -> list[str]:
    return [row.case.answer for row in found.rows]


def chips(found: Suggestions) -> list[list[str]]:
    return [[reason.words for reason in row.reasons] for row in found.rows]


def test_the_planted_kind_is_found(library: CaseLibrary) -> None:
    planted(library)
    found = suggester(library).suggest(SuggestQuery(picture(2, NEW)))
    assert answers(found) == ["kind 2"] * 4
    assert found.sentence == ""
    assert [row.score for row in found.rows] == sorted(
        (row.score for row in found.rows), reverse=True
    )


def test_fewer_come_than_were_asked_for_where_fewer_belong(library: CaseLibrary) -> None:
    planted(library, kinds=4, each=3)
    found = suggester(library).suggest(SuggestQuery(picture(2, NEW), count=8))
    assert answers(found) == ["kind 2"] * 3
    assert found.sentence.startswith("3 of 8: ")


def test_a_query_of_no_kind_gives_nothing_and_says_why(library: CaseLibrary) -> None:
    planted(library, kinds=6)
    found = suggester(library).suggest(SuggestQuery(picture(UNRELATED, 0), "What is shown?"))
    assert found.rows == ()
    assert found.counter_examples == ()
    assert found.sentence.startswith("No case has a picture like this one: the nearest reaches 0.")


def test_words_decide_between_like_pictures(library: CaseLibrary) -> None:
    for seed in range(4):
        for finding in ("fracture", "effusion"):
            draft = CaseDraft(f"Is there a {finding}?", finding)
            library.add(draft, picture(1, 10 * seed + len(finding)))
            library.add(draft, picture(7, 10 * seed + len(finding)))
    made = suggester(library)
    found = made.suggest(SuggestQuery(picture(1, NEW), "Is there an effusion?"))
    assert answers(found) == ["effusion"] * 4
    words = made.suggest(SuggestQuery(picture(1, NEW), "Any fracture?", image_weight=0.2))
    assert set(answers(words)) == {"fracture"}


def test_with_all_weight_on_the_picture_the_words_do_not_matter(library: CaseLibrary) -> None:
    planted(library)
    made = suggester(library)
    one = made.suggest(SuggestQuery(picture(2, NEW), "Anything?", image_weight=1))
    other = made.suggest(SuggestQuery(picture(2, NEW)))
    assert answers(one) == answers(other)
    assert one.rows[0].text_likeness is None


def test_words_alone_need_no_encoder(library: CaseLibrary) -> None:
    planted(library, 2, 2, "Is there a fracture?")
    planted(library, 2, 2, "Which plane is it?")
    made, calls = counted()
    found = Suggester(LibraryCollection(library), made).suggest(
        SuggestQuery(question="A fracture, is there one?")
    )
    assert {row.case.question for row in found.rows} == {"Is there a fracture?"}
    assert found.rows[0].image_likeness is None
    assert calls == []


def test_words_that_nobody_asked_give_nothing(library: CaseLibrary) -> None:
    planted(library)
    found = suggester(library).suggest(SuggestQuery(question="Spaceship?"))
    assert found.rows == ()
    assert "No case has a question like this one" in found.sentence


def test_more_like_a_case_finds_its_kind_without_it(library: CaseLibrary) -> None:
    cases = planted(library)
    made, calls = counted()
    refresh(library, embed)
    found = Suggester(LibraryCollection(library), made).suggest(SuggestQuery(like=(cases[13].id,)))
    assert answers(found) == ["kind 2"] * 4
    assert cases[13].id not in {row.case.id for row in found.rows}
    assert calls == [0]


def test_the_planted_counter_example_is_found(library: CaseLibrary) -> None:
    planted(library, kinds=4)
    odd = library.add(CaseDraft("What is shown?", "not kind 2"), picture(2, 77, spread=0.5))
    library.add(CaseDraft("Which plane?", "axial"), picture(2, 78, spread=0.4))
    found = suggester(library).suggest(SuggestQuery(picture(2, NEW), "What is shown?"))
    assert answers(found) == ["kind 2"] * 4
    assert [row.case.id for row in found.counter_examples] == [odd.id]
    assert "another answer" in [reason.words for reason in found.counter_examples[0].reasons]


def test_a_row_with_another_answer_than_most_says_so(library: CaseLibrary) -> None:
    planted(library, kinds=4)
    odd = library.add(CaseDraft("What is shown?", "not kind 2"), picture(2, 77, spread=0.1))
    found = suggester(library).suggest(SuggestQuery(picture(2, NEW), "What is shown?"))
    assert [row.case.id for row in found.rows if row.has_other_answer] == [odd.id]
    assert found.counter_examples == ()


def test_the_very_picture_is_left_out(library: CaseLibrary) -> None:
    cases = planted(library)
    shown = library.image(cases[14].images[0])
    found = suggester(library).suggest(SuggestQuery(shown))
    assert found.copies == 1
    assert cases[14].id not in {row.case.id for row in found.rows}


def keyed(library: CaseLibrary, seed: int, key: str, study: str) -> Case:
    where = Provenance(patient_key=key, study_key=study)
    return library.add(CaseDraft("What?", key, provenance=where), picture(1, seed))


@pytest.mark.parametrize(
    "scope",
    [
        Scope(excluded_patients=frozenset({"b"})),
        Scope(excluded_studies=frozenset({"s2"})),
    ],
)
def test_the_same_patient_is_left_out(library: CaseLibrary, scope: Scope) -> None:
    for seed in range(3):
        keyed(library, seed, "a", "s1")
        keyed(library, 10 + seed, "b", "s2")
    planted(library, kinds=4)
    found = suggester(library).suggest(SuggestQuery(picture(1, NEW), scope=scope, count=20))
    assert "b" not in answers(found)
    assert "a" in answers(found)


def described(library: CaseLibrary) -> list[Case]:
    parts = [
        (("Acute", "left"), "CT", "CHEST"),
        (("acute",), "CT", "HEAD"),
        (("old",), "MR", "HEAD"),
        ((), "", ""),
    ]
    return [
        library.add(
            CaseDraft("What?", str(at), tags=tags, provenance=Provenance(modality, part)),
            picture(at, at),
        )
        for at, (tags, modality, part) in enumerate(parts)
    ]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), {"0", "1", "2", "3"}),
        (Scope(tags=("ACUTE",)), {"0", "1"}),
        (Scope(tags=("acute", "left")), {"0"}),
        (Scope(modality="ct"), {"0", "1"}),
        (Scope(body_part="head"), {"1", "2"}),
        (Scope(modality="MR", body_part="chest"), set[str]()),
    ],
)
def test_library_and_file_are_filtered_alike(
    library: CaseLibrary, scope: Scope, expected: set[str]
) -> None:
    cases = described(library)
    made = LibraryCollection(library)
    there = made.cases(made.within(scope)).values()
    file = FileCollection([CasePicture(case, ()) for case in cases], embed)
    assert {case.answer for case in there} == expected
    assert {cases[number].answer for number in file.within(scope)} == expected


def test_filters_that_nothing_passes_say_so(library: CaseLibrary) -> None:
    planted(library)
    query = SuggestQuery(picture(2, NEW), scope=Scope(tags=("none",)))
    assert suggester(library).suggest(query).sentence == "No case passes the filters."


def test_a_casebook_is_kept_to(library: CaseLibrary) -> None:
    cases = planted(library)
    book = library.create_casebook("Two of them")
    chosen = {cases[12].id, cases[13].id}
    library.add_to_casebook(book.id, sorted(chosen))
    query = SuggestQuery(picture(2, NEW), scope=Scope(casebook_id=book.id))
    assert {row.case.id for row in suggester(library).suggest(query).rows} == chosen


def test_a_file_and_the_library_suggest_the_same(library: CaseLibrary) -> None:
    cases = planted(library)
    book = library.create_casebook("All")
    library.add_to_casebook(book.id, [case.id for case in cases])
    file = FileCollection(from_library(library, book.id), embed)
    query = SuggestQuery(picture(2, NEW), "What is shown?")
    there, here = suggester(library).suggest(query), Suggester(file, embed).suggest(query)
    assert {row.case.id for row in there.rows} == {row.case.id for row in here.rows}


def test_a_twin_gives_way_to_something_new(library: CaseLibrary) -> None:
    for seed in range(3):
        library.add(CaseDraft("What?", "twin"), picture(30, 5, spread=0.3 + 0.02 * seed))
        library.add(CaseDraft("What?", "single"), picture(30, 50 + seed, spread=0.3))
    planted(library, kinds=9)
    made = suggester(library)
    query = SuggestQuery(picture(30, 5, spread=0.2), count=3)
    assert answers(made.suggest(replace(query, relevance=1.0))) == ["twin"] * 3
    assert answers(made.suggest(replace(query, relevance=0.3))).count("twin") == 1


def test_chips_say_why(library: CaseLibrary) -> None:
    planted(library)
    query = SuggestQuery(
        picture(2, NEW), "What is shown?", provenance=Provenance("CT", "Thorax"), count=1
    )
    found = suggester(library).suggest(query)
    looks, *rest = chips(found)[0]
    assert looks.startswith("looks alike .")
    assert rest == ["same question", "CT chest too"]


def test_pictures_without_a_vector_are_counted(library: CaseLibrary) -> None:
    planted(library, 2, 3)
    made = suggester(library)
    library.add(CaseDraft("What?", "late"), picture(1, 70))
    made.reload()
    assert made.suggest(SuggestQuery(picture(1, NEW))).unseen == 1


def test_another_embedder_finds_the_index_stale(library: CaseLibrary) -> None:
    planted(library, 2, 3)
    refresh(library, embed)
    other, _ = counted(EmbedderId(EMBEDDER.name, "other weights"))
    found = Suggester(LibraryCollection(library), other).suggest(SuggestQuery(picture(1, NEW)))
    assert (found.rows, found.unseen) == ((), 6)
    assert "not been looked at" in found.sentence


def test_a_deleted_case_is_not_suggested_even_before_a_reload(library: CaseLibrary) -> None:
    cases = planted(library)
    made = suggester(library)
    query = SuggestQuery(picture(2, NEW), count=6)
    before = made.suggest(query)
    library.delete([before.rows[0].case.id])
    after = {row.case.id for row in made.suggest(query).rows}
    assert before.rows[0].case.id not in after
    assert len(cases) == 24


def test_an_empty_library_gives_nothing(library: CaseLibrary) -> None:
    found = suggester(library).suggest(SuggestQuery(picture(2, NEW), "What?"))
    assert found.sentence == "There is no case to suggest yet."


def test_neither_picture_nor_words_is_said_so(library: CaseLibrary) -> None:
    assert "neither" in suggester(library).suggest(SuggestQuery(question=" ")).sentence


@pytest.mark.parametrize(
    "make",
    [
        lambda: SuggestQuery(image_weight=1.5),
        lambda: SuggestQuery(relevance=-1),
        lambda: SuggestQuery(count=0),
        lambda: replace(SuggestQuery(), count=65),
    ],
)
def test_what_cannot_be_meant_is_refused(make: Callable[[], SuggestQuery]) -> None:
    with pytest.raises(UsageError):
        make()
