"""Every warning that is true of a prompt, in the order in which a reader should see them."""

from collections.abc import Callable, Iterator
from typing import Final

from precedent_plugin.warnings.answers import (
    contradictions,
    majority,
    missing_rationales,
    no_shots,
)
from precedent_plugin.warnings.fit import too_long, too_many_pictures
from precedent_plugin.warnings.kinship import kinship, twin_shots
from precedent_plugin.warnings.likeness import (
    best_not_last,
    mixed_kinds,
    weak_shots,
)
from precedent_plugin.warnings.rendering import mixed_scales, mixed_windows
from precedent_plugin.warnings.seen import blank, detail_lost, edges_cut, not_whole
from precedent_plugin.warnings.warning import PromptWarning, Proposal

Rule = Callable[[Proposal], Iterator[PromptWarning]]

RULES: Final[tuple[Rule, ...]] = (
    too_long,
    too_many_pictures,
    blank,
    not_whole,
    kinship,
    edges_cut,
    detail_lost,
    no_shots,
    mixed_kinds,
    mixed_windows,
    mixed_scales,
    weak_shots,
    majority,
    contradictions,
    twin_shots,
    missing_rationales,
    best_not_last,
)


def prompt_warnings(proposal: Proposal) -> tuple[PromptWarning, ...]:
    """Give every warning that is true of what would be asked."""
    return tuple(warning for rule in RULES for warning in rule(proposal))
