"""The window in which a frame is painted."""

import numpy as np
import pytest

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.frame_loader import FrameLoader
from precedent_viewer.grey_levels import GreyChoice, GreyLevels
from precedent_viewer.memory import MemoryBudget
from precedent_viewer.model.voi import Window
from precedent_viewer.tasks import TaskRunner

GREY = FramePixels(np.zeros((2, 2), np.int16), "MONOCHROME2")
COLOUR = FramePixels(np.zeros((2, 2, 3), np.uint8), "RGB")
OF_FILE, CHOSEN = Window(40, 400), Window(-600, 1500)


@pytest.fixture
def grey(qapp: object) -> GreyLevels:
    """Grey levels of a frame whose file says 40, 400."""
    made = GreyLevels(FrameLoader(TaskRunner(), MemoryBudget(1 << 30, 0), prefetch_frames=0))
    made.show(GREY, OF_FILE)
    return made


def test_the_window_of_the_file_is_shown_until_one_is_chosen(grey: GreyLevels) -> None:
    assert grey.shown_window == OF_FILE
    grey.set_window(CHOSEN)
    assert grey.shown_window == CHOSEN
    grey.set_window(None)
    assert grey.shown_window == OF_FILE


def test_colour_has_no_window_and_keeps_the_choice(grey: GreyLevels) -> None:
    grey.set_window(CHOSEN)
    grey.show(COLOUR, OF_FILE)
    assert grey.shown_window is None
    grey.change_window(center=0, width=1)
    grey.show(GREY, OF_FILE)
    assert grey.shown_window == CHOSEN


def test_a_change_is_told_once_and_none_is_not(grey: GreyLevels) -> None:
    told: list[GreyChoice] = []
    grey.changed.connect(lambda: told.append(grey.choice))
    grey.set_window(CHOSEN)
    grey.set_window(CHOSEN)
    grey.invert()
    assert told == [GreyChoice(CHOSEN), GreyChoice(CHOSEN, inverted=True)]
    grey.reset()
    assert told[-1] == GreyChoice()


@pytest.mark.parametrize(
    ("shown", "least"),
    # PS3.3 C.11.2.1.2: LINEAR needs at least 1, LINEAR_EXACT and SIGMOID more than 0.
    [(Window(0, 5), 1), (Window(0, 5, "LINEAR_EXACT"), 1e-6), (Window(0, 5, "SIGMOID"), 1e-6)],
)
def test_a_drag_stops_where_the_standard_does(
    grey: GreyLevels, shown: Window, least: float
) -> None:
    grey.set_window(shown)
    grey.change_window(center=3, width=-7)
    assert grey.shown_window == Window(3, least, shown.function)
