"""The engine protocol, version 1: what a client asks and what the engine answers.

The wire form is the chat-completions dialect (`/v1/models`, `/v1/chat/completions`, server-sent
events); `precedent` in request and answer is ours and optional. These dataclasses are the meaning;
`wire.py` alone knows the JSON.
"""

from dataclasses import dataclass
from typing import Literal

from precedent_inference.prompt import Prompt
from precedent_inference.templates import TemplateChanges, Templates

PROTOCOL_VERSION = 1

FinishReason = Literal["stop", "length", "cancelled"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the tokens of an answer are chosen, and how many at most.

    Repetition is counted in the answer alone: what the references say is often what a good answer
    repeats.
    """

    max_new_tokens: int = 32
    temperature: float = 0.0
    """0 is greedy."""
    seed: int = 0
    top_p: float = 1.0
    """Draw from the smallest set of tokens that has this probability; 1 is all of them."""
    repetition_penalty: float = 1.0
    """Tokens of the answer so far become less likely above 1, more likely below."""
    no_repeat_ngram: int = 0
    """No run of so many tokens comes twice; 0 allows all."""
    beams: int = 1
    """Answers followed at once in a search for the likeliest; 1 follows one."""
    length_penalty: float = 1.0
    """Of the beam search: above 0 favours longer answers, below 0 shorter ones."""
    top_logprobs: int = 0
    """How many of the likeliest tokens are reported at each place."""


@dataclass(frozen=True, slots=True)
class AskRequest:
    """One question to one model."""

    prompt: Prompt
    model: str = "starter"
    sampling: Sampling = Sampling()
    rationale: bool = False
    """Ask for a rationale before the answer; only sensible when every shot has one."""
    stop: tuple[str, ...] = ()
    """The answer ends before the first of these, and of those that the model's profile names."""
    options: tuple[str, ...] = ()
    """Score these answers and give the likeliest; empty lets the model write its own."""
    logprobs: bool = False
    """Report the log-probability of each token."""
    next_best: bool = False
    """Report the answer that the model would have given next."""
    templates: TemplateChanges | None = None
    """What is written differently from the model's own templates."""


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
    reason: str = ""
    """Why this device and precision, one sentence; empty where there was no choice."""
    missed: tuple[str, ...] = ()
    """What was wanted to run it and could not be had, a sentence each."""
    fingerprint: str = ""
    """SHA-256 of the model's profile, which states the hashes of its files; empty when unknown."""


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
class TokenLog:
    """A token as text, and the natural logarithm of its probability."""

    text: str
    log_probability: float


@dataclass(frozen=True, slots=True)
class AnswerToken:
    """One token of an answer as it was generated, before any clean-up."""

    text: str
    log_probability: float
    """By the model itself, at temperature 1 and without penalties."""
    top: tuple[TokenLog, ...] = ()
    """The likeliest tokens at this place, the best first."""


@dataclass(frozen=True, slots=True)
class OptionScore:
    """How likely one of the given answers is."""

    text: str
    log_probability: float
    """The sum over its tokens."""
    per_token: float
    """The mean over its tokens."""
    probability: float
    """Among the options, by the sums; all options together have 1."""
    probability_per_token: float
    """Among the options, by the means, which do not favour short answers."""


@dataclass(frozen=True, slots=True)
class NextBest:
    """The answer that the model would have given next."""

    text: str
    probability: float
    """Of all its tokens, 0..1."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question stands in line."""

    before: int
    """Questions that come first, the one being answered included."""


@dataclass(frozen=True, slots=True)
class Loading:
    """A model is being loaded."""

    model: str
    fraction: float
    """Done, 0..1."""
    stage: str
    """In words: "Reading the weights"."""


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
    tokens: tuple[AnswerToken, ...] = ()
    """Empty unless they were asked for."""
    options: tuple[OptionScore, ...] = ()
    """In the order of the request; empty unless options were given."""
    next_best: NextBest | None = None
    """None when it was not asked for, or when no other answer reads differently."""


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
    trained_images: int | None = None
    """The most pictures that a prompt held in training; None when it is not known."""
    templates: Templates | None = None
    """How its prompts are written; None for a model of another server."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """One picture of a prompt: its size, and the part of it that the model would see."""

    width: int
    height: int
    kept: tuple[float, float, float, float]
    """Left, top, width and height, in the picture's own pixels."""
    scale: float
    """Model pixels for one of the picture's; below 1 the picture is made smaller."""


@dataclass(frozen=True, slots=True)
class PromptFacts:
    """What a prompt takes of a model, and what of it need not be computed again."""

    model: str
    preamble_tokens: int
    """Before the first reference."""
    shot_tokens: tuple[int, ...]
    """Of each reference, in prompt order."""
    query_tokens: int
    answer_tokens: int
    """Room that is kept for the answer."""
    context_tokens: int
    """What the model reads in all."""
    max_images: int
    trained_images: int | None
    """The most pictures that a prompt held in training; None when it is not known."""
    pictures: tuple[PictureFacts, ...]
    """In prompt order; the query's are last."""
    images_cached: int
    prompt_tokens_cached: int

    @property
    def prompt_tokens(self) -> int:
        """Of the whole prompt."""
        return self.preamble_tokens + sum(self.shot_tokens) + self.query_tokens

    @property
    def total_tokens(self) -> int:
        """Prompt and answer."""
        return self.prompt_tokens + self.answer_tokens

    @property
    def fits(self) -> bool:
        """Whether the model can be asked so."""
        return self.total_tokens <= self.context_tokens and len(self.pictures) <= self.max_images
