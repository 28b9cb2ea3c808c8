"""A case: one reference example with its pictures, question, answer and provenance."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from precedent_plugin.errors import CaseError

MAX_TEXT_CHARACTERS = 2_000
"""Question and answer; the engine refuses longer ones as well."""
MAX_RATIONALE_CHARACTERS = 20_000
MAX_TAGS = 64
MAX_TAG_CHARACTERS = 80
MAX_SIDE = 1 << 20
MAX_LINE_CHARACTERS = 200
"""Task and author."""

LinkKind = Literal["prior-of", "contrast-to"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a case's pictures come from, without naming anyone. Empty means not known."""

    modality: str = ""
    body_part: str = ""
    laterality: str = ""
    window: tuple[float, float] | None = None
    """Center and width as painted, in modality units."""
    patient_key: str = ""
    """Keyed pseudonym of the patient; equal keys are the same patient in this library."""
    study_key: str = ""
    """Keyed pseudonym of the study."""
    created: str = ""
    """ISO date of the day on which the case was made."""
    source: str = ""
    """What the picture is, in words: "CT, frame 12 of 64"; never a name or a path."""
    licence: str = ""
    spacing_mm: tuple[float, float] | None = None
    """Between rows, then between columns of the first picture as it is kept."""
    mpp: float | None = None
    """Micrometres a pixel of the first picture, for slides."""
    is_inverted: bool = False
    """Whether high modality values are dark in the picture."""

    @property
    def pixel_mm(self) -> float | None:
        """How far two pixels are apart, the mean of both directions; None where nothing says so."""
        if self.mpp is not None:
            return self.mpp / 1000
        return None if self.spacing_mm is None else math.sqrt(math.prod(self.spacing_mm))

    def enlarged(self, step: float) -> "Provenance":
        """Give it for the same picture with `step` times as many pixels a side."""
        spacing = self.spacing_mm and (self.spacing_mm[0] / step, self.spacing_mm[1] / step)
        return replace(self, spacing_mm=spacing, mpp=self.mpp and self.mpp / step)

    def __post_init__(self) -> None:
        """Raise CaseError for a spacing that is none."""
        for size in (*(self.spacing_mm or ()), self.mpp or 1.0):
            if not (math.isfinite(size) and size > 0):
                raise CaseError(
                    f"A pixel of the case's picture is {size:g} wide; it must be above 0.",
                    "Leave the spacing out.",
                )


@dataclass(frozen=True, slots=True)
class Roi:
    """Where in the first picture the answer lies: a rectangle in its pixels, without sides a point.

    Pixel (0, 0) reaches from 0 to 1 on both axes.
    """

    x: float
    y: float
    width: float = 0.0
    height: float = 0.0

    def __post_init__(self) -> None:
        """Raise CaseError for a rectangle that is none."""
        sides = (self.x, self.y, self.width, self.height)
        if not all(math.isfinite(side) and 0 <= side <= MAX_SIDE for side in sides):
            raise CaseError("The place in the picture is not a rectangle.", "Mark it again.")

    def beside(self, x: float, y: float) -> tuple[float, float]:
        """Give how far a point lies outside, across and down, in pixels; (0, 0) inside."""
        across = max(self.x - x, 0.0, x - self.x - self.width)
        down = max(self.y - y, 0.0, y - self.y - self.height)
        return across, down


