"""Volumes on request: made on a worker, kept while there is room for them."""

import threading
from collections.abc import Callable, Sequence

from psygnal import Signal

from precedent_resources import PrecedentError
from precedent_viewer.decoding import HERE, Decoders
from precedent_viewer.memory import MemoryBudget, MemoryCapError
from precedent_viewer.model.study import Frame
from precedent_viewer.tasks import TaskRunner
from precedent_viewer.view import View
from precedent_viewer.volume.stack import Volume, VolumeError, build_volume, bytes_needed

KEPT = 3
"""Volumes kept: that of a reformat, and two of a fusion."""
CLAIM = "The volume"
"""The name under which volumes have their share of the viewer's memory."""
Key = tuple[Frame, int]


class VolumeMaker:
    """Makes one volume at a time."""

    progressed = Signal(object)
    """Share of the slices read, or None when nothing is being made."""

    def __init__(self, tasks: TaskRunner, memory: MemoryBudget, decoders: Decoders = HERE) -> None:
        self._decoders = decoders
        self._tasks = tasks
        self._memory = memory
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
            self._claim(bytes_needed(frames))
        except MemoryCapError as error:
            on_error(error)
            return
        cancel = self._cancel = threading.Event()

        def work(*, progress: Callable[[float], None]) -> Volume:
            return build_volume(frames, cancel, progress=progress, read=self._decoders.read)

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
            self._memory.claim(CLAIM, self._kept_bytes())
            self.progressed.emit(None)

    def forget(self) -> None:
        """Stop, and let go of every volume."""
        self.cancel()
        self._kept.clear()
        self._memory.release(CLAIM)

    def _claim(self, needed: int) -> None:
        """Make room for one more volume; older ones go when it does not fit beside them."""
        try:
            self._memory.claim(CLAIM, self._kept_bytes() + needed)
        except MemoryCapError:
            self._kept.clear()
            self._memory.release(CLAIM)
            self._memory.claim(CLAIM, needed)

    def _kept_bytes(self) -> int:
        return sum(volume.values.nbytes for volume in self._kept.values())

    def _end(self, cancel: threading.Event) -> None:
        if self._cancel is cancel:
            self._cancel = None
            self._memory.claim(CLAIM, self._kept_bytes())
        self.progressed.emit(None)

    def _keep(self, key: Key, volume: Volume) -> None:
        self._kept[key] = volume
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        self._memory.claim(CLAIM, self._kept_bytes())


def frames_of_phase(view: View) -> tuple[Frame, ...]:
    """Give the frames of the phase that a viewport shows. Raises VolumeError without a series."""
    if view.series is None:
        raise VolumeError("No series is shown.", "Open a study first.")
    length, phase = view.phase_length, view.phase
    return view.series.frames[phase * length : (phase + 1) * length]
