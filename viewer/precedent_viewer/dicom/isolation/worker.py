"""The decoding process: `python -m precedent_viewer.dicom.isolation.worker`.

It reads wishes from its standard input and writes frames to its standard output until the input
ends; it opens no file and no connection. Its memory is bounded where the system can do so.
"""

import os
import sys
from typing import Any, BinaryIO

import numpy as np

from precedent_viewer.dicom.decoders import FAILURES, decode_frame
from precedent_viewer.dicom.isolation.wire import (
    BrokenWire,
    Wish,
    receive,
    send,
    wish_from_record,
)
from precedent_viewer.dicom.jpeg_2000 import decoded_at
from precedent_viewer.errors import ViewerError

LARGEST_WISH = 4 << 30
MEMORY_BYTES = 6 << 30
"""Address space of the process, where the system bounds it: the largest frame three times over."""


def main() -> int:
    """Serve until the viewer goes."""
    bound_memory(MEMORY_BYTES)
    source, sink = sys.stdin.buffer, _own_output()
    while True:
        try:
            record, data = receive(source, LARGEST_WISH)
            answer(sink, wish_from_record(record), data)
        except BrokenWire:
            return 0


def answer(sink: BinaryIO, wish: Wish, data: bytes) -> None:
    """Decode one frame and send it, or the sentence that says why not."""
    try:
        if wish.halvings:
            values, photometric = decoded_at(data, wish.halvings), wish.pixel.photometric
        else:
            decoded = decode_frame(data, wish.pixel, wish.uid, wish.place)
            values, photometric = decoded.values, decoded.photometric
    except ViewerError as error:
        record = {"error": type(error).__name__, "message": error.message, "hint": error.hint}
        send(sink, record, b"")
        return
    except FAILURES as error:
        send(sink, {"error": "failed", "message": type(error).__name__, "hint": None}, b"")
        return
    whole: Any = np.ascontiguousarray(values)
    frame: dict[str, Any] = {
        "dtype": whole.dtype.str, "shape": list(whole.shape), "photometric": photometric,
    }  # fmt: skip
    send(sink, frame, memoryview(whole).cast("B") if whole.size else b"")


def bound_memory(most: int) -> None:
    """Let the system refuse memory beyond a bound; Windows has no such call, the viewer watches."""
    try:
        import resource
    except ImportError:
        return
    limits: Any = resource
    limits.setrlimit(limits.RLIMIT_AS, (most, most))
    limits.setrlimit(limits.RLIMIT_CORE, (0, 0))


def _own_output() -> BinaryIO:
    """Keep the pipe for frames alone: what a library prints goes to the standard error."""
    kept = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return kept


if __name__ == "__main__":
    sys.exit(main())
