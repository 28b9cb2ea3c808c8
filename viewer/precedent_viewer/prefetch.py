"""Which frames to decode before they are wanted: those near the one on the screen. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from precedent_viewer.model.study import Frame

SPARE = 2.0
"""Decoding has to be so many times faster than the steps: the window wants its share as well."""
NEWEST_SHARE = 0.2
"""How much the newest measurement counts against those before."""


def neighbours(count: int, index: int, step: int, radius: int) -> tuple[int, ...]:
    """Give the indices around `index`, nearest first; the way that `step` points comes first.

    Twice as many lie ahead as behind, because a reader scrolls on more often than back.
    """
    forward = 1 if step >= 0 else -1
    ahead = [index + forward * n for n in range(1, radius + 1)]
    behind = [index - forward * n for n in range(1, radius // 2 + 1)]
    ordered = sorted([*ahead, *behind], key=lambda at: (abs(at - index), at * -forward))
    return tuple(at for at in ordered if 0 <= at < count)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one viewport is in its series, and which way it went."""

    frames: Sequence[Frame]
    index: int
    step: int

    def near(self, radius: int) -> list[Frame]:
        """Give the neighbours, nearest first."""
        found = neighbours(len(self.frames), self.index, self.step, radius)
        return [self.frames[at] for at in found]

    def all_others(self) -> list[Frame]:
        """Give every other frame of the series, nearest first."""
        return self.near(2 * len(self.frames))


def frame_bytes(frame: Frame) -> int:
    """Say about how much memory a frame takes once it is decoded."""
    return 2 * frame.instance.rows * frame.instance.columns


class Pace:
    """Whether decoding keeps up with a reader who scrolls: both are measured as they go."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._step_s: float | None = None
        self._decode_s: float | None = None

    def note_step(self, seconds: float) -> None:
        """Take in the time between two steps of one scroll."""
        self._step_s = _blended(self._step_s, seconds)

    def note_decode(self, seconds: float) -> None:
        """Take in the time that a slow frame took on one thread."""
        self._decode_s = _blended(self._decode_s, seconds)

    @property
    def keeps_up(self) -> bool:
        """Say whether whole frames come as fast as they are wanted, with something to spare."""
        if self._step_s is None or self._decode_s is None:
            return False
        return self._decode_s * SPARE < self._step_s * self._threads


def _blended(known: float | None, new: float) -> float:
    return new if known is None else known + NEWEST_SHARE * (new - known)
