"""Frames for the viewports: the wanted ones first, then their neighbours outwards.

Each viewport has a seat here: what it wants now, and where it is in its series. A request that was
overtaken is dropped. Frames that are slow to decode come at reduced resolution while the reader
scrolls, and whole as soon as he pauses; then the rest of the series follows while memory lasts.
"""

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QTimer

from precedent_resources import PrecedentError
from precedent_viewer.decoding import HERE, WANTED_PRIORITY, Decoders, Decoding, Job, Loaded
from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.dicom.preview import has_preview
from precedent_viewer.frame_cache import FrameCache
from precedent_viewer.memory import MemoryBudget
from precedent_viewer.model.study import Frame
from precedent_viewer.model.voi import Window
from precedent_viewer.prefetch import Pace, Place, frame_bytes
from precedent_viewer.render.display import automatic_window
from precedent_viewer.tasks import POOL_THREADS, TaskRunner

STILL_MS = 120
"""After so long without a step the reader has paused: slower than any steady scrolling."""
FULL_SHARE = 0.9
"""Of the memory for frames; beyond it decoding ahead would push out what it decoded before."""


@dataclass(frozen=True, slots=True)
class _Want:
    """What one seat waits for."""

    frame: Frame
    on_ready: Callable[[Loaded], None]
    on_error: Callable[[PrecedentError], None]


