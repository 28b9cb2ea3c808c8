"""The stores of a library beside its database, each with its way to forget a patient."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from precedent_plugin.audit.trail import AuditTrail
from precedent_plugin.erasure.erase import PatientStore
from precedent_plugin.quiz.reviews import Reviews
from precedent_plugin.storage.patient_rows import Traces
from precedent_plugin.suggest.index import forget as forget_vectors


@dataclass(frozen=True, slots=True)
class AuditRecords:
    """Records of questions that hold any picture of the patient."""

    library: Path
    title: str = "records of questions"

    def erase(self, traces: Traces) -> int:
        """Delete them; the chain goes on saying that there were some. Raises AuditError."""
        known = (*traces.case_ids, *traces.pictures)
        return AuditTrail(self.library).delete_patient(traces.patient_key, known)


@dataclass(frozen=True, slots=True)
class QuizResults:
    """What learners answered to the patient's cases."""

    library: Path
    title: str = "quiz results"

    def erase(self, traces: Traces) -> int:
        """Delete them. Raises LibraryError."""
        return Reviews(self.library).forget(traces.case_ids)


@dataclass(frozen=True, slots=True)
class PictureVectors:
    """What encoders made of the patient's pictures, for suggestions."""

    library: Path
    title: str = "vectors of pictures"

    def erase(self, traces: Traces) -> int:
        """Delete them from every index. Raises LibraryError."""
        return forget_vectors(self.library, traces.pictures)


@dataclass(frozen=True, slots=True)
class EngineCaches:
    """Encoded pictures and prompts, in the engine's memory and on disk."""

    forget: Callable[[], None]
    title: str = "the engine's caches"

    def erase(self, traces: Traces) -> int:
        """Empty them; what they held of whom cannot be counted. Raises PrecedentError."""
        self.forget()
        return 0


def stores_of(library: Path, forget: Callable[[], None]) -> tuple[PatientStore, ...]:
    """Give every store of a library; forget: empties the engine's caches."""
    return (
        AuditRecords(library),
        QuizResults(library),
        PictureVectors(library),
        EngineCaches(forget),
    )
