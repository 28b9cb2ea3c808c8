"""References for a question that is asked without a window: from files and casebooks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from precedent_plugin.casebook_file import read_casebook
from precedent_plugin.cases import Case
from precedent_plugin.library import CaseLibrary
from precedent_plugin.pictures import check_png
from precedent_plugin.plain import plain_words
from precedent_plugin.preprocess import ViewImage
from precedent_plugin.select import OrderPolicy, describe_png, likeness, order_shots
from precedent_plugin.tray import MAX_SHOTS

BY_HAND: Final = "shot-"
"""Begins the id of a reference that was given on the command line, `shot-1`, `shot-2`…"""


@dataclass(frozen=True, slots=True)
class Reference:
    """A case with its pictures and its likeness to the query."""

    case: Case
    pngs: tuple[bytes, ...]
    likeness: float


@dataclass(frozen=True, slots=True)
class CasePicture:
    """A case with its pictures."""

    case: Case
    pngs: tuple[bytes, ...]

    @property
    def png(self) -> bytes:
        """The first picture, by which the case is compared with others."""
        return self.pngs[0]


def from_library(library: CaseLibrary, casebook_id: str) -> list[CasePicture]:
    """Give a casebook of the library."""
    return [
        CasePicture(case, tuple(library.image(sha256) for sha256 in case.images))
        for case in library.cases(casebook=casebook_id)
    ]


def from_file(path: Path) -> list[CasePicture]:
    """Give a casebook file. Raises CasebookError when it is refused."""
    with read_casebook(path) as file:
        return [
            CasePicture(case, tuple(file.picture(sha256) for sha256 in case.images))
            for case in file.cases
        ]


def given(number: int, image: ViewImage, question: str, answer: str) -> CasePicture:
    """Make a reference of a picture and words of the command line. Raises CaseError."""
    check_png(image.png)
    return CasePicture(
        Case(f"{BY_HAND}{number}", (image.sha256,), question, answer, provenance=image.provenance),
        (image.png,),
    )


def choose(
    candidates: Sequence[CasePicture], image: ViewImage, question: str, limit: int
) -> list[CasePicture]:
    """Give up to `limit` cases of a casebook that are most like the query, in their own order.

    Where some cases ask the very question, the others are left out: a reference about something
    else costs accuracy.
    """
    same = [item for item in candidates if plain_words(item.case.question) == plain_words(question)]
    pool = same or list(candidates)
    query = describe_png(image.png)
    nearest = sorted(pool, key=lambda item: -likeness(query, describe_png(item.png)))[:limit]
    kept = {item.case.id for item in nearest}
    return [item for item in pool if item.case.id in kept][:limit]


def arrange(
    items: Sequence[CasePicture], image: ViewImage, policy: OrderPolicy
) -> tuple[Reference, ...]:
    """Put references into prompt order."""
    query = describe_png(image.png)
    near = [likeness(query, describe_png(item.png)) for item in items]
    found = {
        item.case.id: Reference(item.case, item.pngs, value)
        for item, value in zip(items, near, strict=True)
    }
    ordered = order_shots([item.case for item in items], policy, near)
    return tuple(found[case.id] for case in ordered)


def room_for_casebook(given_by_hand: int, limit: int = MAX_SHOTS) -> int:
    """Say how many references a casebook may add to those given by hand."""
    return max(0, limit - given_by_hand)
