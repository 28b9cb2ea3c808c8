"""Images that were wanted while scrolling and never came on the screen. No Qt.

A reader who scrolls faster than images can be painted must be able to see that some were passed:
a finding on one slice would otherwise be missed without a sign.
"""

import time
from collections.abc import Callable

from psygnal import Signal

from precedent_viewer.model.study import Frame

PAUSE_S = 1.5
"""After so long without a step the next one begins a new count."""


class SkippedImages:
    """Counts in one viewport; a jump counts as one wanted image, not as those between."""

    changed = Signal(int)
    """How many were passed since the reader last paused."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._waiting: Frame | None = None
        self._last = -PAUSE_S
        self._count = 0
        self._total = 0
        self._painted = 0

    @property
    def count(self) -> int:
        """Images passed unseen since the reader last paused."""
        return self._count

    @property
    def total(self) -> int:
        """Images passed unseen in all."""
        return self._total

    @property
    def painted_total(self) -> int:
        """Wanted images that came on the screen, in all."""
        return self._painted

    def jump(self, frame: Frame) -> None:
        """Note that an image is to be shown which nobody scrolled to: nothing is passed."""
        self._waiting = frame

    def want(self, frame: Frame) -> None:
        """Note that an image is scrolled to; one that still waits is passed unseen."""
        now = self._now()
        if now - self._last > PAUSE_S:
            self._set(0)
        self._last = now
        if self._waiting is not None and self._waiting != frame:
            self._total += 1
            self._set(self._count + 1)
        self._waiting = frame

    def paint(self, frame: Frame) -> None:
        """Note that an image is on the screen."""
        if frame == self._waiting:
            self._waiting = None
            self._painted += 1

    def forget(self) -> None:
        """Begin anew, as for another series."""
        self._waiting = None
        self._set(0)

    def _set(self, count: int) -> None:
        if count != self._count:
            self._count = count
            self.changed.emit(count)
