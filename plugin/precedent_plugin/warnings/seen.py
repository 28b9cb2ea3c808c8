"""What the model would not see of the pictures: nothing at all, cut edges, lost detail."""

import io
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from precedent_plugin.warnings.repair import FitWhole, LookAgain, RemoveShots
from precedent_plugin.warnings.warning import PromptWarning, Proposal, references

GreyImage = NDArray[np.float32]

STANDS_OUT = 24
"""Grey levels from a margin's usual value; less is ground and noise."""
FILLED = 0.01
"""Part of a margin that must stand out for it to hold something."""
CUT = 0.02
"""Part of a picture that may be cut off without a word."""
BLOCKS = 16
LOST = 14.0
"""Grey levels, root mean square, by which the clearest block of detail may change."""


def blank(proposal: Proposal) -> Iterator[PromptWarning]:
    """Find pictures in which every pixel is the same."""
    if proposal.image is not None and proposal.image.is_blank:
        yield PromptWarning(
            "blank-image",
            "The picture is blank: every pixel is the same.",
            repair=LookAgain("window"),
        )
    empty = [
        number
        for number, case in enumerate(proposal.cases, start=1)
        if (png := proposal.picture(case)) is not None and is_blank(png)
    ]
    if empty:
        ids = proposal.ids(empty)
        yield PromptWarning(
            "blank-shot",
            f"{references(empty)} blank: there is nothing to see.",
            ids,
            RemoveShots(ids),
        )


def not_whole(proposal: Proposal) -> Iterator[PromptWarning]:
    """Pass on what the viewer says of the picture's pixels."""
    for note in () if proposal.image is None else proposal.image.notes:
        yield PromptWarning("pixels-not-whole", f"The picture is not whole: {note}.")


def edges_cut(proposal: Proposal) -> Iterator[PromptWarning]:
    """Find pictures that lose more than empty ground at the model's crop."""
    if proposal.facts is None or len(proposal.facts.pictures) != len(proposal.sent()):
        return
    shares: dict[int, float] = {}
    for (number, png), facts in zip(proposal.sent(), proposal.facts.pictures, strict=True):
        left, top, width, height = facts.kept
        share = 1 - width * height / (facts.width * facts.height)
        box = (round(left), round(top), round(left + width), round(top + height))
        if share > CUT and png is not None and is_filled_outside(png, box):
            shares[number] = max(share, shares.get(number, 0.0))
    if not shares:
        return
    numbers = sorted(number for number in shares if number)
    whose = ["the picture"] if 0 in shares else []
    whose += [f"reference {number}" for number in numbers]
    yield PromptWarning(
        "edges-cut",
        f"The model sees the central square alone; of {' and '.join(whose)} up to "
        f"{max(shares.values()):.0%} is cut off, and it is not empty there.",
        proposal.ids(numbers),
        FitWhole(),
    )


def detail_lost(proposal: Proposal) -> Iterator[PromptWarning]:
    """Say when the picture has detail that its size in the model cannot show."""
    facts, image = proposal.facts, proposal.image
    if facts is None or image is None or not facts.pictures:
        return
    scale = facts.pictures[-1].scale
    if scale < 1 and lost_detail(image.png, scale) > LOST:
        yield PromptWarning(
            "detail-lost",
            f"The model sees the picture at {scale:.0%} of its size; detail finer than about "
            f"{2 / scale:.0f} pixels is lost.",
            repair=LookAgain("region"),
        )


@lru_cache(maxsize=64)
def is_blank(png: bytes) -> bool:
    """Tell whether every pixel of a picture is the same."""
    with Image.open(io.BytesIO(png)) as picture:
        colour = np.asarray(picture.convert("RGB"))
    return bool((colour == colour[0, 0]).all())


@lru_cache(maxsize=64)
def is_filled_outside(png: bytes, box: tuple[int, int, int, int]) -> bool:
    """Tell whether what lies outside a box (left, top, right, bottom) is more than plain ground."""
    grey = _grey(png)
    left, top, right, bottom = box
    margins = (grey[:top], grey[bottom:], grey[:, :left], grey[:, right:])
    return any(_is_filled(margin) for margin in margins if margin.size)


@lru_cache(maxsize=64)
def lost_detail(png: bytes, scale: float) -> float:
    """Give how much making a picture smaller changes its clearest part, in grey levels.

    The picture is made smaller and larger again; the result is the greatest root mean square
    difference among `BLOCKS` x `BLOCKS` parts.
    """
    grey = _grey(png)
    rows, columns = grey.shape
    small = max(1, round(columns * scale)), max(1, round(rows * scale))
    picture = Image.fromarray(grey)
    again = picture.resize(small, Image.Resampling.BICUBIC).resize(
        (columns, rows), Image.Resampling.BICUBIC
    )
    squared = (grey - np.asarray(again)) ** 2
    means = Image.fromarray(squared).resize((BLOCKS, BLOCKS), Image.Resampling.BOX)
    return float(np.sqrt(np.asarray(means).max()))


def _is_filled(margin: GreyImage) -> bool:
    usual = np.median(margin)
    return float((np.abs(margin - usual) > STANDS_OUT).mean()) > FILLED


def _grey(png: bytes) -> GreyImage:
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("L"), dtype=np.float32)
