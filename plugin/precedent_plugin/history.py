"""What is kept of a question after it was asked."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["answered", "cancelled", "failed"]


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """One question with its answer, as history keeps it. No patient is named in it."""

    id: str
    """uuid4, 32 hexadecimal digits."""
    asked_at: str
    """ISO time, UTC, to the second."""
    question: str
    outcome: Outcome
    answer: str
    """The whole answer; when it was stopped or failed, what had come so far."""
    model: str
    """Name, backend, precision and device, as the report says them; the name alone if it failed."""
    case_ids: tuple[str, ...]
    """The shots in prompt order."""
    image: str
    """SHA-256 of the PNG that was asked about; `CaseLibrary.image` gives it."""
    source: str = ""
    """What the picture is, in words; never a name or a path."""
    confidence: float | None = None
    warnings: tuple[str, ...] = ()
    patient_key: str = ""
    study_key: str = ""
