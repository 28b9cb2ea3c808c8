"""Linked zoom, pan and grey levels. No Qt."""

from collections.abc import Callable

from psygnal import Signal

from precedent_viewer.view import View
from precedent_viewer.views import Views


class LinkedLook:
    """Gives the other viewports the active one's place or grey levels while it changes."""

    changed = Signal()

    def __init__(self, views: Views) -> None:
        self._views = views
        self.is_place_on = False
        self.is_grey_on = False
        self._is_moving = False
        for view in views.all:
            self._watch(view)
        views.added.connect(self._watch)

    def toggle_place(self) -> None:
        """Link or unlink zoom and pan."""
        self.is_place_on = not self.is_place_on
        self._follow(self._views.active, self._place)
        self.changed.emit()

    def toggle_grey(self) -> None:
        """Link or unlink window and inversion."""
        self.is_grey_on = not self.is_grey_on
        self._follow(self._views.active, self._grey)
        self.changed.emit()

    def _watch(self, view: View) -> None:
        view.place.placed.connect(lambda: self._changed(view, self._place))
        view.grey.changed.connect(lambda: self._changed(view, self._grey))

    def _changed(self, view: View, give: Callable[[View, View], None]) -> None:
        if view is self._views.active and not self._is_moving:
            self._follow(view, give)

    def _follow(self, leader: View, give: Callable[[View, View], None]) -> None:
        self._is_moving = True
        try:
            for follower in self._views.on_screen:
                if follower is not leader and follower.has_image():
                    give(leader, follower)
        finally:
            self._is_moving = False

    def _place(self, leader: View, follower: View) -> None:
        if self.is_place_on and leader.has_image():
            follower.place.match(leader.place, millimetres=_widths(leader, follower))

    def _grey(self, leader: View, follower: View) -> None:
        same = leader.pixels is not None and follower.pixels is not None
        if self.is_grey_on and same and _units(leader) == _units(follower):
            follower.grey.choose(leader.grey.choice)


def _widths(leader: View, follower: View) -> tuple[float, float]:
    """Give the width of a pixel of each; 1 and 1 where one of them is not known."""
    found = []
    for view in (leader, follower):
        plane = None if view.shown_frame is None else view.shown_frame.plane
        spacing = None if plane is None else plane.pixel_spacing_mm
        if spacing is None:
            return (1.0, 1.0)
        found.append(spacing[1])
    return (found[0], found[1])


def _units(view: View) -> tuple[str, str]:
    frame, pixels = view.shown_frame, view.pixels
    return (
        "" if frame is None else frame.instance.modality, "" if pixels is None else pixels.units,
    )  # fmt: skip
