"""A file of lines that each hold the hash of the one before, so that no line changes unseen.

A line holds no words of a question: those lie in a record of their own, whose hash it states. A
record can therefore be deleted for good, and the chain still holds. `verify` says which lines were
altered, taken out or put in, and which records differ from their hash. What it cannot see is the
loss of the last lines; the newest hash, kept elsewhere, shows that.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, Literal

from filelock import FileLock

from precedent_plugin.errors import AuditError

FILE: Final = "chain.jsonl"
START: Final = "0" * 64
"""What stands before the first line."""
LOCK_S: Final = 10.0
TAIL_BYTES: Final = 4096
"""More than a line has."""

Kind = Literal["question", "act", "evidence", "deletion"]
KINDS: Final = ("question", "act", "evidence", "deletion")


@dataclass(frozen=True, slots=True)
class Link:
    """One line."""

    number: int
    """From 1."""
    at: str
    """ISO time, UTC, to the millisecond."""
    kind: Kind
    subject: str
    """The id of the question that it is about."""
    content: str
    """SHA-256 of the record that belongs to the line; of nothing when it has none."""
    note: str
    """What was done, one word: "copied"; empty for a question."""
    previous: str
    """The hash of the line before."""

    @property
    def hash(self) -> str:
        """SHA-256 over all fields in one form."""
        return hashlib.sha256(_canonical(asdict(self))).hexdigest()


class AuditChain:
    """The chain of one library; several processes may add to it."""

    def __init__(self, folder: Path) -> None:
        """The file is made with the first line."""
        self.path: Final = folder / FILE
        self._lock = FileLock(folder / f"{FILE}.lock", timeout=LOCK_S)

    def append(self, kind: Kind, subject: str, content: str, note: str = "") -> Link:
        """Add a line, on the disk when this returns. Raises OSError, AuditError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, self.path.open("a+b") as file:
            last = _last_link(file, self.path)
            number, previous = (1, START) if last is None else (last.number + 1, last.hash)
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            link = Link(number, now, kind, subject, content, note, previous)
            file.write(_canonical(asdict(link) | {"hash": link.hash}) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return link

    def links(self) -> Iterator[tuple[Link, str]]:
        """Give every line with the hash written in it. Raises AuditError at a broken one."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield _read(line, self.path, number)

    def broken(self) -> list[str]:
        """Say in sentences what is wrong with the chain; nothing when it holds."""
        found: list[str] = []
        previous, number = START, 0
        try:
            for link, stated in self.links():
                number += 1
                if link.hash != stated:
                    found.append(f"Line {number} was altered: its words do not give its hash.")
                if link.previous != previous or link.number != number:
                    found.append(f"Before line {number} lines were taken out, put in or altered.")
                previous = stated
        except AuditError as error:
            found.append(error.message)
        return found


def content_of(record: bytes | None) -> str:
    """Give the hash that a line states of a record."""
    return hashlib.sha256(record or b"").hexdigest()


def _canonical(table: Mapping[str, object]) -> bytes:
    """Give the one form of an object: sorted names, no blanks, ASCII."""
    return json.dumps(table, sort_keys=True, separators=(",", ":")).encode()


def _last_link(file: BinaryIO, path: Path) -> Link | None:
    """Read the last line, and cut off what a killed process left of one that it never finished."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL_BYTES))
    tail = file.read()
    end = tail.rfind(b"\n") + 1
    if end < len(tail):
        file.truncate(size - len(tail) + end)
    file.seek(0, os.SEEK_END)
    lines = tail[:end].splitlines(keepends=True)
    return _read(lines[-1], path, 0)[0] if lines else None


def _read(line: bytes, path: Path, number: int) -> tuple[Link, str]:
    where = f"Line {number}" if number else "The last line"
    try:
        table = json.loads(line)
        stated = str(table.pop("hash"))
        link = Link(**table)
        if link.kind not in KINDS:
            raise ValueError(link.kind)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise AuditError(
            f"{where} of {path} cannot be read: it is cut off or was altered.",
            "Put the file back from a backup, or move it away to begin a new chain.",
        ) from error
    return link, stated
