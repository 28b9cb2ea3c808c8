"""Play the series of one viewport: what is due is shown, what came too late is counted."""

import time
from collections.abc import Callable

from psygnal import Signal
from PyQt6.QtCore import QObject, Qt, QTimer

from precedent_viewer.cine.clock import LEAST_RATE, MOST_RATE, FrameClock, Way, clock_of
from precedent_viewer.model.study import Frame
from precedent_viewer.view import View

TICK_MS = 8
"""Twice in a frame of a 60 Hz screen."""


class Player(QObject):
    """Plays one viewport. It stops when another series is shown or the reader scrolls."""

    changed = Signal()
    """It began, stopped, or plays at another rate."""

    def __init__(self, view: View, now: Callable[[], float] = time.perf_counter) -> None:
        super().__init__()
        self._view = view
        self._now = now
        self._clock: FrameClock | None = None
        self._began = 0.0
        self._first = 0
        """Where the phase that plays begins in the series."""
        self._expected = -1
        self._rate: float | None = None
        self.way: Way = "loop"
        self.not_shown = 0
        """Frames that were due and never came on the screen, since playing began."""
        self.shown = 0
        """Frames that came on the screen since playing began."""
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        view.series_changed.connect(lambda _series: self._other_series())

    @property
    def is_playing(self) -> bool:
        """Whether frames follow each other."""
        return self._clock is not None

    @property
    def rate(self) -> float:
        """Frames a second: the reader's, else the file's on the mean."""
        if self._rate is not None:
            return self._rate
        frames = self._frames
        return clock_of(frames).rate if frames else 0.0

    @property
    def _frames(self) -> tuple[Frame, ...]:
        """What is played: the series, or the phase of it that is looked at."""
        series, length = self._view.series, self._view.phase_length
        first = self._view.phase * length
        return () if series is None else series.frames[first : first + length]

    def toggle(self) -> None:
        """Play from the frame that is shown, or stop."""
        if self.is_playing:
            self.stop()
        else:
            self.play()

    def play(self) -> None:
        """Play from the frame that is shown; a series of one frame stays."""
        frames = self._frames
        if len(frames) < 2:
            return
        self._clock = clock_of(frames, self._rate)
        self._first = self._view.phase * self._view.phase_length
        self._began = self._now() - self._clock.start_of(self._view.index - self._first) / 1000
        self._expected = self._view.index
        self.not_shown, self.shown = 0, 1
        self._timer.start()
        self.changed.emit()

    def stop(self) -> None:
        """Stay at the frame that is shown."""
        if self._clock is not None:
            self._clock = None
            self._timer.stop()
            self.changed.emit()

    def set_rate(self, rate: float | None) -> None:
        """Play at another rate, frames a second; None is the file's own."""
        self._rate = None if rate is None else min(max(rate, LEAST_RATE), MOST_RATE)
        if self.is_playing:
            self.play()
        self.changed.emit()

    def tick(self) -> None:
        """Show the frame that is due, when the one before it has been painted or is overdue."""
        if self._clock is None:
            return
        view = self._view
        if view.index != self._expected:
            # The reader took the wheel.
            self.stop()
            return
        due = self._first + self._clock.index_at(1000 * (self._now() - self._began), self.way)
        if due == view.index or view.frame != view.shown_frame:
            return
        count = len(self._clock.ends_ms)
        passed = abs(due - view.index) if self.way == "sweep" else (due - view.index) % count
        self.not_shown += passed - 1
        self.shown += 1
        self._expected = due
        view.go_to(due)

    def _other_series(self) -> None:
        self._rate = None
        self.stop()
