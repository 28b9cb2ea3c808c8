"""Keep the viewports and the three planes of a volume together. No Qt."""

from psygnal import Signal

from precedent_viewer.view import View
from precedent_viewer.views import Views
from precedent_viewer.volume.crosshair import Crosshair, Held
from precedent_viewer.volume.mpr import NAMES, PlaneName, ThreePlanes
from precedent_viewer.volume.stack import Volume


class ShownPlanes:
    """Which viewport shows which plane; a viewport leaves when another series is shown in it."""

    changed = Signal()
    """Planes came or went."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._names: dict[View, PlaneName] = {}
        self._planes: ThreePlanes | None = None
        self._crosshair: Crosshair | None = None
        self._held: Held | None = None
        self._is_moving = False
        self._watched: set[View] = set()

    @property
    def planes(self) -> ThreePlanes | None:
        """The planes that are on the screen."""
        return self._planes if self._names else None

    @property
    def held(self) -> Held | None:
        """What the tool takes hold of."""
        return self._held if self._names else None

    def plane_of(self, view: View) -> PlaneName | None:
        """Say which plane a viewport shows."""
        return self._names.get(view)

    def show(self, volume: Volume) -> None:
        """Show a volume's planes in three viewports; the fourth keeps what the active one had."""
        self.end()
        original, source = self._views.active, self._views.active.series
        index, grey = original.index, original.grey.choice
        if len(self._views.active_screen.all) < 3:
            self._views.set_layout(2, 2)
        places = list(self._views.active_screen.all)[:4]
        planes = self._planes = ThreePlanes(volume)
        self._crosshair = Crosshair(planes, self.plane_of)
        self._held = Held(planes, self._crosshair, self.plane_of)
        if len(places) == 4 and source is not None:
            places[3].show_series(source)
            places[3].go_to(index)
            places[3].grey.choose(grey)
        self._is_moving = True
        try:
            for view, name in zip(places, NAMES, strict=False):
                self._names[view] = name
                view.show_series(planes.reformat(name).series)
                view.grey.choose(grey)
                view.go_to(planes.index(name))
                view.layers.add(self._crosshair)
                self._watch(view)
        finally:
            self._is_moving = False
        planes.moved.connect(self._move)
        planes.changed.connect(self._swap)
        self._views.activate(places[0])
        self.changed.emit()

    def end(self) -> None:
        """Let the viewports show what they show, each for itself."""
        if self._crosshair is not None:
            for view in self._names:
                view.layers.remove(self._crosshair)
        self._names.clear()
        self._planes = self._crosshair = self._held = None
        self.changed.emit()

    def _watch(self, view: View) -> None:
        if view not in self._watched:
            self._watched.add(view)
            view.frame_changed.connect(lambda _frame: self._scrolled(view))
            view.series_changed.connect(lambda _series: self._left(view))

    def _scrolled(self, view: View) -> None:
        """Move the point along a plane's normal to the image that the reader scrolled to."""
        name, planes = self._names.get(view), self._planes
        frame = view.frame
        plane = None if frame is None else frame.plane
        if self._is_moving or name is None or planes is None or plane is None:
            return
        if view.index == planes.index(name):
            return
        away = plane.distance_to(planes.point)
        x, y, z = plane.normal
        px, py, pz = planes.point
        planes.go_to((px - x * away, py - y * away, pz - z * away))

    def _left(self, view: View) -> None:
        """Forget a viewport in which the reader chose another series."""
        name, planes = self._names.get(view), self._planes
        if self._is_moving or name is None or planes is None:
            return
        if view.series is not planes.reformat(name).series:
            del self._names[view]
            if self._crosshair is not None:
                view.layers.remove(self._crosshair)
            self.changed.emit()

    def _move(self) -> None:
        planes = self._planes
        if planes is None:
            return
        self._is_moving = True
        try:
            for view, name in self._names.items():
                view.go_to(planes.index(name))
        finally:
            self._is_moving = False

    def _swap(self, name: str) -> None:
        planes = self._planes
        if planes is None:
            return
        self._is_moving = True
        try:
            for view, mine in self._names.items():
                if mine == name:
                    view.swap_series(planes.reformat(mine).series, planes.index(mine))
        finally:
            self._is_moving = False
