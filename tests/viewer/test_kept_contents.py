"""The bound on what layers keep."""

import numpy as np

from precedent_viewer.kept_contents import KeptContents
from precedent_viewer.layers import LayerContent, Wash


def wash(rows: int) -> LayerContent:
    return LayerContent(washes=(Wash(np.zeros((rows, 1, 4), np.uint8)),))


def test_the_oldest_go_when_the_bytes_are_used_up() -> None:
    kept = KeptContents[int](most_bytes=100, least_kept=1)
    for key in range(4):
        kept.keep(key, wash(10))  # 40 bytes each.
    assert [kept.get(key) is not None for key in range(4)] == [False, False, True, True]


def test_as_many_as_there_are_viewports_stay_whatever_their_size() -> None:
    kept = KeptContents[int](most_bytes=10, least_kept=3)
    for key in range(5):
        kept.keep(key, wash(10))
    assert len(kept) == 3


def test_a_content_that_is_kept_anew_counts_once() -> None:
    kept = KeptContents[int](most_bytes=100, least_kept=1)
    for _ in range(5):
        kept.keep(1, wash(10))
    kept.keep(2, wash(10))
    assert len(kept) == 2
    kept.clear()
    assert len(kept) == 0
