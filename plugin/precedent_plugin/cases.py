"""A case: one reference example with its pictures, question, answer and provenance."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from precedent_plugin.errors import CaseError

MAX_TEXT_CHARACTERS = 2_000
"""Question and answer; the engine refuses longer ones as well."""
MAX_RATIONALE_CHARACTERS = 20_000
MAX_TAGS = 64
MAX_TAG_CHARACTERS = 80


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
    spacing_mm: float | None = None
    """Between two pixels of the picture; for slides a thousandth of their micrometres."""


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """The words of a case before the library has taken it in."""

    question: str
    answer: str
    rationale: str | None = None
    tags: tuple[str, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        check_words(self.question, self.answer, self.rationale, self.tags)


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

    def __post_init__(self) -> None:
        if not self.images:
            raise CaseError("A case has no picture.", "Save a view or a region as a case.")
        check_words(self.question, self.answer, self.rationale, self.tags)


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
