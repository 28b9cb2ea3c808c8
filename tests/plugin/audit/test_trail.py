"""What is recorded comes back, what was changed is found, who is deleted is gone."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.plugin.audit.made import ENDED, png, put

from precedent_plugin.audit.entry import Ended, entry_from_bytes, entry_of, entry_to_bytes
from precedent_plugin.audit.trail import AuditTrail
from precedent_plugin.errors import AuditError
from precedent_plugin.pictures import content_hash

FIRST, SECOND = "1" * 32, "2" * 32


@pytest.fixture
def trail(tmp_path: Path) -> AuditTrail:
    made = AuditTrail(tmp_path)
    made.record(put(FIRST), ENDED)
    made.record(put(SECOND, patient="q-query", shot_patient=""), Ended("failed", error="Lost."))
    return made


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_record_says_what_was_sent_and_what_came_back(trail: AuditTrail) -> None:
    entry = trail.find(FIRST)
    assert entry.query.images == (content_hash(png(1)),)
    assert entry.shots[0].case_id == "c" * 32
    assert (entry.shots[0].question, entry.shots[0].answer) == ("Which side?", "left")
    assert entry.sent == "<image>Which side? left"
    assert (entry.sampling.temperature, entry.sampling.seed) == (0.5, 3)
    assert entry.model is not None
    assert entry.model.fingerprint == "f" * 64
    assert entry.tokens == (("left", -0.5),)
    assert entry.warnings == ("Blank.", "It ran on the CPU.")
    assert entry.window == (40, 80)


def test_a_question_without_an_answer_says_why(trail: AuditTrail) -> None:
    entry = trail.find(SECOND)
    assert (entry.outcome, entry.error, entry.model, entry.tokens) == ("failed", "Lost.", None, ())


def test_a_record_survives_its_bytes(trail: AuditTrail) -> None:
    entry = entry_of(put(), ENDED, "1.0")
    assert entry_from_bytes(entry_to_bytes(entry), "x") == entry


def test_a_whole_trail_holds(trail: AuditTrail) -> None:
    trail.act(FIRST, "copied")
    found = trail.verify()
    assert (found.lines, found.questions, found.deleted, found.problems) == (3, 2, 0, ())
    assert [(link.subject, link.note) for link in trail.acts()] == [(FIRST, "copied")]


def test_an_altered_answer_is_found(trail: AuditTrail) -> None:
    path = trail.folder / "records" / f"{FIRST}.json"
    path.write_bytes(path.read_bytes().replace(b'"left"', b'"right"'))
    assert trail.verify().problems == (f"The record {FIRST} was altered.",)


def test_a_record_taken_away_is_found(trail: AuditTrail) -> None:
    (trail.folder / "records" / f"{FIRST}.json").unlink()
    assert trail.verify().problems == (f"The record {FIRST} is missing.",)


def test_a_record_slipped_in_is_found(trail: AuditTrail) -> None:
    path = trail.folder / "records" / f"{FIRST}.json"
    path.with_name("3" * 32 + ".json").write_bytes(path.read_bytes())
    assert trail.verify().problems == (f"The record {'3' * 32} belongs to no line.",)


@pytest.mark.parametrize("patient", ["p-query", "p-shot"])
def test_a_deleted_patient_leaves_hashes_alone(trail: AuditTrail, patient: str) -> None:
    assert trail.delete_patient(patient) == 1
    found = trail.verify()
    assert (found.problems, found.deleted) == ((), 1)
    left = all_bytes(trail.folder)
    assert patient.encode() not in left
    with pytest.raises(AuditError, match="no one record"):
        trail.find(FIRST)


def test_pictures_that_others_need_stay_with_a_deletion(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path)
    trail.record(put(FIRST, patient="a", shot_patient=""), ENDED)
    trail.record(put(SECOND, patient="b", shot_patient=""), ENDED)
    trail.delete_patient("a")
    assert trail.images.read(content_hash(png(1))) == png(1)
    trail.delete_patient("b")
    assert not list((trail.folder / "images").rglob("*.png"))


def test_no_patient_is_named(trail: AuditTrail) -> None:
    # The pseudonyms are all that the record knows of anybody.
    assert trail.find(FIRST).patients == {"p-query", "p-shot"}


@pytest.mark.parametrize("data", [b"", b"{}", b'{"id": 3}', b"[1]", b"\xff"])
def test_a_damaged_record_is_a_sentence(data: bytes) -> None:
    with pytest.raises(AuditError, match="The record x is damaged"):
        entry_from_bytes(data, "x")


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("in the way", encoding="utf-8")
    with pytest.raises(AuditError, match="cannot be read or written"):
        AuditTrail(tmp_path).record(replace(put(), id=FIRST), ENDED)


def test_evidence_is_part_of_the_record(trail: AuditTrail) -> None:
    trail.examined(FIRST, {"verdict": {"kind": "last"}})
    trail.examined(FIRST, {"verdict": {"kind": "image"}})
    assert [subject for subject, _ in trail.evidence()] == [FIRST, FIRST]
    assert next(trail.evidence())[1] == {"verdict": {"kind": "last"}}
    assert trail.verify().problems == ()


def test_altered_evidence_is_found(trail: AuditTrail) -> None:
    trail.examined(FIRST, {"verdict": "image"})
    (path,) = (trail.folder / "evidence").glob("*.json")
    path.write_bytes(b"{}")
    assert trail.verify().problems == (f"The evidence of the question {FIRST} was altered.",)
    path.unlink()
    assert trail.verify().problems == (f"The evidence of the question {FIRST} is missing.",)


def test_evidence_goes_with_its_patient(trail: AuditTrail) -> None:
    trail.examined(FIRST, {"verdict": "of the patient"})
    trail.examined(SECOND, {"verdict": "of another"})
    trail.delete_patient("p-shot")
    assert [subject for subject, _ in trail.evidence()] == [SECOND]
    assert b"of the patient" not in all_bytes(trail.folder)
    assert trail.verify().problems == ()
