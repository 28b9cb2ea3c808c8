"""Linked scroll: viewports that show the same anatomy follow the one that the reader scrolls.

Where two series share a frame of reference and lie parallel, the nearest slice is shown. Where
they do not (a prior study), the distance that held when scrolling was linked is kept, in
millimetres where both have positions, else in images. No Qt.
"""

from psygnal import Signal

from precedent_viewer.linking.nearest import middle_of, nearest_frame, share_space
from precedent_viewer.model.plane import Plane, Point
from precedent_viewer.model.study import Frame
from precedent_viewer.view import View
from precedent_viewer.views import Views


class LinkedScroll:
    """Moves the other viewports when one is scrolled."""

    changed = Signal()
    """Linked, unlinked, or linked anew."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._is_on = False
        self._is_moving = False
        self._offsets: dict[tuple[View, View], float] = {}
        """From one viewport to another: mm along the first one's normal, or images."""
        for view in views.all:
            self._watch(view)
        views.added.connect(self._watch)

    @property
    def is_on(self) -> bool:
        """Whether viewports follow each other."""
        return self._is_on

    def toggle(self) -> None:
        """Link as the viewports stand now, or let each go its own way."""
        self._is_on = not self._is_on
        self._offsets.clear()
        self.changed.emit()
        if self._is_on:
            self._remember_offsets()
            self._lead(self._views.active)

    def keep_offset(self) -> None:
        """Link anew with the distances that the viewports have now, same space or not."""
        self._is_on = True
        self._offsets.clear()
        self._remember_offsets(even_in_one_space=True)
        self.changed.emit()

    def _watch(self, view: View) -> None:
        view.frame_changed.connect(lambda _frame: self._scrolled(view))
        view.series_changed.connect(lambda _series: self._forget(view))

    def _forget(self, view: View) -> None:
        for pair in [pair for pair in self._offsets if view in pair]:
            del self._offsets[pair]

    def _scrolled(self, view: View) -> None:
        if not self._is_on or self._is_moving:
            return
        if view is self._views.active:
            self._lead(view)
        elif view in self._views.on_screen:
            self._take_in(self._views.active, view)

    def _lead(self, leader: View) -> None:
        self._is_moving = True
        try:
            for follower in self._views.on_screen:
                if follower is not leader:
                    self._move(leader, follower)
        finally:
            self._is_moving = False

    def _move(self, leader: View, follower: View) -> None:
        mine, theirs = leader.frame, follower.frame
        series = follower.series
        if mine is None or theirs is None or series is None:
            return
        if self._take_in(leader, follower):
            return
        offset = self._offsets.get((leader, follower))
        point = self._target(mine, theirs, offset)
        if point is not None:
            index = nearest_frame(series.frames, point, follower.index)
            if index is not None:
                follower.go_to(index)
        elif offset is not None and not _are_parallel(mine, theirs):
            follower.go_to(leader.index + round(offset))

    def _target(self, mine: Frame, theirs: Frame, offset: float | None) -> Point | None:
        """Give the patient point to which the follower is to go."""
        middle, plane = middle_of(mine), mine.plane
        if middle is None or plane is None or not _are_parallel(mine, theirs):
            return None
        if offset is None:
            return middle if share_space(mine, theirs) else None
        return _shifted(middle, plane, offset)

    def _take_in(self, leader: View, follower: View) -> bool:
        """Link a pair as it stands when another series was chosen in one of them.

        Says whether it was: a pair that needs an offset and had none.
        """
        if (leader, follower) in self._offsets or _offset(leader, follower, False) is None:
            return False
        self._remember(leader, follower)
        self._remember(follower, leader)
        return True

    def _remember(self, one: View, other: View, *, even_in_one_space: bool = False) -> None:
        offset = None if one is other else _offset(one, other, even_in_one_space)
        if offset is not None:
            self._offsets[one, other] = offset

    def _remember_offsets(self, *, even_in_one_space: bool = False) -> None:
        for one in self._views.on_screen:
            for other in self._views.on_screen:
                self._remember(one, other, even_in_one_space=even_in_one_space)


def _offset(one: View, other: View, even_in_one_space: bool) -> float | None:
    mine, theirs = one.frame, other.frame
    if mine is None or theirs is None:
        return None
    if share_space(mine, theirs) and not even_in_one_space:
        return None
    if not _are_parallel(mine, theirs):
        return None if share_space(mine, theirs) else float(other.index - one.index)
    point, plane = middle_of(theirs), mine.plane
    assert point is not None
    assert plane is not None
    return plane.distance_to(point)


def _are_parallel(mine: Frame, theirs: Frame) -> bool:
    one, other = mine.plane, theirs.plane
    return one is not None and other is not None and one.is_parallel_to(other, within_degrees=20)


def _shifted(point: Point, plane: Plane, distance: float) -> Point:
    x, y, z = plane.normal
    return (point[0] + distance * x, point[1] + distance * y, point[2] + distance * z)
