"""The record of a library: its chain, a file for each question, and the pictures that were sent.

Pictures are copies of the record's own, so that a question can be asked again after a case was
edited or deleted. Deleting a patient deletes the records that hold any of the patient's pictures,
and adds a line that says so to the chain, which goes on holding their hashes alone.
"""

import contextlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from filelock import Timeout

from precedent_inference.prompt import Prompt
from precedent_plugin.audit.chain import AuditChain, Link, content_of
from precedent_plugin.audit.entry import (
    AuditedQuestion,
    Ended,
    Put,
    entry_from_bytes,
    entry_of,
    entry_to_bytes,
)
from precedent_plugin.errors import AuditError
from precedent_plugin.safe_file import write_whole
from precedent_plugin.storage.image_folder import ImageFolder

FOLDER: Final = "audit"
RECORDS: Final = "records"
EVIDENCE: Final = "evidence"
IMAGES: Final = "images"


@dataclass(frozen=True, slots=True)
class Findings:
    """What verifying found."""

    lines: int
    questions: int
    deleted: int
    """Questions whose records were deleted with a patient."""
    newest: str
    """The hash of the last line; kept elsewhere, it shows whether lines were lost at the end."""
    problems: tuple[str, ...]
    """Sentences; none when everything holds."""


class AuditTrail:
    """The record of one library."""

    def __init__(self, library: Path) -> None:
        """Nothing is made before the first question."""
        self.folder: Final = library / FOLDER
        self.images: Final = ImageFolder(self.folder / IMAGES)
        self._chain = AuditChain(self.folder)

    def record(self, put: Put, ended: Ended) -> Link:
        """Record a question that is over. Raises AuditError."""
        entry = entry_of(put, ended, version("precedent"))
        data = entry_to_bytes(entry)
        with _in_words(self.folder):
            for png in _pictures(put.request.prompt):
                self.images.keep(png)
            write_whole(self._path(put.id), data)
            return self._chain.append("question", put.id, content_of(data))

    def act(self, question_id: str, what: str) -> Link:
        """Record what the reader did with an answer, in one word. Raises AuditError."""
        with _in_words(self.folder):
            return self._chain.append("act", question_id, content_of(None), what)

    def examined(self, question_id: str, evidence: dict[str, Any]) -> Link:
        """Record what an answer was found to rest on. Raises AuditError."""
        data = json.dumps(evidence, sort_keys=True, ensure_ascii=False).encode()
        content = content_of(data)
        with _in_words(self.folder):
            write_whole(self._evidence_path(content), data)
            return self._chain.append("evidence", question_id, content)

    def evidence(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give every examination that is left with its question's id. Raises AuditError."""
        for link, _ in self._chain.links():
            path = self._evidence_path(link.content)
            if link.kind == "evidence" and path.exists():
                with _in_words(self.folder):
                    yield link.subject, json.loads(path.read_bytes())

    def find(self, question_id: str) -> AuditedQuestion:
        """Give a record by its id or the beginning of it. Raises AuditError."""
        named = sorted(path for path in self._records() if path.stem.startswith(question_id))
        if len(named) != 1 or not question_id:
            raise AuditError(
                f"There is no one record whose id begins with “{question_id}”.",
                "`precedent audit export` lists them.",
            )
        return self._read(named[0])

    def entries(self) -> Iterator[AuditedQuestion]:
        """Give every record that is left, the oldest first. Raises AuditError."""
        for link, _ in self._chain.links():
            if link.kind == "question" and self._path(link.subject).exists():
                yield self._read(self._path(link.subject))

    def acts(self) -> Iterator[Link]:
        """Give what readers did with answers, the oldest first. Raises AuditError."""
        return (link for link, _ in self._chain.links() if link.kind == "act")

    def delete_patient(self, patient_key: str, known: Collection[str] = ()) -> int:
        """Delete the records that hold pictures of a patient; say how many. Raises AuditError.

        known: ids of cases and hashes of pictures that are the patient's, whatever a record says.
        """
        assert patient_key
        marks = {patient_key, *known}
        gone = [entry for entry in self.entries() if not marks.isdisjoint(_marks(entry))]
        with _in_words(self.folder):
            for entry in gone:
                # The line first: a record that is gone without one would look like tampering.
                self._chain.append("deletion", entry.id, content_of(None))
                self._path(entry.id).unlink()
            ids = {entry.id for entry in gone}
            for link in [link for link, _ in self._chain.links() if link.kind == "evidence"]:
                if link.subject in ids:
                    self._evidence_path(link.content).unlink(missing_ok=True)
            kept = {sha256 for entry in self.entries() for sha256 in entry.images}
            for sha256 in {sha256 for entry in gone for sha256 in entry.images} - kept:
                self.images.delete(sha256)
        return len(gone)

    def verify(self) -> Findings:
        """Compare every line and every record with its hash."""
        problems = self._chain.broken()
        links = [] if problems else [link for link, _ in self._chain.links()]
        deleted = {link.subject for link in links if link.kind == "deletion"}
        asked = [link for link in links if link.kind == "question"]
        for link in links:
            if link.kind == "question" and link.subject not in deleted:
                problems += _compared(self._path(link.subject), link, "record")
            elif link.kind == "evidence" and link.subject not in deleted:
                path = self._evidence_path(link.content)
                problems += _compared(path, link, "evidence of the question")
        known = {link.subject for link in asked}
        if not problems:
            problems += [
                f"The record {path.stem} belongs to no line."
                for path in self._records()
                if path.stem not in known
            ]
        newest = links[-1].hash if links else ""
        return Findings(len(links), len(asked), len(deleted), newest, tuple(problems))

    def _evidence_path(self, content: str) -> Path:
        return self.folder / EVIDENCE / f"{content}.json"

    def _records(self) -> Iterator[Path]:
        return (self.folder / RECORDS).glob("*.json")

    def _path(self, question_id: str) -> Path:
        return self.folder / RECORDS / f"{question_id}.json"

    def _read(self, path: Path) -> AuditedQuestion:
        with _in_words(self.folder):
            return entry_from_bytes(path.read_bytes(), path.stem)


def _compared(path: Path, link: Link, what: str) -> list[str]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [f"The {what} {link.subject} is missing."]
    except OSError as error:
        return [f"The {what} {link.subject} cannot be read ({error.strerror or error})."]
    if content_of(data) != link.content:
        return [f"The {what} {link.subject} was altered."]
    return []


def _marks(entry: AuditedQuestion) -> Iterator[str]:
    """Give all by which a record says whose pictures it holds."""
    yield from entry.patients
    yield from entry.images
    yield from (shot.case_id for shot in entry.shots)


def _pictures(prompt: Prompt) -> Iterator[bytes]:
    for shot in prompt.shots:
        yield from shot.images
    yield from prompt.query.images


@contextlib.contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    """Say errors of the disk and of the lock as a user reads them."""
    try:
        yield
    except Timeout as error:
        raise AuditError(
            f"The record of questions in {folder} is held by another process.",
            "Close the other window, and ask again.",
        ) from error
    except OSError as error:
        raise AuditError(
            f"The record of questions in {folder} cannot be read or written "
            f"({error.strerror or error}).",
            "Free disk space, or give your account the rights to that folder.",
        ) from error
