"""A patient who is deleted is in no byte of any store; everybody else stays as they were."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.plugin.audit.made import ENDED, put
from tests.plugin.storage.made import picture, values

from precedent_plugin.audit.trail import AuditTrail
from precedent_plugin.cases import Case, CaseDraft, Provenance
from precedent_plugin.erasure.erase import Erased, check_patient, erase_patient
from precedent_plugin.erasure.search import search
from precedent_plugin.erasure.stores import stores_of
from precedent_plugin.errors import LibraryError
from precedent_plugin.history import QuestionRecord
from precedent_plugin.library import CaseLibrary
from precedent_plugin.originals import pack
from precedent_plugin.pictures import content_hash
from precedent_plugin.quiz.reviews import Review, Reviews
from precedent_plugin.storage.patient_rows import Traces

ANNA, BERT = "a" * 32, "b" * 32
SECRET = "Xanthogranuloma of Anna's left sphenoid"


def keep(library: CaseLibrary, seed: int, patient: str, answer: str = "Left") -> Case:
    where = Provenance("CT", patient_key=patient)
    draft = CaseDraft("Which side?", answer, provenance=where, teaching_point=answer)
    return library.add(draft, picture(seed), original=pack(values(seed)))


def asked(library: CaseLibrary, number: int, patient: str, *case_ids: str) -> None:
    png = picture(100 + number)
    record = QuestionRecord(
        id=f"{number:032x}",
        asked_at="2026-01-01T00:00:00",
        question=SECRET if patient == ANNA else "Which side?",
        outcome="answered",
        answer="Left",
        model="starter",
        case_ids=case_ids,
        image=content_hash(png),
        patient_key=patient,
    )
    library.record_question(record, png)


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def nothing() -> None:
    """Stands for an engine without caches."""


def erase(library: CaseLibrary, forget: Callable[[], None] = nothing) -> Erased:
    return erase_patient(library, stores_of(library.folder, forget), ANNA)


@pytest.fixture
def filled(library: CaseLibrary) -> CaseLibrary:
    first = keep(library, 1, ANNA, SECRET)
    second = keep(library, 2, ANNA)
    others = [keep(library, 3, BERT), keep(library, 4, "")]
    book = library.create_casebook("Book")
    library.add_to_casebook(book.id, [first.id, second.id, *(case.id for case in others)])
    library.update(replace(first, answer=SECRET + ", edited"))
    library.delete([second.id])
    asked(library, 1, ANNA, others[0].id)
    asked(library, 2, BERT, first.id, others[0].id)
    trail = AuditTrail(library.folder)
    trail.record(put("1" * 32, patient=ANNA), ENDED)
    trail.record(put("2" * 32, patient=BERT, shot_patient=""), ENDED)
    reviews = Reviews(library.folder)
    for case in (first, others[0]):
        reviews.add(Review(case.id, "2026-01-01T00:00:00", "Left", "right", 1.0))
    return library


def test_nothing_of_the_patient_is_left_in_any_byte(filled: CaseLibrary) -> None:
    before = everything(filled.folder)
    assert SECRET.encode() in before
    traces = filled.traces(ANNA)
    assert (len(traces.case_ids), len(traces.question_ids)) == (2, 1)
    # Two pictures of cases, the values under both, one picture of a question.
    assert len(traces.pictures) == 5
    erased = erase(filled)
    assert erased.is_proven
    assert dict(erased.counts) == {
        "records of questions": 1,
        "quiz results": 1,
        "vectors of pictures": 0,
        "the engine's caches": 0,
    }
    filled.close()
    after = everything(filled.folder)
    for mark in (*traces.case_ids, *traces.pictures, ANNA, SECRET, "Xanthogranuloma"):
        assert mark.encode() not in after
    for seed in (1, 2, 101):
        assert picture(seed) not in after


def test_everybody_else_stays(filled: CaseLibrary) -> None:
    others = [case for case in filled.cases() if case.provenance.patient_key != ANNA]
    erase(filled)
    assert list(filled.cases()) == others
    assert [filled.image(case.images[0]) for case in others] == [picture(4), picture(3)]
    assert all(filled.original(case) is not None for case in others)
    assert filled.trash() == []
    (question,) = filled.history()
    assert question.case_ids == (others[1].id,)
    assert filled.health().is_sound
    assert len(Reviews(filled.folder).all()) == 1
    trail = AuditTrail(filled.folder).verify()
    assert (trail.deleted, trail.problems) == (1, ())


def test_undo_brings_nobody_back(filled: CaseLibrary) -> None:
    erase(filled)
    assert filled.undo() is None


def test_the_same_picture_without_a_name_goes_too(library: CaseLibrary) -> None:
    keep(library, 1, ANNA)
    twin = keep(library, 1, "")
    erase(library)
    assert library.find(twin.id) is None


def test_a_picture_that_another_patient_holds_stays_and_is_said(library: CaseLibrary) -> None:
    keep(library, 1, ANNA)
    other = keep(library, 1, BERT)
    erased = erase(library)
    # The picture and the values under it.
    assert erased.traces.shared == 2
    assert "2 pictures stay" in erased.words
    assert library.image(other.images[0]) == picture(1)


def test_the_engine_forgets(filled: CaseLibrary) -> None:
    told: list[str] = []
    erase(filled, lambda: told.append("forget"))
    assert told == ["forget"]


def test_counting_deletes_nothing(filled: CaseLibrary) -> None:
    before = len(filled.cases())
    found = check_patient(filled, ANNA)
    assert not found.is_proven
    assert len(filled.cases()) == before
    erase(filled)
    assert check_patient(filled, ANNA).is_proven


def test_a_case_without_a_patient_names_nobody_to_delete(library: CaseLibrary) -> None:
    with pytest.raises(LibraryError, match="names no patient"):
        library.traces("")


@pytest.mark.parametrize("form", ["text", "bytes", "name", "across two chunks"])
def test_what_is_left_is_found_wherever_it_is(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = content_hash(b"picture")
    name, content = "cache.bin", os.urandom(100)
    if form == "text":
        content += json.dumps({"image": sha256}).encode()
    elif form == "bytes":
        content += bytes.fromhex(sha256)
    elif form == "name":
        name = f"{sha256}.png"
    else:
        monkeypatch.setattr("precedent_plugin.erasure.search.CHUNK_BYTES", 128)
        content += sha256.encode()
    path = tmp_path / "deep" / name
    path.parent.mkdir()
    path.write_bytes(content)
    assert search(tmp_path, Traces(ANNA, pictures=(sha256,))) == [path]
    assert search(tmp_path, Traces(ANNA, pictures=(content_hash(b"other"),))) == []
