"""How long each frame of a cine stays. PS3.3 C.7.6.5 and C.7.6.6."""

import math

from pydicom.dataset import Dataset

from precedent_viewer.dicom.values import number, numbers


def frame_times_ms(dataset: Dataset, number_of_frames: int) -> tuple[float, ...]:
    """Give each frame's time in milliseconds, one value where all are alike, else nothing.

    A vector of increments comes first, then one frame time, then a rate.
    """
    if number_of_frames < 2:
        return ()
    steps = numbers(dataset, "FrameTimeVector")
    if len(steps) == number_of_frames and all(_is_time(step) for step in steps[1:]):
        # Each value is the time since the frame before; the first is 0, and so the last frame
        # stays as long as the one before it.
        return (*steps[1:], steps[-1])
    time = number(dataset, "FrameTime")
    if _is_time(time) and time is not None:
        return (time,)
    for keyword in ("RecommendedDisplayFrameRate", "CineRate"):
        rate = number(dataset, keyword)
        if _is_time(rate) and rate is not None:
            return (1000 / rate,)
    return ()


def _is_time(value: float | None) -> bool:
    return value is not None and math.isfinite(value) and value > 0
