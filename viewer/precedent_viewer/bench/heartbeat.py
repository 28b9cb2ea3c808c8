"""How long the GUI thread was held up: a clock that ticks in its event loop."""

import time

from PyQt6.QtCore import QObject, Qt, QTimer

BEAT_MS = 2


class Heartbeat(QObject):
    """Notes the longest time between two ticks; whatever runs between them held up the window."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._last = 0.0
        self._longest_s = 0.0

    @property
    def longest_ms(self) -> float:
        """The longest block since the start, the interval itself taken off."""
        return max(1000 * self._longest_s - BEAT_MS, 0.0)

    def start(self) -> None:
        """Begin anew."""
        self._last, self._longest_s = time.perf_counter(), 0.0
        self._timer.start()

    def stop(self) -> float:
        """End and give the longest block, ms."""
        self._beat()
        self._timer.stop()
        return self.longest_ms

    def _beat(self) -> None:
        now = time.perf_counter()
        self._longest_s = max(self._longest_s, now - self._last)
        self._last = now
