"""Runners for where there is no host: the command line and tests."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from precedent_resources import PrecedentError

logger = logging.getLogger(__name__)


class PlainHandle:
    """Work that a runner of this module has under way."""

    def __init__(self) -> None:
        self.is_cancelled = False

    def cancel(self) -> None:
        """Let no further callback through."""
        self.is_cancelled = True


def run_here(
    function: Callable[..., Any],
    *args: object,
    on_result: Callable[[Any], object],
    on_error: Callable[[PrecedentError], object] | None = None,
    on_progress: Callable[[Any], object] | None = None,
) -> PlainHandle:
    """Run at once on the caller's thread: the command line's way."""
    handle = PlainHandle()

    def guarded(callback: Callable[[Any], object] | None, value: object) -> None:
        if callback is not None and not handle.is_cancelled:
            callback(value)

    keywords = (
        {} if on_progress is None else {"progress": lambda value: guarded(on_progress, value)}
    )
    try:
        result = function(*args, **keywords)
    except PrecedentError as error:
        guarded(on_error, error)
    else:
        guarded(on_result, result)
    return handle


class ThreadRunner:
    """Runs each piece of work on its own thread; callbacks arrive on that thread."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def __call__(
        self,
        function: Callable[..., Any],
        *args: object,
        on_result: Callable[[Any], object],
        on_error: Callable[[PrecedentError], object] | None = None,
        on_progress: Callable[[Any], object] | None = None,
    ) -> PlainHandle:
        """Start the work and return."""
        handle = PlainHandle()

        def through(callback: Callable[[Any], object] | None) -> Callable[[Any], object] | None:
            if callback is None:
                return None
            call = callback
            return lambda value: None if handle.is_cancelled else call(value)

        def work() -> None:
            run_here(
                function,
                *args,
                on_result=through(on_result) or (lambda _: None),
                on_error=through(on_error),
                on_progress=through(on_progress),
            )

        thread = threading.Thread(target=work, daemon=True, name="precedent-work")
        self._threads.append(thread)
        thread.start()
        return handle

    def join(self, timeout_s: float = 10.0) -> None:
        """Wait for everything that was started."""
        for thread in self._threads:
            thread.join(timeout_s)
        self._threads = [thread for thread in self._threads if thread.is_alive()]
