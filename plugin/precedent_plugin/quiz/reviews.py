"""What a learner answered, when, and how it was marked: lines that are only ever added.

They hold case ids, marks and times; the learner's words are kept, nobody's name is.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from precedent_plugin.errors import LibraryError
from precedent_plugin.quiz.marking import Mark
from precedent_plugin.safe_file import write_whole
from precedent_plugin.storage.store import explain_system

FILE: Final = "quiz.jsonl"

Verdict = Mark | Literal["claimed", "skipped"]
"""A mark, or what the learner made of it: claimed to be right, or not answered."""


@dataclass(frozen=True, slots=True)
class Review:
    """One answer to one case."""

    case_id: str
    at: str
    """ISO time, UTC, to the second."""
    given: str
    verdict: Verdict
    seconds: float
    """From seeing the picture to answering."""
    distance_mm: float | None = None
    """From where the learner pointed to the marked place; None where nobody pointed at a picture
    with a scale."""

    @property
    def is_right(self) -> bool:
        """Whether it counts as known."""
        return self.verdict in ("right", "misspelled", "claimed")


class Reviews:
    """The reviews of one library."""

    def __init__(self, library: Path) -> None:
        """Nothing is made before the first one."""
        self.path: Final = library / FILE

    def add(self, review: Review) -> None:
        """Keep a review. Raises LibraryError."""
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(review)) + "\n")
        except OSError as error:
            raise explain_system(error, self.path.parent) from error

    def all(self) -> list[Review]:
        """Give every review, the oldest first. Raises LibraryError.

        A last line that a killed process left half written is passed over.
        """
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise explain_system(error, self.path.parent) from error
        reader = TypeAdapter(Review)
        try:
            return [reader.validate_json(line) for line in lines if line.endswith("\n")]
        except ValidationError as error:
            raise LibraryError(
                f"The quiz results {self.path} are damaged.",
                "Put the file back from a backup, or move it away to begin anew.",
            ) from error

    def forget(self, case_ids: Iterable[str]) -> int:
        """Delete the reviews of cases for good; say how many. Raises LibraryError."""
        gone, found = set(case_ids), self.all()
        kept = [review for review in found if review.case_id not in gone]
        if len(kept) < len(found):
            text = "".join(json.dumps(asdict(review)) + "\n" for review in kept)
            try:
                write_whole(self.path, text.encode())
            except OSError as error:
                raise explain_system(error, self.path.parent) from error
        return len(found) - len(kept)


def as_csv(reviews: Sequence[Review]) -> str:
    """Give reviews as a table for a spreadsheet."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(["case", "at", "verdict", "right", "seconds", "distance_mm", "given"])
    for review in reviews:
        row = [review.case_id, review.at, review.verdict, int(review.is_right), review.seconds]
        far = "" if review.distance_mm is None else round(review.distance_mm, 2)
        writer.writerow([*row, far, _harmless(review.given)])
    return target.getvalue()


def save_csv(path: Path, reviews: Sequence[Review]) -> None:
    """Write reviews as a table. Raises LibraryError."""
    try:
        write_whole(path, as_csv(reviews).encode())
    except OSError as error:
        raise explain_system(error, path.parent) from error


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking words for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