@dataclass(frozen=True, slots=True)
class CaseLink:
    """What a case is to another one."""

    kind: LinkKind
    """"prior-of": an earlier examination of the other's patient. "contrast-to": looks alike and is
    something else."""
    case_id: str
    """The other case."""


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """The words of a case before the library has taken it in."""

    question: str
    answer: str
    rationale: str | None = None
    tags: tuple[str, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    task: str = ""
    """What the question asks for, in a word or two: "side", "diagnosis"."""
    teaching_point: str | None = None
    """What a learner should keep of it; never shown to a model."""
    author: str = ""
    """Who made the case, as they wish to be named; never a patient."""
    roi: Roi | None = None
    """Where in the first picture the answer lies."""

    def __post_init__(self) -> None:
        check_words(self.question, self.answer, self.rationale, self.tags)
        check_lines(self.task, self.teaching_point, self.author)


@dataclass(frozen=True, slots=True)
class Case:
    """A case as the library keeps it; change it with `dataclasses.replace` and `update`."""

    id: str
    """uuid4, 32 hexadecimal digits."""
    images: tuple[str, ...]
    """SHA-256 of each picture's PNG, the first is the one that is shown."""
    question: str
    answer: str
    rationale: str | None = None
    tags: tuple[str, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    revision: int = 1
    """Rises by one with every change; an update of an older revision is refused."""
    task: str = ""
    """What the question asks for, in a word or two: "side", "diagnosis"."""
    teaching_point: str | None = None
    """What a learner should keep of it; never shown to a model."""
    author: str = ""
    """Who made the case, as they wish to be named; never a patient."""
    originals: tuple[str | None, ...] = ()
    """For each picture the hash of its modality values, None where only the picture was kept;
    empty when that is so of all."""
    links: tuple[CaseLink, ...] = ()
    """What it is to other cases; made and removed by the library, `update` leaves them alone."""
    roi: Roi | None = None
    """Where in the first picture the answer lies."""

    def __post_init__(self) -> None:
        if not self.images:
            raise CaseError("A case has no picture.", "Save a view or a region as a case.")
        if self.originals and len(self.originals) != len(self.images):
            raise CaseError("A case has not one original for each picture.", "Save it again.")
        check_words(self.question, self.answer, self.rationale, self.tags)
        check_lines(self.task, self.teaching_point, self.author)


@dataclass(frozen=True, slots=True)
class Casebook:
    """An ordered, named set of cases."""

    id: str
    name: str
    description: str = ""
    licence: str = ""
    created: str = ""
    """ISO date."""
    case_count: int = 0


def check_words(question: str, answer: str, rationale: str | None, tags: tuple[str, ...]) -> None:
    """Raise CaseError unless the words can be shown to a model as an example."""
    require_unicode((question, answer, rationale or "", *tags))
    for text, what in ((question, "question"), (answer, "answer")):
        if not text.strip():
            raise CaseError(f"The case's {what} is empty.", "Type it and save again.")
        if len(text) > MAX_TEXT_CHARACTERS:
            raise CaseError(
                f"The case's {what} has {len(text):,} characters; at most "
                f"{MAX_TEXT_CHARACTERS:,} are kept.",
                "Shorten it; longer thoughts belong into the rationale.",
            )
    if rationale is not None and len(rationale) > MAX_RATIONALE_CHARACTERS:
        raise CaseError(
            f"The case's rationale has {len(rationale):,} characters; at most "
            f"{MAX_RATIONALE_CHARACTERS:,} are kept.",
            "Shorten it and save again.",
        )
    if len(tags) > MAX_TAGS or any(
        not tag.strip() or len(tag) > MAX_TAG_CHARACTERS for tag in tags
    ):
        raise CaseError(
            f"A case takes up to {MAX_TAGS} tags of 1 to {MAX_TAG_CHARACTERS} characters.",
            "Remove or shorten some and save again.",
        )


def check_lines(task: str, teaching_point: str | None, author: str) -> None:
    """Raise CaseError unless what is said about a case can be kept."""
    require_unicode((task, teaching_point or "", author))
    for text, what in ((task, "task"), (author, "author")):
        if len(text) > MAX_LINE_CHARACTERS:
            raise CaseError(
                f"The case's {what} has {len(text):,} characters; at most "
                f"{MAX_LINE_CHARACTERS:,} are kept.",
                "Shorten it and save again.",
            )
    if teaching_point is not None and len(teaching_point) > MAX_RATIONALE_CHARACTERS:
        raise CaseError(
            f"The case's teaching point has {len(teaching_point):,} characters; at most "
            f"{MAX_RATIONALE_CHARACTERS:,} are kept.",
            "Shorten it and save again.",
        )


def require_unicode(texts: Iterable[str]) -> None:
    """Raise CaseError for half a character, which no file and no database can hold."""
    try:
        for text in texts:
            text.encode()
    except UnicodeEncodeError as error:
        raise CaseError(
            "The case's words hold half a character, which cannot be kept.",
            "Type that word again.",
        ) from error
