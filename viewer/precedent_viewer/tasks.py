"""Work off the GUI thread: `TaskRunner.run` is the only door.

The function gets values and returns a value. Callbacks arrive on the GUI thread, in order. After
`TaskHandle.cancel` none of them arrives any more, whatever the function still does.
"""

import logging
import os
import threading
from collections.abc import Callable
from typing import Any, Literal

from PyQt6.QtCore import QObject, QThreadPool, pyqtSignal

from precedent_resources import PrecedentError
from precedent_viewer.errors import ViewerError

logger = logging.getLogger(__name__)

PoolName = Literal["paint", "frames", "ahead", "thumbnails", "files", "settings", "general"]
POOL_THREADS: dict[PoolName, int] = {
    "paint": 1,
    "frames": max(2, min(6, (os.cpu_count() or 2) - 1)),
    "ahead": 1,
    "thumbnails": 1,
    "files": 1,
    "settings": 1,
    "general": 4,
}
"""Threads of each pool. Decoders release the interpreter's lock for most of their time, so two
frames at once stay ahead of the wheel, and more do where there are more cores. `ahead` decodes
what nobody has asked for yet. `settings` has one, so that writes keep their order."""


class TaskFailed(ViewerError):
    """A task ended by an error of ours; the log holds the traceback."""


class TaskHandle:
    """One piece of work on its way."""

    def __init__(self, pool: PoolName, cancel: threading.Event | None) -> None:
        self.pool = pool
        self.cancelled = threading.Event() if cancel is None else cancel
        """Set by `cancel`; the function looks at it when it was given it."""
        self.is_started = False
        """Whether a thread has begun it."""
        self.is_done = False
        """Whether the result or the error has been delivered, or the task was cancelled."""

    def cancel(self) -> None:
        """Drop the work: no callback of it arrives after this."""
        self.cancelled.set()
        self.is_done = True


class _Courier(QObject):
    """Carries closures from any thread to the thread it was made on."""

    sent = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        # The worker's thread differs from this object's, so Qt queues the call.
        self.sent.connect(self._deliver)

    def _deliver(self, closure: Callable[[], None]) -> None:
        closure()


class TaskRunner:
    """The pools and the way back to the GUI thread. Make it on the GUI thread."""

    def __init__(self) -> None:
        self._courier = _Courier()
        self._pools: dict[PoolName, QThreadPool] = {}
        for name, threads in POOL_THREADS.items():
            self._pools[name] = QThreadPool()
            self._pools[name].setMaxThreadCount(threads)
        self._open: set[TaskHandle] = set()
        self._is_closed = False

    def run(
        self,
        function: Callable[..., Any],
        *args: object,
        on_result: Callable[[Any], object],
        on_error: Callable[[PrecedentError], object] | None = None,
        on_progress: Callable[[Any], object] | None = None,
        cancel: threading.Event | None = None,
        pool: PoolName = "general",
        priority: int = 0,
    ) -> TaskHandle:
        """Run `function(*args)` on a pool.

        on_progress: when given, the function gets a keyword argument `progress`, a callable that
        takes one value and may be called from the worker; the values arrive in order.
        cancel: an event that the function also holds, if it can stop early; `handle.cancel` sets
        it. priority: higher starts first among what waits in the same pool.
        """
        handle = TaskHandle(pool, cancel)
        if self._is_closed:
            handle.cancel()
            return handle
        self._open.add(handle)
        keywords: dict[str, Any] = {}
        if on_progress is not None:
            report = on_progress
            keywords["progress"] = lambda value: self._send(handle, lambda: report(value))

        def work() -> None:
            self._work(handle, lambda: function(*args, **keywords), on_result, on_error)

        self._pools[pool].start(work, priority)
        return handle

    def is_quiet(self, *pools: PoolName) -> bool:
        """Say whether these pools have nothing to do and nothing to deliver."""
        return not any(handle.pool in pools and not handle.is_done for handle in self._open)

    def close(self, *, wait_ms: int = 5000) -> bool:
        """Cancel everything and wait for the threads; say whether all ended in time."""
        self._is_closed = True
        for handle in tuple(self._open):
            handle.cancel()
        self._open.clear()
        for pool in self._pools.values():
            pool.clear()
        ended = [pool.waitForDone(wait_ms) for pool in self._pools.values()]
        return all(ended)

    def _work(
        self,
        handle: TaskHandle,
        function: Callable[[], Any],
        on_result: Callable[[Any], object],
        on_error: Callable[[PrecedentError], object] | None,
    ) -> None:
        if handle.cancelled.is_set():
            self._send_end(handle, lambda: None)
            return
        handle.is_started = True
        try:
            result = function()
        except PrecedentError as error:
            problem: PrecedentError = error
        except Exception as error:  # the task runner is one of the three places of style.md §8
            logger.exception("A task in the pool %s failed.", handle.pool)
            problem = TaskFailed(
                f"Something inside the viewer failed ({type(error).__name__}).",
                "Open the log panel and report what it says.",
            )
        else:
            self._send_end(handle, lambda: on_result(result))
            return
        self._send_end(handle, lambda: on_error(problem) if on_error else None)

    def _send(self, handle: TaskHandle, closure: Callable[[], object]) -> None:
        def deliver() -> None:
            if not handle.cancelled.is_set():
                closure()

        self._emit(deliver)

    def _send_end(self, handle: TaskHandle, closure: Callable[[], object]) -> None:
        def deliver() -> None:
            self._open.discard(handle)
            if not handle.is_done:
                handle.is_done = True
                closure()

        self._emit(deliver)

    def _emit(self, closure: Callable[[], None]) -> None:
        try:
            self._courier.sent.emit(closure)
        except RuntimeError:
            # Qt deletes the courier at the end of the process while a pool may still run.
            logger.debug("A result came after the end of the application.")
