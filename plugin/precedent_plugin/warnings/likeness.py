"""Shots that do not belong to the picture: of another kind, of another place, or unlike it.

What a file says of itself is compared, and where it says nothing, nothing is claimed.
"""

from collections.abc import Callable, Iterator

from precedent_plugin.cases import Case, Provenance
from precedent_plugin.plain import plain_words
from precedent_plugin.warnings.repair import MuteShots, Reorder
from precedent_plugin.warnings.warning import (
    PromptWarning,
    Proposal,
    WarningKind,
    references,
)

RADIOGRAPHS = frozenset({"CR", "DX", "DR", "RG"})
"""Four names of one kind of picture (PS3.3 C.7.3.1.1.1, DR being no longer a term of it)."""
UNTOLD = frozenset({"", "OT", "PICTURE"})
"""Modalities that say nothing: none, "other", and a plain picture."""
SAME_PLACE = {"THORAX": "CHEST"}
WEAK_RATIO, WEAK = 0.6, 0.25
"""A shot is weak below this likeness, which pictures of two kinds rarely reach; and below this part
of the best one's, unless it asks the same of the same kind of picture: then it is a contrast."""
LATE_RATIO = 0.8


def mixed_kinds(proposal: Proposal) -> Iterator[PromptWarning]:
    """Find shots of another modality or another part of the body than the picture."""
    yield from _differing(proposal, "mixed-modality", modality_of)
    yield from _differing(proposal, "mixed-anatomy", _place)


def weak_shots(proposal: Proposal) -> Iterator[PromptWarning]:
    """Find shots that are little like the picture, on their own or beside the best one."""
    known = {
        case.id: proposal.likenesses[case.id]
        for case in proposal.cases
        if case.id in proposal.likenesses
    }
    if not known:
        return
    best = max(known.values())
    first = next(case for case in proposal.cases if known.get(case.id) == best)
    numbers = [
        number
        for number, case in enumerate(proposal.cases, start=1)
        if case.id in known
        and known[case.id] < (WEAK if _is_contrast(case, first) else max(WEAK, WEAK_RATIO * best))
    ]
    if numbers:
        ids = proposal.ids(numbers)
        values = ", ".join(f"{known[one]:.2f}" for one in ids)
        beside = f"; the best reaches {best:.2f}" if len(ids) < len(proposal.cases) else ""
        yield PromptWarning(
            "weak-shot",
            f"{references(numbers)} little like the picture ({values}{beside}); "
            "one that does not belong costs accuracy.",
            ids,
            MuteShots(ids),
        )


def best_not_last(proposal: Proposal) -> Iterator[PromptWarning]:
    """Say when another shot than the last is much the most like the picture."""
    known = [proposal.likenesses.get(case.id) for case in proposal.cases]
    values = [value for value in known if value is not None]
    if len(values) < 2 or len(values) < len(known):
        return
    best = max(values)
    if values[-1] < LATE_RATIO * best:
        number = values.index(best) + 1
        yield PromptWarning(
            "best-not-last",
            f"Reference {number} is the most like the picture ({best:.2f}), but the last one "
            f"({values[-1]:.2f}) weighs most.",
            proposal.ids((number,)),
            Reorder("most-similar-last"),
        )


def _differing(
    proposal: Proposal, kind: WarningKind, read: Callable[[Provenance], str]
) -> Iterator[PromptWarning]:
    """Compare with the picture, or where it says nothing with what most shots say."""
    values = [read(case.provenance) for case in proposal.cases]
    here = "" if proposal.image is None else read(proposal.image.provenance)
    known = [value for value in values if value]
    if not known:
        return
    usual = here or max(known, key=known.count)
    numbers = [at for at, value in enumerate(values, start=1) if value and value != usual]
    if numbers:
        ids = proposal.ids(numbers)
        labels = " and ".join(dict.fromkeys(values[number - 1] for number in numbers))
        rest = "the picture is" if here else "the others are"
        yield PromptWarning(
            kind, f"{references(numbers)} labelled {labels}; {rest} {usual}.", ids, MuteShots(ids)
        )


def _is_contrast(case: Case, best: Case) -> bool:
    one, other = case.provenance, best.provenance
    return (plain_words(case.question), modality_of(one), _place(one)) == (
        plain_words(best.question),
        modality_of(other),
        _place(other),
    )


def modality_of(where: Provenance) -> str:
    """Give the kind of picture; empty where a file does not say."""
    word = where.modality.strip().upper()
    if word in UNTOLD:
        return ""
    return "radiograph" if word in RADIOGRAPHS else word


def _place(where: Provenance) -> str:
    word = where.body_part.strip().upper()
    return SAME_PLACE.get(word, word)
