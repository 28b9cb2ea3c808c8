"""What the panel says about an answer, in words, from what the engine reported. No Qt."""

from collections.abc import Iterator
from dataclasses import dataclass

from precedent_inference.protocol import Answer, CacheCounts, ModelSummary, PromptFacts, Timing
from precedent_plugin.history import QuestionRecord


@dataclass(frozen=True, slots=True)
class Fact:
    """One line below an answer."""

    label: str
    value: str
    explanation: str
    """What it means and what it does not mean; the tooltip."""


def facts(answer: Answer) -> tuple[Fact, ...]:
    """Give the lines below an answer, most telling first."""
    return (
        *chances(answer),
        timing(answer.timing),
        *((cache(answer.cache),) if answer.cache.prompt_tokens else ()),
        model(answer.model),
    )


def chances(answer: Answer) -> Iterator[Fact]:
    """Say how probable the model finds its words, or its choice where it chose."""
    chosen = next((one for one in answer.options if one.text == answer.text), None)
    if chosen is not None:
        yield Fact(
            "Model's own probability",
            f"{chosen.probability:.2f} among {counted(len(answer.options), 'answer')}",
            f"The model chose among: {', '.join(one.text for one in answer.options)}. How probable "
            "it found the choice says nothing about whether it is right.",
        )
    elif answer.confidence is not None:
        yield probability(answer.confidence)


def recorded_facts(record: QuestionRecord) -> tuple[Fact, ...]:
    """Give the lines below an answer of the history."""
    asked_at = record.asked_at.replace("T", " ").removesuffix("Z").removesuffix("+00:00")
    return (
        *((probability(record.confidence),) if record.confidence is not None else ()),
        Fact("Model", record.model, "The model that answered then."),
        Fact("Asked", f"{asked_at} UTC", "When the question was asked."),
    )


def facts_words(found: PromptFacts) -> str:
    """Say what a prompt takes of a model, in one line."""
    parts = [
        f"{len(found.pictures)} of {counted(found.max_images, 'picture')}",
        f"{found.total_tokens:,} of {found.context_tokens:,} tokens",
    ]
    if found.trained_images is not None and len(found.pictures) > found.trained_images:
        parts.append(f"trained with {found.trained_images} at most")
    if found.images_cached or found.prompt_tokens_cached:
        kept = f"{counted(found.images_cached, 'picture')} and {found.prompt_tokens_cached} tokens"
        parts.append(f"{kept} known")
    return "  ·  ".join(parts)


def pace(pieces: int, elapsed_s: float) -> str:
    """Say how an answer under way goes."""
    words = f"Answering, {counted(pieces, 'token')}"
    return words if elapsed_s < 0.2 else f"{words}, {pieces / elapsed_s:.0f} tokens/s"


def probability(value: float) -> Fact:
    """Say how probable the model itself found its words."""
    return Fact(
        "Model's own probability",
        f"{value:.2f} for these words",
        "How probable the model found the words it wrote. It says nothing about whether they are "
        "right: a wrong answer can have a high value.",
    )


def timing(value: Timing) -> Fact:
    """Say how fast the answer came."""
    parts = [f"first word {seconds(value.first_token_s)}"]
    if value.tokens_per_s > 0:
        parts.append(f"{value.tokens_per_s:.0f} tokens/s")
    parts.append(counted(value.new_tokens, "token"))
    if value.load_s >= 0.05:
        parts.append(f"model loaded in {seconds(value.load_s)}")
    return Fact("Speed", ", ".join(parts), "Measured by the engine for this answer.")


def cache(value: CacheCounts) -> Fact:
    """Say what was kept from earlier questions and need not be computed again."""
    pictures = value.images_encoded + value.images_reused
    return Fact(
        "Reused",
        f"{value.images_reused} of {counted(pictures, 'picture')}, "
        f"{value.prompt_tokens_reused} of {counted(value.prompt_tokens, 'prompt token')}",
        "Kept from earlier questions: these pictures and words were not computed again.",
    )


def model(value: ModelSummary) -> Fact:
    """Say which model answered and where it ran."""
    parts = (value.name, value.backend, value.precision, value.device)
    return Fact(
        "Model",
        ", ".join(part for part in parts if part),
        "The model that answered, its runtime, its precision and the device that really ran it.",
    )


def seconds(value: float) -> str:
    """Write a duration as a reader would say it."""
    return f"{value * 1000:.0f} ms" if value < 0.9995 else f"{value:.1f} s"


def counted(number: int, thing: str) -> str:
    """Write a number with its thing, in the plural where it is one."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
