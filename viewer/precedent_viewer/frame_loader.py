"""Decode frames off the GUI thread: the wanted ones first, then their neighbours outwards.

Each viewport has a seat here: what it wants now, and which frames are near it. A request that was
overtaken is dropped; a frame being decoded is never asked for twice.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from precedent_resources import PrecedentError
from precedent_viewer.dicom.frames import FramePixels, read_frame
from precedent_viewer.frame_cache import FrameCache
from precedent_viewer.model.study import Frame
from precedent_viewer.model.voi import Window
from precedent_viewer.render.display import automatic_window, default_window
from precedent_viewer.tasks import TaskHandle, TaskRunner

WANTED_PRIORITY = 1000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A decoded frame and the window it opens with, both found on a worker."""

    pixels: FramePixels
    window: Window


def load_frame(frame: Frame) -> Loaded:
    """Decode one frame and find its window."""
    pixels = read_frame(frame)
    return Loaded(pixels, default_window(pixels))


@dataclass(frozen=True, slots=True)
class _Want:
    """What one seat waits for."""

    frame: Frame
    on_ready: Callable[[Loaded], None]
    on_error: Callable[[PrecedentError], None]


class FrameLoader:
    """Frames by request, from the cache when they are there."""

    def __init__(self, tasks: TaskRunner, budget_bytes: int, *, prefetch_frames: int) -> None:
        self._tasks = tasks
        self._cache: FrameCache[Frame, Loaded] = FrameCache(budget_bytes)
        self._running: dict[Frame, TaskHandle] = {}
        self._wants: dict[Hashable, _Want] = {}
        self._near: dict[Hashable, frozenset[Frame]] = {}
        self.prefetch_frames = prefetch_frames

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is being decoded."""
        return not self._running

    def want(
        self,
        seat: Hashable,
        frame: Frame,
        on_ready: Callable[[Loaded], None],
        on_error: Callable[[PrecedentError], None],
    ) -> None:
        """Call back with the frame, at once when it is in memory.

        The request of the same seat before this one is forgotten, so a fast scroll decodes what is
        looked at.
        """
        self._wants.pop(seat, None)
        loaded = self._cache.get(frame)
        if loaded is not None:
            on_ready(loaded)
            return
        self._wants[seat] = _Want(frame, on_ready, on_error)
        self._start(frame, WANTED_PRIORITY)

    def prefetch(self, seat: Hashable, frames: Sequence[Frame], index: int, step: int) -> None:
        """Decode the neighbours of a frame ahead, nearest first, more in the direction of travel.

        Whatever else waits and is near no seat any more is dropped.
        """
        near = neighbours(len(frames), index, step, self.prefetch_frames)
        self._near[seat] = frozenset(frames[at] for at in near) | {frames[index]}
        self._drop_far()
        for rank, at in enumerate(near):
            if frames[at] not in self._cache:
                self._start(frames[at], -rank)

    def leave(self, seat: Hashable) -> None:
        """Forget what a seat wanted."""
        self._wants.pop(seat, None)
        self._near.pop(seat, None)
        self._drop_far()

    def measure(self, pixels: FramePixels, on_window: Callable[[Window], None]) -> None:
        """Find a window for a frame's values on a worker."""
        self._tasks.run(automatic_window, pixels, on_result=on_window, pool="paint")

    def forget(self) -> None:
        """Drop all frames and requests."""
        for handle in self._running.values():
            handle.cancel()
        self._running.clear()
        self._cache.clear()
        self._wants.clear()
        self._near.clear()

    def _start(self, frame: Frame, priority: int) -> None:
        running = self._running.get(frame)
        if running is not None:
            if priority < WANTED_PRIORITY or running.is_started:
                return
            # It waits behind other neighbours; asking again puts it first.
            running.cancel()
        self._running[frame] = self._tasks.run(
            load_frame, frame,
            on_result=lambda loaded: self._ready(frame, loaded),
            on_error=lambda error: self._failed(frame, error),
            pool="frames", priority=priority,
        )  # fmt: skip

    def _drop_far(self) -> None:
        keep = frozenset[Frame]().union(*self._near.values())
        keep |= {want.frame for want in self._wants.values()}
        for frame, handle in tuple(self._running.items()):
            if frame not in keep:
                handle.cancel()
                del self._running[frame]

    def _ready(self, frame: Frame, loaded: Loaded) -> None:
        self._running.pop(frame, None)
        self._cache.put(frame, loaded, loaded.pixels.stored.nbytes)
        for want in self._answered(frame):
            want.on_ready(loaded)

    def _failed(self, frame: Frame, error: PrecedentError) -> None:
        self._running.pop(frame, None)
        for want in self._answered(frame):
            want.on_error(error)

    def _answered(self, frame: Frame) -> list[_Want]:
        """Take out everything that waited for a frame."""
        seats = [seat for seat, want in self._wants.items() if want.frame == frame]
        return [self._wants.pop(seat) for seat in seats]


def neighbours(count: int, index: int, step: int, radius: int) -> tuple[int, ...]:
    """Give the indices around `index`, nearest first; the way that `step` points comes first.

    Twice as many lie ahead as behind, because a reader scrolls on more often than back.
    """
    forward = 1 if step >= 0 else -1
    ahead = [index + forward * n for n in range(1, radius + 1)]
    behind = [index - forward * n for n in range(1, radius // 2 + 1)]
    ordered = sorted([*ahead, *behind], key=lambda at: (abs(at - index), at * -forward))
    return tuple(at for at in ordered if 0 <= at < count)
