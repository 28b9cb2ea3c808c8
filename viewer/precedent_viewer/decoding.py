"""Frames on their way from file to memory: each is decoded once, whoever asks for it."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from precedent_resources import PrecedentError
from precedent_viewer.dicom.decoders import DecodeFrame, decode_frame
from precedent_viewer.dicom.frames import FramePixels, read_frame
from precedent_viewer.dicom.preview import DecodeAt, decode_at, read_preview
from precedent_viewer.model.study import Frame
from precedent_viewer.model.voi import Window
from precedent_viewer.render.display import default_window
from precedent_viewer.tasks import PoolName, TaskHandle, TaskRunner

Form = Literal["whole", "preview"]
WANTED_PRIORITY = 1000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A decoded frame and the window it opens with, both found on a worker."""

    pixels: FramePixels
    window: Window
    decode_s: float
    """How long it took on its thread."""

    @property
    def is_whole(self) -> bool:
        """Whether it has the full resolution of its file."""
        return self.pixels.reduced_by == 1


@dataclass(frozen=True, slots=True)
class Job:
    """A frame to be decoded, and how."""

    frame: Frame
    form: Form = "whole"


@dataclass(frozen=True, slots=True)
class Decoders:
    """What decodes compressed frames: here, or in processes of their own."""

    whole: DecodeFrame = decode_frame
    at_fraction: DecodeAt = decode_at

    def read(self, frame: Frame) -> FramePixels:
        """Decode one frame. Raises a ViewerError."""
        return read_frame(frame, self.whole)


HERE = Decoders()
"""Everything in this process."""


def load_frame(job: Job, decoders: Decoders = HERE) -> Loaded:
    """Decode one frame and find its window."""
    began = time.perf_counter()
    if job.form == "whole":
        pixels = decoders.read(job.frame)
    else:
        pixels = read_preview(job.frame, decoders.at_fraction)
    window = default_window(pixels)
    return Loaded(pixels, window, time.perf_counter() - began)


class Decoding:
    """The jobs under way. The wanted ones go before all others of their pool."""

    def __init__(
        self,
        tasks: TaskRunner,
        on_ready: Callable[[Job, Loaded], None],
        on_error: Callable[[Job, PrecedentError], None],
        decoders: Decoders = HERE,
    ) -> None:
        self._decoders = decoders
        self._tasks = tasks
        self._on_ready = on_ready
        self._on_error = on_error
        self._handles: dict[Job, TaskHandle] = {}

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is being decoded that anybody waits for."""
        return all(handle.pool == "ahead" for handle in self._handles.values())

    def start(self, job: Job, priority: int, pool: PoolName = "frames") -> None:
        """Decode a frame unless it is under way; one that waits is put in front when wanted."""
        running = self._handles.get(job)
        if running is not None:
            if priority < WANTED_PRIORITY or running.is_started:
                return
            # It waits behind others; asking again puts it first.
            running.cancel()
        self._handles[job] = self._tasks.run(
            load_frame, job, self._decoders,
            on_result=lambda loaded: self._end(job, lambda: self._on_ready(job, loaded)),
            on_error=lambda error: self._end(job, lambda: self._on_error(job, error)),
            pool=pool, priority=priority,
        )  # fmt: skip

    def keep(self, frames: Collection[Frame]) -> None:
        """Drop the jobs of all other frames."""
        self._drop([job for job in self._handles if job.frame not in frames])

    def drop_waiting(self, form: Form, but: Collection[Frame]) -> None:
        """Drop what no thread has begun yet."""
        self._drop(
            [
                job
                for job, handle in self._handles.items()
                if job.form == form and not handle.is_started and job.frame not in but
            ]
        )

    def clear(self) -> None:
        """Drop everything."""
        self._drop(list(self._handles))

    def _drop(self, jobs: list[Job]) -> None:
        for job in jobs:
            self._handles.pop(job).cancel()

    def _end(self, job: Job, tell: Callable[[], None]) -> None:
        self._handles.pop(job, None)
        tell()
