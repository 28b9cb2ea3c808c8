"""Progress of a long verb as a bar on standard error, and its polite end."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

from tqdm import tqdm


class ProgressBar:
    """One bar for each stage of a verb."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._bar: tqdm[NoReturn] | None = None
        self._stage = ""

    def show(self, stage: str, done: int, total: int) -> None:
        """Draw the bar of a stage."""
        if self._bar is None or stage != self._stage:
            self._close()
            self._stage = stage
            bar: tqdm[NoReturn] = tqdm(total=total, desc=stage, unit=self._unit, unit_scale=True)
            self._bar = bar
        self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()


@contextlib.contextmanager
def interrupts(cancel: threading.Event) -> Iterator[None]:
    """Let Ctrl+C and a polite end set `cancel`, so that drafts are removed."""

    def stop(_: int, __: FrameType | None) -> None:
        cancel.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
