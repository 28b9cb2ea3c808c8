"""The decoding processes as the viewer sees them: lent one at a time, replaced when they end.

Policy: every compressed frame that the window shows is decoded apart, whatever its file; native
frames never are, because numpy reads them. The way there and back costs a CT slice about half a
millisecond, and frames are then decoded side by side, free of the interpreter's lock.
"""

import contextlib
import logging
import subprocess
import sys
import threading
from typing import Any, BinaryIO, cast

import psutil
from numpy.typing import NDArray

from precedent_viewer.dicom.decoders import LARGEST_FRAME, Decoded, syntax_name
from precedent_viewer.dicom.image_pixel import ImagePixel
from precedent_viewer.dicom.isolation.wire import (
    BrokenWire,
    Wish,
    array_from,
    receive,
    send,
    wish_to_record,
)
from precedent_viewer.errors import DecodeError, UnsupportedError, ViewerError

logger = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""A frame that takes longer is given up, and its process ended."""
LOOK_S = 0.25
ENDING_S = 1.0
"""A process that closed its pipe ends within this, or it only spoke nonsense."""
PIPE_BYTES = 1 << 20
"""Room of a pipe where the system lets it be chosen: a CT slice then goes through at once."""
MEMORY_BYTES = 6 << 30
"""A process that holds more is ended."""
ERRORS: dict[str, type[ViewerError]] = {
    "DecodeError": DecodeError,
    "UnsupportedError": UnsupportedError,
}
COMMAND = (sys.executable, "-m", "precedent_viewer.dicom.isolation.worker")


class Fallen(Exception):
    """A decoding process ended or was ended in the middle of a frame."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Isolated:
    """Decodes frames in processes of their own. Any thread may call it."""

    def __init__(self, processes: int = 2, command: tuple[str, ...] = COMMAND) -> None:
        self._command = command
        self._places = threading.BoundedSemaphore(processes)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._is_closed = False

    def start(self) -> None:
        """Have one process ready before the first frame asks for it."""
        worker = _Worker(self._command)
        with self._lock:
            self._idle.append(worker)

    def decode_frame(self, data: bytes, pixel: ImagePixel, uid: str, place: str) -> Decoded:
        """Decode one compressed frame, as `decoders.decode_frame` does.

        Raises DecodeError also when the decoder crashed, hung or took too much memory.
        """
        record, values = self._ask(Wish(uid, pixel, place), data)
        return Decoded(values, str(record.get("photometric", pixel.photometric)))

    def decoded_at(self, data: bytes, pixel: ImagePixel, halvings: int) -> NDArray[Any]:
        """Decode a JPEG 2000 frame at a fraction. Raises DecodeError or ValueError."""
        wish = Wish("1.2.840.10008.1.2.4.90", pixel, "this frame", halvings)
        return self._ask(wish, data)[1]

    def close(self) -> None:
        """End every process."""
        self._is_closed = True
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()

    def _ask(self, wish: Wish, data: bytes) -> tuple[dict[str, Any], NDArray[Any]]:
        with self._places:
            worker = self._lent()
            try:
                record, raw = worker.ask(wish, data)
            except Fallen as fallen:
                worker.end()
                logger.warning("A decoder of %s fell: %s.", syntax_name(wish.uid), fallen.why)
                raise DecodeError(
                    f"{wish.place}: its {syntax_name(wish.uid)} data {fallen.why}.",
                    "It was decoded apart from the viewer, so nothing else is harmed.",
                ) from fallen
            self._give_back(worker)
        if "error" in record:
            kind = ERRORS.get(str(record["error"]))
            if kind is None:
                raise ValueError(str(record.get("message", "")))
            hint = record.get("hint")
            raise kind(str(record.get("message", "")), None if hint is None else str(hint))
        try:
            return record, array_from(record, raw)
        except BrokenWire as error:
            raise DecodeError(f"{wish.place}: its decoder gave no image.") from error

    def _lent(self) -> "_Worker":
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive:
                    return worker
                worker.end()
        return _Worker(self._command)

    def _give_back(self, worker: "_Worker") -> None:
        with self._lock:
            if not self._is_closed:
                self._idle.append(worker)
                return
        worker.end()


class _Worker:
    """One process and the watch over it."""

    def __init__(self, command: tuple[str, ...]) -> None:
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pipesize=PIPE_BYTES,
            )
        except OSError as error:
            raise DecodeError(
                f"The decoder could not be started ({error.strerror}).",
                "Restart the viewer.",
            ) from error
        self._reason = ""

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def ask(self, wish: Wish, data: bytes) -> tuple[dict[str, Any], bytes]:
        """Send a frame and wait for it. Raises Fallen."""
        self._reason = ""
        done = threading.Event()
        watch = threading.Thread(target=self._watch, args=(done,), daemon=True)
        watch.start()
        source, sink = cast(BinaryIO, self._process.stdout), cast(BinaryIO, self._process.stdin)
        try:
            send(sink, wish_to_record(wish), data)
            return receive(source, LARGEST_FRAME)
        except BrokenWire as error:
            raise Fallen(self._reason or self._how_it_ended()) from error
        finally:
            done.set()

    def end(self) -> None:
        """End the process and let go of its pipes."""
        with contextlib.suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # A pipe whose other end is gone cannot be flushed; it is closed all the same.
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _watch(self, done: threading.Event) -> None:
        """End the process when it takes too long or too much; the reading side then wakes up."""
        waited = 0.0
        while not done.wait(LOOK_S):
            waited += LOOK_S
            if waited >= PATIENCE_S:
                self._reason = f"kept its decoder busy for more than {PATIENCE_S:.0f} s"
            elif self._bytes_held() > MEMORY_BYTES:
                self._reason = f"made its decoder take more than {MEMORY_BYTES >> 30} GB"
            if self._reason:
                self._process.kill()
                return

    def _bytes_held(self) -> int:
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            return "made its decoder give no image"
        if code < 0:
            return f"made its decoder crash (signal {-code})"
        return f"made its decoder end (status {code})"
