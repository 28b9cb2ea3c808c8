"""The engine protocol, version 1: what a client asks and what the engine answers.

The wire form is the chat-completions dialect (`/v1/models`, `/v1/chat/completions`, server-sent
events); `precedent` in request and answer is ours and optional. These dataclasses are the meaning;
`wire.py` alone knows the JSON.
"""

from dataclasses import dataclass
from typing import Literal

from precedent_inference.prompt import Prompt

PROTOCOL_VERSION = 1

FinishReason = Literal["stop", "length", "cancelled"]


@dataclass(frozen=True, slots=True)
class AskRequest:
    """One question to one model."""

    prompt: Prompt
    model: str = "starter"
    max_new_tokens: int = 32
    temperature: float = 0.0
    """0 is greedy."""
    seed: int = 0
    rationale: bool = False
    """Ask for a rationale before the answer; only sensible when every shot has one."""


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """Which model answered, where and how."""

    name: str
    kind: str
    """"flamingo" for the family built here."""
    backend: str
    """"pytorch" or "onnx"; "remote" for a server that is not ours."""
    precision: str
    device: str
    """The device or execution provider that really ran it."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, and tokens a second."""

    load_s: float
    first_token_s: float
    tokens_per_s: float
    new_tokens: int


@dataclass(frozen=True, slots=True)
class CacheCounts:
    """What was computed and what was reused for one answer."""

    images_encoded: int
    images_reused: int
    prompt_tokens: int
    prompt_tokens_reused: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What the model really saw."""

    text: str
    """The whole prompt, special tokens visible."""
    media: tuple[bytes, ...]
    """PNG of every picture at model size, in prompt order; the query's is last."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer with the evidence of how it came about."""

    text: str
    model: ModelSummary
    shots: tuple[str, ...]
    """Case ids in prompt order."""
    timing: Timing
    cache: CacheCounts
    confidence: float | None
    """Probability that the model itself gave the answer's tokens, 0..1; None when not reported."""
    warnings: tuple[str, ...]
    finish_reason: FinishReason
    sent: Sent | None = None
    """None from a server that does not report it."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model that an engine offers, as `/v1/models` lists it."""

    name: str
    kind: str
    takes_shots: Literal["yes", "no", "harmful"]
    max_images: int
    context_tokens: int
    card: str
    """What the model is and is not, Markdown."""
    known_limits: tuple[str, ...] = ()
