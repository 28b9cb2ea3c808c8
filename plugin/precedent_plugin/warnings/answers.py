"""What the shots' answers say before the model does: a majority, a contradiction, no reasons."""

from collections import Counter
from collections.abc import Iterator

from precedent_plugin.plain import plain_words
from precedent_plugin.warnings.kinship import picture_key
from precedent_plugin.warnings.repair import FindShots, MuteShots
from precedent_plugin.warnings.warning import PromptWarning, Proposal, references

MAJORITY = 2 / 3
"""Above this share the model's answer says little: Shukor et al. 2023 and SMMILE 2025 find that
models follow the majority of the examples."""


def no_shots(proposal: Proposal) -> Iterator[PromptWarning]:
    """Say when nothing is sent to compare with."""
    if not proposal.cases:
        yield PromptWarning(
            "no-shots",
            "No reference is sent; the model has only what it learned in training.",
            repair=FindShots(),
        )


def majority(proposal: Proposal) -> Iterator[PromptWarning]:
    """Say what all shots answer, or most of them where another answer stands beside it."""
    cases = proposal.cases
    counts = Counter(plain_words(case.answer) for case in cases)
    if len(cases) < 2:
        return
    (answer, count), *others = counts.most_common()
    members = [case for case in cases if plain_words(case.answer) == answer]
    ids = tuple(case.id for case in members)
    words = members[0].answer.strip()
    if not others:
        yield PromptWarning(
            "one-answer",
            f"All {count} references have the answer “{words}”; models tend to repeat it.",
            ids,
            FindShots(other_than=words),
        )
    elif count > MAJORITY * len(cases):
        surplus = sorted(ids, key=lambda one: proposal.likenesses.get(one, 0.0))
        yield PromptWarning(
            "majority",
            f"The majority says “{words}”: {count} of {len(cases)} references; models tend to "
            "follow it.",
            ids,
            MuteShots(tuple(surplus[: count - others[0][1]])),
        )


def contradictions(proposal: Proposal) -> Iterator[PromptWarning]:
    """Find shots that answer the same question about the same picture differently."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, case in enumerate(proposal.cases, start=1):
        key = (picture_key(proposal, case.images[0]), plain_words(case.question))
        groups.setdefault(key, []).append(number)
    for numbers in groups.values():
        members = [proposal.cases[number - 1] for number in numbers]
        if len({plain_words(case.answer) for case in members}) > 1:
            places = " and ".join(map(str, numbers))
            ids = proposal.ids(numbers)
            yield PromptWarning(
                "contradiction",
                f"References {places} answer the same question about the same picture differently.",
                ids,
                MuteShots(ids),
            )


def missing_rationales(proposal: Proposal) -> Iterator[PromptWarning]:
    """Say which shots have no rationale where one is asked for."""
    silent = [at for at, case in enumerate(proposal.cases, start=1) if not case.rationale]
    if proposal.rationale and silent:
        ids = proposal.ids(silent)
        yield PromptWarning(
            "rationale-missing",
            f"{references(silent, ' has', ' have')} no rationale, so none can be asked for.",
            ids,
            MuteShots(ids),
        )
