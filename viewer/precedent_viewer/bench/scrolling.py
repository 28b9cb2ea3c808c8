"""Scroll a series at a steady rate and count what never came on the screen."""

import time
from dataclasses import dataclass

from PyQt6.QtCore import QEventLoop, QObject, Qt, QTimer

from precedent_viewer.app import App
from precedent_viewer.bench.session import Session

TICK_MS = 2


@dataclass(frozen=True, slots=True)
class Scrolled:
    """What was seen of one pass through a series."""

    steps: int
    not_shown: int
    reduced: int
    """Shown at less than their full resolution."""
    steps_per_second: float
    longest_block_ms: float


class Stepper(QObject):
    """Steps through the active series at moments that do not drift, whatever each step costs."""

    def __init__(self, app: App, rate: float) -> None:
        super().__init__()
        self._view = app.view
        self._rate = rate
        self._began = 0.0
        self.done = 0
        self._loop = QEventLoop()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def run(self) -> float:
        """Step from the frame that is shown to the last one; gives the seconds."""
        self._began = time.perf_counter()
        self._timer.start(TICK_MS)
        self._loop.exec()
        self._timer.stop()
        return time.perf_counter() - self._began

    def _tick(self) -> None:
        due = int((time.perf_counter() - self._began) * self._rate)
        # A late tick steps once for each step that is due, as a queue of wheel events would.
        while self.done < due:
            if self._view.index + 1 >= self._view.frame_count:
                self._loop.quit()
                return
            self._view.step(1)
            self.done += 1


def scroll_through(session: Session, rate: float) -> Scrolled:
    """Scroll from the first frame to the last."""
    app, view = session.app, session.app.view
    view.go_to(0)
    session.wait(lambda: app.is_quiet and view.shown_frame == view.frame, "the first frame")
    skipped = view.current.skipped
    before, reduced = skipped.total, set[int]()

    def note(_pixels: object) -> None:
        if view.pixels is not None and view.pixels.reduced_by > 1:
            reduced.add(view.index)

    view.pixels_changed.connect(note)
    session.heartbeat.start()
    stepper = Stepper(app, rate)
    seconds = stepper.run()
    block = session.heartbeat.stop()
    view.pixels_changed.disconnect(note)
    session.wait(lambda: app.is_quiet and view.shown_frame == view.frame, "the last frame")
    return Scrolled(
        stepper.done, skipped.total - before, len(reduced), stepper.done / seconds, block
    )
