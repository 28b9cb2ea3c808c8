"""Catch what pydicom warns about while it reads, so that nothing is printed or raised by it.

`warnings.catch_warnings` changes the filters of the whole process and is not safe when two threads
leave it in another order than they entered. So the first reader in swaps the hook, and the last
one out puts it back; each thread collects its own messages.
"""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_readers = 0
_saved: "warnings.catch_warnings[None] | None" = None
_messages = threading.local()


@contextmanager
def warnings_collected() -> Iterator[list[str]]:
    """Collect the texts of this thread's warnings; they may quote values of the file."""
    before: list[str] | None = getattr(_messages, "current", None)
    mine: list[str] = []
    _messages.current = mine
    _enter()
    try:
        yield mine
    finally:
        _leave()
        _messages.current = before


def _enter() -> None:
    global _readers, _saved
    with _lock:
        if _readers == 0:
            _saved = warnings.catch_warnings()
            _saved.__enter__()
            warnings.simplefilter("always")
            warnings.showwarning = _collect
        _readers += 1


def _leave() -> None:
    global _readers, _saved
    with _lock:
        _readers -= 1
        if _readers == 0 and _saved is not None:
            _saved.__exit__(None, None, None)
            _saved = None


def _collect(message: Warning | str, *_rest: object, **_more: object) -> None:
    collected: list[str] | None = getattr(_messages, "current", None)
    if collected is not None:
        collected.append(str(message))
