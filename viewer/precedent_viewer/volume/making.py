"""Volumes on request: made on a worker, kept while there is room for them."""

import threading
from collections.abc import Callable, Sequence

import psutil
from psygnal import Signal

from precedent_resources import PrecedentError
from precedent_viewer.model.study import Frame
from precedent_viewer.tasks import TaskRunner
from precedent_viewer.view import View
from precedent_viewer.volume.stack import Volume, VolumeError, build_volume, bytes_needed

KEPT = 3
"""Volumes kept: that of a reformat, and two of a fusion."""
MEMORY_SHARE = 0.5
"""Of the free memory that one volume may take while it is made."""
Key = tuple[Frame, int]


class VolumeMaker:
    """Makes one volume at a time."""

    progressed = Signal(object)
    """Share of the slices read, or None when nothing is being made."""

    def __init__(self, tasks: TaskRunner) -> None:
        self._tasks = tasks
        self._kept: dict[Key, Volume] = {}
        self._cancel: threading.Event | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a volume is being made."""
        return self._cancel is not None

    def of(
        self,
        frames: Sequence[Frame],
        on_volume: Callable[[Volume], object],
        on_error: Callable[[PrecedentError], object],
    ) -> None:
        """Give the volume of some frames, at once when it was made before.

        What was under way for another wish is stopped. Errors go to `on_error`.
        """
        key = (frames[0], len(frames))
        if key in self._kept:
            on_volume(self._kept[key])
            return
        self.cancel()
        try:
            _require_memory(frames)
        except VolumeError as error:
            on_error(error)
            return
        cancel = self._cancel = threading.Event()

        def work(*, progress: Callable[[float], None]) -> Volume:
            return build_volume(frames, cancel, progress=progress)

        def take(volume: Volume) -> None:
            self._end(cancel)
            self._keep(key, volume)
            on_volume(volume)

        def fail(error: PrecedentError) -> None:
            self._end(cancel)
            on_error(error)

        self._tasks.run(
            work, on_result=take, on_error=fail, on_progress=self.progressed.emit, cancel=cancel
        )
        self.progressed.emit(0.0)

    def cancel(self) -> None:
        """Stop making a volume."""
        if self._cancel is not None:
            self._cancel.set()
            self._cancel = None
            self.progressed.emit(None)

    def forget(self) -> None:
        """Stop, and let go of every volume."""
        self.cancel()
        self._kept.clear()

    def _end(self, cancel: threading.Event) -> None:
        if self._cancel is cancel:
            self._cancel = None
        self.progressed.emit(None)

    def _keep(self, key: Key, volume: Volume) -> None:
        self._kept[key] = volume
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]


def frames_of_phase(view: View) -> tuple[Frame, ...]:
    """Give the frames of the phase that a viewport shows. Raises VolumeError without a series."""
    if view.series is None:
        raise VolumeError("No series is shown.", "Open a study first.")
    length, phase = view.phase_length, view.phase
    return view.series.frames[phase * length : (phase + 1) * length]


def _require_memory(frames: Sequence[Frame]) -> None:
    needed, free = bytes_needed(frames), psutil.virtual_memory().available
    if needed > MEMORY_SHARE * free:
        raise VolumeError(
            f"The volume needs {needed / 1e9:.1f} GB while it is made, and {free / 1e9:.1f} GB of "
            "memory are free.",
            "Close other studies or programs.",
        )
