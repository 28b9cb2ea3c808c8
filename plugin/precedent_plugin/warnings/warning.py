"""A warning: one true sentence about a prompt, the shots that it is about, and its repair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from precedent_inference.protocol import PromptFacts
from precedent_plugin.cases import Case
from precedent_plugin.preprocess import ViewImage
from precedent_plugin.warnings.repair import Repair

WarningKind = Literal[
    "no-shots",
    "one-answer",
    "majority",
    "contradiction",
    "rationale-missing",
    "same-image",
    "near-duplicate",
    "same-study",
    "same-patient",
    "twin-shots",
    "mixed-modality",
    "mixed-anatomy",
    "mixed-window",
    "mixed-scale",
    "weak-shot",
    "best-not-last",
    "too-long",
    "too-many-pictures",
    "beyond-training",
    "edges-cut",
    "detail-lost",
    "blank-image",
    "blank-shot",
    "pixels-not-whole",
]


@dataclass(frozen=True, slots=True)
class PromptWarning:
    """One true sentence about a prompt."""

    kind: WarningKind
    message: str
    case_ids: tuple[str, ...] = ()
    """The shots that it is about."""
    repair: Repair | None = None
    """What one click can do; None where only another picture helps."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be asked, and what is known of it."""

    cases: Sequence[Case]
    """The shots in prompt order."""
    image: ViewImage | None = None
    pictures: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    """PNGs of the shots by hash; what is not here is judged by its words alone."""
    likenesses: Mapping[str, float] = field(default_factory=dict[str, float])
    """By case id, 0..1 to the picture."""
    rationale: bool = False
    facts: PromptFacts | None = None
    """The engine's count; None while no engine has counted."""

    def picture(self, case: Case) -> bytes | None:
        """Give a shot's first picture where it is at hand."""
        return self.pictures.get(case.images[0])

    def sent(self) -> list[tuple[int, bytes | None]]:
        """Give every picture in prompt order with its shot's number; 0 is the query."""
        shown = [
            (number, self.pictures.get(sha256))
            for number, case in enumerate(self.cases, start=1)
            for sha256 in case.images
        ]
        return shown if self.image is None else [*shown, (0, self.image.png)]

    def ids(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Give the case ids of shots by their numbers, from 1."""
        return tuple(self.cases[number - 1].id for number in numbers)


def references(numbers: Sequence[int], one: str = " is", many: str = " are") -> str:
    """Name shots by their places in the prompt: "References 2 and 3 are"."""
    if len(numbers) == 1:
        return f"Reference {numbers[0]}{one}"
    places = ", ".join(map(str, numbers[:-1]))
    return f"References {places} and {numbers[-1]}{many}"
