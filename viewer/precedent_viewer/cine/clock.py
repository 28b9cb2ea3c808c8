"""Which frame of a series is due at which moment. No Qt.

Time is counted from the first frame; a series is a closed round of frames, each with its own
length, or runs forth and back.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from precedent_viewer.model.study import Frame

Way = Literal["loop", "sweep"]
USUAL_RATE = 15.0
"""Frames a second of a stack that has no time of its own."""
LEAST_RATE, MOST_RATE = 0.5, 120.0
SHORTEST_MS, LONGEST_MS = 1.0, 60_000.0
"""Frame times outside are taken for errors of the file."""


@dataclass(frozen=True, slots=True)
class FrameClock:
    """The ends of all frames in one round, ms from its beginning."""

    ends_ms: tuple[float, ...]

    @property
    def round_ms(self) -> float:
        """How long all frames take once."""
        return self.ends_ms[-1]

    @property
    def rate(self) -> float:
        """Frames a second on the mean."""
        return 1000 * len(self.ends_ms) / self.round_ms

    def start_of(self, index: int) -> float:
        """Give the moment at which a frame begins, ms."""
        return self.ends_ms[index - 1] if index else 0.0

    def index_at(self, elapsed_ms: float, way: Way = "loop") -> int:
        """Give the frame that is due; `elapsed_ms` may be many rounds long."""
        count = len(self.ends_ms)
        if way == "sweep":
            # Forth and back: the same clock, mirrored every second round.
            turn, within = divmod(elapsed_ms, self.round_ms)
            at = min(bisect_right(self.ends_ms, within), count - 1)
            return at if turn % 2 == 0 else count - 1 - at
        return min(bisect_right(self.ends_ms, elapsed_ms % self.round_ms), count - 1)


def clock_of(frames: Sequence[Frame], rate: float | None = None) -> FrameClock:
    """Give the clock of a series: its own frame times, else a steady rate.

    rate: frames a second that the reader chose; None takes what the file says. Source of the times:
    Frame Time Vector, Frame Time, Recommended Display Frame Rate, Cine Rate (PS3.3 C.7.6.5).
    """
    if rate is not None:
        return _steady(len(frames), rate)
    own = [own_time_ms(frame) for frame in frames]
    usual = 1000 / USUAL_RATE
    return FrameClock(tuple(accumulate(usual if one is None else one for one in own)))


def own_time_ms(frame: Frame) -> float | None:
    """Give how long the file wants a frame to stay, None when it does not say."""
    times = frame.instance.frame_times_ms
    if not times:
        return None
    time = times[frame.index] if frame.index < len(times) else times[-1]
    return time if SHORTEST_MS <= time <= LONGEST_MS else None


def _steady(count: int, rate: float) -> FrameClock:
    step = 1000 / min(max(rate, LEAST_RATE), MOST_RATE)
    return FrameClock(tuple(step * (at + 1) for at in range(count)))
