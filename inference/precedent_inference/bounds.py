"""What the numbers and texts of a request may be; every bound is named by its refusal."""

from precedent_inference.errors import PromptError
from precedent_inference.protocol import AskRequest, Sampling
from precedent_inference.templates import MAX_TEMPLATE_CHARACTERS

MAX_NEW_TOKENS = 1024
MAX_TEMPERATURE = 5.0
MAX_PENALTY = 10.0
MAX_NGRAM = 64
MAX_BEAMS = 16
MAX_LENGTH_PENALTY = 10.0
MAX_TOP_LOGPROBS = 20
MAX_STOPS = 16
MAX_STOP_CHARACTERS = 200
MAX_OPTIONS = 32
MAX_OPTION_CHARACTERS = 500


def require_bounds(request: AskRequest) -> None:
    """Raise PromptError unless a request makes sense apart from its prompt and model."""
    _require_sampling(request.sampling)
    if request.sampling.top_logprobs and not request.logprobs:
        raise PromptError("top_logprobs was given without logprobs.", "Set logprobs to true.")
    if len(request.stop) > MAX_STOPS:
        raise PromptError(f"{len(request.stop)} stop texts were given; at most {MAX_STOPS}.")
    if not all(1 <= len(text) <= MAX_STOP_CHARACTERS for text in request.stop):
        raise PromptError(f"A stop text must have 1 to {MAX_STOP_CHARACTERS} characters.")
    changed = {} if request.templates is None else request.templates.changed
    if any(len(text) > MAX_TEMPLATE_CHARACTERS for text in changed.values()):
        raise PromptError(f"A template must have at most {MAX_TEMPLATE_CHARACTERS:,} characters.")
    if request.options:
        _require_options(request)


def _require_sampling(sampling: Sampling) -> None:
    _require("max_tokens", sampling.max_new_tokens, 1, MAX_NEW_TOKENS)
    _require("temperature", sampling.temperature, 0, MAX_TEMPERATURE)
    _require("seed", sampling.seed, 0, 2**63 - 1)
    _require("repetition_penalty", sampling.repetition_penalty, 1 / MAX_PENALTY, MAX_PENALTY)
    _require("no_repeat_ngram", sampling.no_repeat_ngram, 0, MAX_NGRAM)
    _require("beams", sampling.beams, 1, MAX_BEAMS)
    _require("length_penalty", sampling.length_penalty, -MAX_LENGTH_PENALTY, MAX_LENGTH_PENALTY)
    _require("top_logprobs", sampling.top_logprobs, 0, MAX_TOP_LOGPROBS)
    if not 0 < sampling.top_p <= 1:
        raise PromptError(f"top_p is {sampling.top_p:g}; it must be above 0 and at most 1.")
    if sampling.beams > 1 and sampling.temperature > 0:
        raise PromptError(
            "beams and temperature were given together: beams search for the likeliest answer, a "
            "temperature draws one.",
            "Leave one of them out.",
        )


def _require(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise PromptError(f"{name} is {value:g}; it must be from {least:g} to {most:g}.")


def _require_options(request: AskRequest) -> None:
    options = [option.strip() for option in request.options]
    if not 2 <= len(options) <= MAX_OPTIONS:
        raise PromptError(f"Options: {len(options)} given, and it must be 2 to {MAX_OPTIONS}.")
    if not all(1 <= len(option) <= MAX_OPTION_CHARACTERS for option in options):
        raise PromptError(f"An option must have 1 to {MAX_OPTION_CHARACTERS} characters.")
    if len(set(options)) < len(options):
        raise PromptError("Two of the options are the same.", "Give each option once.")
    if request.rationale:
        raise PromptError(
            "Options and a rationale were asked for together: options are scored, not written.",
            "Leave one of them out.",
        )
