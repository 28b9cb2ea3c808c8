"""Cuts a request short while another thread waits on its socket."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Protocol, cast

POLL_S = 0.03


class _Stream(Protocol):
    def get_extra_info(self, info: str) -> object: ...


class Interrupt:
    """While entered, shuts the request's connection down as soon as `cancel` is set.

    Closing a socket does not wake a thread that reads from it; shutting it down does, on every
    system.
    """

    def __init__(self, cancel: threading.Event | None) -> None:
        self._cancel = cancel
        self._done = threading.Event()
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def trace(self, event: str, values: dict[str, object]) -> None:
        """Learn the socket from httpx's `trace` extension."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            stream = cast("_Stream", values["return_value"])
            found = stream.get_extra_info("socket")
            self._socket = found if isinstance(found, socket.socket) else None

    def __enter__(self) -> "Interrupt":
        if self._cancel is not None:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _watch(self) -> None:
        assert self._cancel is not None
        while not self._done.wait(POLL_S):
            if self._cancel.is_set() and self._socket is not None:
                # The connection may be gone already; then there is nothing to cut.
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
                return
