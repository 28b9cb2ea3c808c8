"""Shots that hold the answer already: the query's own picture, a copy of it, its study or patient.

And shots that are copies of each other: they count twice and teach once.
"""

from collections.abc import Iterator
from itertools import combinations

from precedent_plugin.cases import Case
from precedent_plugin.pictures import pixel_hash
from precedent_plugin.plain import plain_words
from precedent_plugin.preprocess import ViewImage
from precedent_plugin.warnings.copies import Copy, find_copy
from precedent_plugin.warnings.repair import MuteShots, RemoveShots
from precedent_plugin.warnings.warning import (
    PromptWarning,
    Proposal,
    WarningKind,
    references,
)


def kinship(proposal: Proposal) -> Iterator[PromptWarning]:
    """Find shots of the query's own picture, study or patient; each is named once."""
    if proposal.image is None:
        return
    found: dict[WarningKind, list[int]] = {}
    for number, case in enumerate(proposal.cases, start=1):
        copy = None
        kind = _same_image(proposal, case, proposal.image)
        if kind is None and (copy := _copy(proposal.picture(case), proposal.image.png)):
            yield _copied(proposal, number, copy)
            continue
        kind = kind or _same_person(case, proposal.image)
        if kind is not None:
            found.setdefault(kind, []).append(number)
    sentences: tuple[tuple[WarningKind, str], ...] = (
        ("same-image", "the very picture that is asked about"),
        ("same-study", "from the same study as the picture"),
        ("same-patient", "from the same patient as the picture"),
    )
    for kind, what in sentences:
        numbers = found.get(kind, [])
        if numbers:
            ids = proposal.ids(numbers)
            message = f"{references(numbers)} {what}; the answer may only repeat what was known."
            yield PromptWarning(kind, message, ids, MuteShots(ids))


def twin_shots(proposal: Proposal) -> Iterator[PromptWarning]:
    """Find pairs of shots that are one picture and ask and answer the same about it."""
    numbered = enumerate(proposal.cases, start=1)
    for (first, one), (second, other) in combinations(numbered, 2):
        is_same_lesson = plain_words(one.question) == plain_words(other.question) and (
            plain_words(one.answer) == plain_words(other.answer)
        )
        if is_same_lesson and _is_one_picture(proposal, one, other):
            twins = proposal.ids((first, second))
            yield PromptWarning(
                "twin-shots",
                f"References {first} and {second} show one picture with one answer; "
                "they count twice and teach once.",
                twins,
                RemoveShots(twins[:1]),
            )


def picture_key(proposal: Proposal, sha256: str) -> str:
    """Name a picture by its pixels where they are at hand, else by its file."""
    png = proposal.pictures.get(sha256)
    return sha256 if png is None else pixel_hash(png)


def _same_image(proposal: Proposal, case: Case, image: ViewImage) -> WarningKind | None:
    keys = {picture_key(proposal, sha256) for sha256 in case.images}
    is_same = image.sha256 in case.images or pixel_hash(image.png) in keys
    return "same-image" if is_same else None


def _same_person(case: Case, image: ViewImage) -> WarningKind | None:
    there, here = case.provenance, image.provenance
    if here.study_key and there.study_key == here.study_key:
        return "same-study"
    if here.patient_key and there.patient_key == here.patient_key:
        return "same-patient"
    return None


def _copy(one: bytes | None, other: bytes) -> Copy | None:
    return None if one is None else find_copy(one, other)


def _copied(proposal: Proposal, number: int, copy: Copy) -> PromptWarning:
    ids = proposal.ids((number,))
    return PromptWarning(
        "near-duplicate",
        f"Reference {number} is {copy.words} of the picture; the answer may only repeat what was "
        "known.",
        ids,
        MuteShots(ids),
    )


def _is_one_picture(proposal: Proposal, one: Case, other: Case) -> bool:
    keys = {picture_key(proposal, case.images[0]) for case in (one, other)}
    if len(keys) == 1:
        return True
    first, second = proposal.picture(one), proposal.picture(other)
    return first is not None and second is not None and find_copy(first, second) is not None
