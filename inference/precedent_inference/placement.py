"""Which image a text token sees: the two rules of the Flamingo family, counted from 1.

"previous" (OpenFlamingo V2, the starter model): the last image at or before the token; text before
the first image sees none. "next" (OpenFlamingo V1, Med-Flamingo as released): an image token sees
its own image, every other token the image after it, and text after the last image sees none.
Source: mlfoundations/open_flamingo tags 0.0.2 and 2.0, their masked cross-attention.
"""

from collections.abc import Sequence
from typing import Literal, get_args

Placement = Literal["next", "previous"]
PLACEMENTS: tuple[Placement, ...] = get_args(Placement)

NO_IMAGE = 0
"""The index of a token that sees no image; its cross-attention output is zero."""


def media_index(
    token_is_image: Sequence[bool], placement: Placement, *, seen: int = 0, total: int | None = None
) -> list[int]:
    """Give for each token the number of the image that it sees, 0 for none.

    seen: image tokens before this piece of the sequence (0 for a whole sequence). total: image
    tokens of the whole sequence; needed by "next" when the piece is not its end. Counting a piece
    alone is the classic mistake: the text of the last reference would not see the query's image.
    """
    if total is None:
        total = seen + sum(token_is_image)
    result: list[int] = []
    for is_image in token_is_image:
        seen += is_image
        looks_ahead = placement == "next" and not is_image
        index = seen + 1 if looks_ahead else seen
        result.append(index if index <= total else NO_IMAGE)
    return result


def decode_index(placement: Placement, total: int) -> int:
    """Give the image that a generated token sees: the last one, or with "next" none."""
    return total if placement == "previous" else NO_IMAGE


def reusable_prefix(token_is_image: Sequence[bool], placement: Placement) -> int:
    """Give how many leading tokens keep their keys and values when the last image is exchanged.

    Every token up to, but not including, the first one that sees the last image.
    """
    indexes = media_index(token_is_image, placement)
    last = sum(token_is_image)
    return next((at for at, index in enumerate(indexes) if index == last), len(indexes))
