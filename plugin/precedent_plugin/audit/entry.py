"""What is recorded of one question: everything that was sent and that came back.

Nobody is named: patient and study are keyed pseudonyms, pictures are hashes.
"""

import json
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter, ValidationError

from precedent_inference.protocol import Answer, AskRequest, ModelSummary, Sampling, Timing
from precedent_inference.templates import TemplateChanges
from precedent_plugin.cases import Case
from precedent_plugin.errors import AuditError
from precedent_plugin.history import Outcome
from precedent_plugin.pictures import content_hash
from precedent_plugin.preprocess import ViewImage


@dataclass(frozen=True, slots=True)
class AuditedTurn:
    """A question as it stood in the prompt; of a shot, with its answer."""

    images: tuple[str, ...]
    """SHA-256 of each PNG."""
    question: str
    answer: str = ""
    rationale: str | None = None
    case_id: str = ""
    patient_key: str = ""


@dataclass(frozen=True, slots=True)
class AuditedQuestion:
    """One question with all that belongs to it."""

    id: str
    asked_at: str
    product: str
    """Version of Precedent."""
    outcome: Outcome
    error: str
    patient_key: str
    study_key: str
    source: str
    """What the picture is, in words."""
    window: tuple[float, float] | None
    query: AuditedTurn
    shots: tuple[AuditedTurn, ...]
    """In prompt order."""
    wanted_model: str
    """As it was asked for."""
    sampling: Sampling
    rationale: bool = False
    options: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    templates: TemplateChanges | None = None
    """What was written differently from the model's own templates."""
    sent: str = ""
    """The whole prompt, special tokens visible, as the engine says it."""
    model: ModelSummary | None = None
    """What answered; None when nothing did."""
    answer: str = ""
    tokens: tuple[tuple[str, float], ...] = ()
    """Each new token and the logarithm of its probability."""
    confidence: float | None = None
    finish: str = ""
    timing: Timing | None = None
    warnings: tuple[str, ...] = ()

    @property
    def images(self) -> tuple[str, ...]:
        """Every picture that was sent, the query's last."""
        turns = (*self.shots, self.query)
        return tuple(dict.fromkeys(sha256 for turn in turns for sha256 in turn.images))

    @property
    def patients(self) -> frozenset[str]:
        """The pseudonyms of everybody whose pictures were sent."""
        keys = (self.patient_key, *(shot.patient_key for shot in self.shots))
        return frozenset(key for key in keys if key)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a question ended."""

    outcome: Outcome
    answer: Answer | None = None
    text: str = ""
    """What had come, where there is no whole answer."""
    error: str = ""
    warnings: tuple[str, ...] = ()
    """The plugin's own."""


@dataclass(frozen=True, slots=True)
class Put:
    """A question as it was put."""

    id: str
    asked_at: str
    request: AskRequest
    image: ViewImage
    cases: tuple[Case, ...]
    """The shots, in prompt order."""


def entry_of(put: Put, ended: Ended, product: str) -> AuditedQuestion:
    """Join what was put and how it ended."""
    request, where, answer = put.request, put.image.provenance, ended.answer
    prompt = request.prompt
    said = () if answer is None else answer.warnings
    return AuditedQuestion(
        id=put.id,
        asked_at=put.asked_at,
        product=product,
        outcome=ended.outcome,
        error=ended.error,
        patient_key=where.patient_key,
        study_key=where.study_key,
        source=where.source,
        window=where.window,
        query=AuditedTurn(_hashes(prompt.query.images), prompt.query.question),
        shots=tuple(
            AuditedTurn(
                _hashes(shot.images),
                shot.question,
                shot.answer,
                shot.rationale,
                case.id,
                case.provenance.patient_key,
            )
            for shot, case in zip(prompt.shots, put.cases, strict=True)
        ),
        wanted_model=request.model,
        sampling=request.sampling,
        rationale=request.rationale,
        options=request.options,
        stop=request.stop,
        templates=request.templates,
        sent="" if answer is None or answer.sent is None else answer.sent.text,
        model=None if answer is None else answer.model,
        answer=ended.text if answer is None else answer.text,
        tokens=()
        if answer is None
        else tuple((token.text, token.log_probability) for token in answer.tokens),
        confidence=None if answer is None else answer.confidence,
        finish="" if answer is None else answer.finish_reason,
        timing=None if answer is None else answer.timing,
        warnings=tuple(dict.fromkeys((*ended.warnings, *said))),
    )


def entry_to_bytes(entry: AuditedQuestion) -> bytes:
    """Give the record as it is kept and hashed."""
    return json.dumps(asdict(entry), sort_keys=True, indent=1, ensure_ascii=False).encode()


def entry_from_bytes(data: bytes, name: str) -> AuditedQuestion:
    """Read a record. Raises AuditError when it is not one."""
    try:
        return TypeAdapter(AuditedQuestion).validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "its form"
        raise AuditError(
            f"The record {name} is damaged ({where}: {first['msg']}).",
            "Put it back from a backup.",
        ) from error


def _hashes(pngs: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(content_hash(png) for png in pngs)