class FrameLoader:
    """Frames by request, from the cache when they are there."""

    def __init__(
        self,
        tasks: TaskRunner,
        memory: MemoryBudget,
        *,
        prefetch_frames: int,
        decoders: Decoders = HERE,
    ) -> None:
        self._tasks = tasks
        self.decoders = decoders
        self.memory = memory
        self._cache: FrameCache[Frame, Loaded] = FrameCache(memory.left_bytes)
        self._decoding = Decoding(tasks, self._ready, self._failed, decoders)
        self._wants: dict[Hashable, _Want] = {}
        self._places: dict[Hashable, Place] = {}
        self._moved_at: dict[Hashable, float] = {}
        self._pace = Pace(POOL_THREADS["frames"])
        self._rest: list[Frame] = []
        """What is left to be decoded ahead, the nearest last."""
        self._pause = QTimer()
        self._pause.setSingleShot(True)
        self._pause.setInterval(STILL_MS)
        self._pause.timeout.connect(self._be_still)
        self.prefetch_frames = prefetch_frames
        memory.left_changed.connect(self._cache.set_budget)

    @property
    def is_quiet(self) -> bool:
        """Whether every viewport has what it wants at full resolution, and its neighbours."""
        return self._decoding.is_quiet and not self._wants

    @property
    def used_bytes(self) -> int:
        """Memory that decoded frames take."""
        return self._cache.used_bytes

    def want(
        self,
        seat: Hashable,
        frame: Frame,
        on_ready: Callable[[Loaded], None],
        on_error: Callable[[PrecedentError], None],
    ) -> None:
        """Call back with the frame, at once when it is in memory.

        A frame that is slow to decode may come twice: first at reduced resolution, then whole.
        The request of the same seat before this one is forgotten, so a fast scroll decodes what is
        looked at.
        """
        is_moving = self._note_step(seat)
        self._wants.pop(seat, None)
        self._rest.clear()
        loaded = self._cache.get(frame)
        if loaded is None or not loaded.is_whole:
            self._wants[seat] = _Want(frame, on_ready, on_error)
            self._decode_wanted(frame, is_moving=is_moving, has_some=loaded is not None)
        if loaded is not None:
            on_ready(loaded)

    def prefetch(self, seat: Hashable, frames: Sequence[Frame], index: int, step: int) -> None:
        """Decode the neighbours of a frame ahead, nearest first, more in the direction of travel.

        Whatever else waits and is near no seat any more is dropped.
        """
        place = Place(frames, index, step)
        self._places[seat] = place
        near = place.near(self._reach(frames[index]))
        self._drop_far()
        is_still = not self._pause.isActive() or self._pace.keeps_up
        for rank, frame in enumerate(near):
            self._decode_ahead(frame, -rank, is_still=is_still)

    def leave(self, seat: Hashable) -> None:
        """Forget what a seat wanted."""
        for kept in (self._wants, self._places, self._moved_at):
            kept.pop(seat, None)
        self._rest.clear()
        self._drop_far()

    def measure(self, pixels: FramePixels, on_window: Callable[[Window], None]) -> None:
        """Find a window for a frame's values on a worker."""
        self._tasks.run(automatic_window, pixels, on_result=on_window, pool="paint")

    def forget(self) -> None:
        """Drop all frames and requests."""
        self._pause.stop()
        self._decoding.clear()
        self._cache.clear()
        self._rest.clear()
        for kept in (self._wants, self._places, self._moved_at):
            kept.clear()

    # Scrolling and pausing

    def _note_step(self, seat: Hashable) -> bool:
        """Say whether the step before was so recent that the reader is scrolling."""
        now = time.monotonic()
        before = self._moved_at.get(seat)
        self._moved_at[seat] = now
        self._pause.start()
        if before is None or 1000 * (now - before) >= STILL_MS:
            return False
        self._pace.note_step(now - before)
        return True

    def _decode_wanted(self, frame: Frame, *, is_moving: bool, has_some: bool) -> None:
        is_slow = has_preview(frame.instance)
        is_moving = is_moving and not self._pace.keeps_up
        if is_slow and is_moving:
            # Whole frames that nobody waits for any more would hold up the previews.
            self._decoding.drop_waiting("whole", but=self._wanted_frames() - {frame})
        if is_slow and not has_some:
            self._decoding.start(Job(frame, "preview"), WANTED_PRIORITY + 1)
        if not is_slow or not is_moving:
            self._decoding.start(Job(frame), WANTED_PRIORITY)

    def _decode_ahead(self, frame: Frame, priority: int, *, is_still: bool) -> None:
        held = self._cache.peek(frame)
        if held is not None and (held.is_whole or not is_still):
            return
        is_quick = has_preview(frame.instance) and not is_still
        self._decoding.start(Job(frame, "preview" if is_quick else "whole"), priority)

    def _be_still(self) -> None:
        """Decode whole what is looked at, then what is near it, then the rest of the series."""
        for want in self._wants.values():
            self._decoding.start(Job(want.frame), WANTED_PRIORITY)
        for place in self._places.values():
            for rank, frame in enumerate(place.near(self._reach(place.frames[place.index]))):
                self._decode_ahead(frame, -rank, is_still=True)
        queues = [place.all_others() for place in self._places.values()]
        nearest_first = [frame for ranks in _in_turn(queues) for frame in ranks]
        self._rest = nearest_first[::-1]
        self._go_on()

    def _go_on(self) -> None:
        """Decode the next frame of the rest, one at a time, while memory lasts."""
        if not self.is_quiet or self._pause.isActive():
            return
        while self._rest:
            frame = self._rest.pop()
            held = self._cache.peek(frame)
            if held is not None and held.is_whole:
                continue
            if self._cache.used_bytes + frame_bytes(frame) > FULL_SHARE * self._cache.budget_bytes:
                self._rest.clear()
                return
            self._decoding.start(Job(frame), 0, pool="ahead")
            return

    # Inside

    def _reach(self, frame: Frame) -> int:
        """Say how far to decode ahead, so that the neighbours fit in half of the memory."""
        return min(self.prefetch_frames, self._cache.budget_bytes // (3 * frame_bytes(frame) + 1))

    def _wanted_frames(self) -> set[Frame]:
        return {want.frame for want in self._wants.values()}

    def _drop_far(self) -> None:
        keep = self._wanted_frames()
        for place in self._places.values():
            here = place.frames[place.index]
            keep |= {here, *place.near(self._reach(here))}
        self._decoding.keep(keep)

    def _ready(self, job: Job, loaded: Loaded) -> None:
        if loaded.is_whole and has_preview(job.frame.instance):
            self._pace.note_decode(loaded.decode_s)
        held = self._cache.peek(job.frame)
        if held is None or loaded.is_whole or not held.is_whole:
            self._cache.put(job.frame, loaded, loaded.pixels.stored.nbytes)
        for seat, want in tuple(self._wants.items()):
            if want.frame == job.frame:
                if loaded.is_whole:
                    del self._wants[seat]
                want.on_ready(loaded)
        self._go_on()

    def _failed(self, job: Job, error: PrecedentError) -> None:
        waiting = [seat for seat, want in self._wants.items() if want.frame == job.frame]
        if job.form == "preview":
            # Not every frame can be reduced: it is decoded whole, as if it were not slow.
            if waiting:
                self._decoding.start(Job(job.frame), WANTED_PRIORITY)
            return
        for seat in waiting:
            self._wants.pop(seat).on_error(error)
        self._go_on()


def _in_turn(queues: list[list[Frame]]) -> list[list[Frame]]:
    """Give the first of each queue, then the second of each..."""
    longest = max((len(queue) for queue in queues), default=0)
    return [[queue[at] for queue in queues if at < len(queue)] for at in range(longest)]
