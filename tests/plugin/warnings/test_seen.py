"""What the model would not see is said where there is something to see."""

import numpy as np
import pytest
from tests.plugin.warnings.scene import Pixels, case, facts, organ, png, proposal, view

from precedent_inference.protocol import PictureFacts
from precedent_plugin.warnings.check import prompt_warnings
from precedent_plugin.warnings.repair import FitWhole, LookAgain, RemoveShots
from precedent_plugin.warnings.seen import lost_detail

WIDE = PictureFacts(192, 96, (48.0, 0.0, 96.0, 96.0), 1.0)
SQUARE = PictureFacts(96, 96, (0.0, 0.0, 96.0, 96.0), 1.0)
SHOTS = (case(1, "Left"), case(2, "Right"))


def wide(*, filled: bool) -> Pixels:
    """192 x 96 with an organ in the central square, and with or without something beside it."""
    pixels = np.zeros((96, 192), dtype=np.uint8)
    pixels[:, 48:144] = organ(1, 96)
    if filled:
        pixels[40:60, 4:30] = 200
    return pixels


def test_an_edge_with_something_on_it_is_cut_with_a_word() -> None:
    known = facts(pictures=(SQUARE, SQUARE, WIDE), shot_tokens=(20, 20))
    made = proposal(*SHOTS, image=view(png(wide(filled=True))), facts=known)
    (warning,) = prompt_warnings(made)
    assert warning.kind == "edges-cut"
    assert "of the picture up to 50% is cut off" in warning.message
    assert warning.repair == FitWhole()


def test_an_empty_edge_is_cut_without_a_word() -> None:
    known = facts(pictures=(SQUARE, SQUARE, WIDE), shot_tokens=(20, 20))
    made = proposal(*SHOTS, image=view(png(wide(filled=False))), facts=known)
    assert prompt_warnings(made) == ()


def test_a_shot_that_is_cut_is_named() -> None:
    known = facts(pictures=(SQUARE, WIDE, SQUARE), shot_tokens=(20, 20))
    picture = png(wide(filled=True))
    made = proposal(
        *SHOTS,
        image=view(png(organ(3, 96))),
        pictures={SHOTS[1].images[0]: picture},
        facts=known,
    )
    (warning,) = prompt_warnings(made)
    assert (warning.kind, warning.case_ids) == ("edges-cut", (SHOTS[1].id,))


def lines() -> bytes:
    """192 x 192, every other column bright."""
    return png(np.tile(np.where(np.arange(192) % 2, 200, 40), (192, 1)).astype(np.uint8))


def ramp() -> bytes:
    """192 x 192, brighter from left to right, without any detail."""
    return png(np.tile(np.linspace(0, 255, 192).astype(np.uint8), (192, 1)))


HALF = PictureFacts(192, 192, (0.0, 0.0, 192.0, 192.0), 0.5)


def test_nothing_is_lost_where_there_is_no_detail() -> None:
    known = facts(pictures=(SQUARE, SQUARE, HALF), shot_tokens=(20, 20))
    assert prompt_warnings(proposal(*SHOTS, image=view(ramp()), facts=known)) == ()


def test_lost_detail_sends_the_reader_to_a_region() -> None:
    known = facts(pictures=(SQUARE, SQUARE, HALF), shot_tokens=(20, 20))
    (warning,) = prompt_warnings(proposal(*SHOTS, image=view(lines()), facts=known))
    assert "at 50% of its size; detail finer than about 4 pixels" in warning.message
    assert warning.repair == LookAgain("region")


def test_a_picture_that_is_not_made_smaller_loses_nothing() -> None:
    known = facts(pictures=(SQUARE,) * 3, shot_tokens=(20, 20))
    assert prompt_warnings(proposal(*SHOTS, image=view(lines()), facts=known)) == ()


def test_the_finest_lines_are_lost_whole_at_half_size() -> None:
    # Columns of 200 and 40 in turn have the mean 120: each pixel is off by 80.
    assert lost_detail(lines(), 0.5) == pytest.approx(80, abs=8)


def test_a_blank_shot_is_taken_out() -> None:
    blank = png(np.full((32, 32), 9, dtype=np.uint8))
    shots = (case(1, "Left"), case(2, "Right", picture=blank))
    (warning,) = prompt_warnings(proposal(*shots, pictures={shots[1].images[0]: blank}))
    assert (warning.kind, warning.repair) == ("blank-shot", RemoveShots((shots[1].id,)))


def test_a_shot_with_one_bright_pixel_is_not_blank() -> None:
    pixels = np.full((32, 32), 9, dtype=np.uint8)
    pixels[3, 4] = 10
    picture = png(pixels)
    shots = (case(1, "Left"), case(2, "Right", picture=picture))
    assert prompt_warnings(proposal(*shots, pictures={shots[1].images[0]: picture})) == ()
