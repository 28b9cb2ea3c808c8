"""One row of a data set as it was read, before anything of it is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """A picture with a question and its answer."""

    place: str
    """Where it stands, for messages: "test.json, row 12"."""
    picture: Path | bytes
    """A file, or an encoded picture that lay in the data set itself."""
    question: str
    answer: str
    rationale: str = ""
    tags: tuple[str, ...] = ()
    task: str = ""
    teaching_point: str = ""
    author: str = ""
    modality: str = ""
    body_part: str = ""
    laterality: str = ""
    licence: str = ""
    patient: str = ""
    """Whatever tells patients apart in the data set; never kept as it is."""
    study: str = ""
    spacing_mm: tuple[float, float] | None = None
    mpp: float | None = None
    window: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be a case."""

    place: str
    reason: str


Read = Iterator[Row | Refused]


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a data set is wanted."""

    split: str = ""
    """"train", "test" …; empty for all."""
    language: str = "en"
    """Of data sets that have several: their splits differ between languages, so never both."""


def words(value: object) -> str:
    """Give a cell as text: numbers occur as answers, blanks at the end too; None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())
