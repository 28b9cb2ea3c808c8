"""Whether a rationale can be asked for: only when every shot shows one, and the model has a way."""

from collections.abc import Sequence
from dataclasses import dataclass

from precedent_inference.protocol import ModelCard
from precedent_inference.templates import TemplateChanges
from precedent_plugin.cases import Case


@dataclass(frozen=True, slots=True)
class RationaleChoice:
    """Whether it is offered, and why not."""

    is_offered: bool
    reason: str = ""
    """One sentence; empty when it is offered."""


def rationale_choice(
    cases: Sequence[Case], card: ModelCard | None, changes: TemplateChanges | None = None
) -> RationaleChoice:
    """Say whether to offer a rationale for these shots.

    card: of the model; None while it is not known, when the shots alone decide. changes: what the
    user wrote differently in its templates.
    """
    silent = sum(1 for case in cases if not case.rationale)
    if silent:
        have = "has" if silent == 1 else "have"
        return RationaleChoice(
            False, f"{silent} of {len(cases)} references {have} no rationale; a model follows form."
        )
    if card is None or card.templates is None:
        return RationaleChoice(True)
    templates = (changes or TemplateChanges()).applied_to(card.templates)
    if not templates.states_rationales:
        return RationaleChoice(False, f"{card.name} has no template for rationales.")
    return RationaleChoice(True)
