"""What is true about a prompt and worth knowing before it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from precedent_plugin.cases import Case
from precedent_plugin.preprocess import ViewImage

WarningKind = Literal[
    "no-shots",
    "one-answer",
    "contradiction",
    "same-patient",
    "same-study",
    "same-image",
    "blank-image",
    "pixels-not-whole",
]


@dataclass(frozen=True, slots=True)
class PromptWarning:
    """One true sentence about a prompt."""

    kind: WarningKind
    message: str
    case_ids: tuple[str, ...] = ()
    """The shots that it is about."""


def prompt_warnings(cases: Sequence[Case], image: ViewImage | None) -> tuple[PromptWarning, ...]:
    """Give every warning that is true of these shots and this picture."""
    raise NotImplementedError
