"""The viewport that the reader works in, as one object for commands and panels. No Qt.

It has the face of a `View` and follows whichever viewport is active; its signals are that one's,
and all of them fire when another becomes active.
"""

from collections.abc import Callable

from psygnal import Signal, SignalInstance

from precedent_resources import PrecedentError
from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.grey_levels import GreyLevels
from precedent_viewer.model.study import Frame, Series
from precedent_viewer.placement import Placement
from precedent_viewer.region import Region
from precedent_viewer.view import View
from precedent_viewer.views import Views


class ActiveView:
    """What is asked and done here is asked of and done to the active viewport."""

    series_changed = Signal(object)
    """`Series | None`."""
    frame_changed = Signal(object)
    """`Frame | None`: the wanted frame."""
    pixels_changed = Signal(object)
    """`FramePixels | None`: what is painted is another frame, or the frame failed."""
    region_changed = Signal(object)
    """`Region | None`."""
    place_changed = Signal()
    """Place, size, rotation, flips or the viewport's size."""
    turned = Signal()
    """Rotation or flips."""
    grey_changed = Signal()
    """Window or inversion."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._followed: list[tuple[SignalInstance, Callable[..., None]]] = []
        self._follow(views.active)
        views.active_changed.connect(self._change)

    # What is looked at

    @property
    def current(self) -> View:
        """The viewport itself."""
        return self._views.active

    @property
    def series(self) -> Series | None:
        """The series that is shown."""
        return self.current.series

    @property
    def index(self) -> int:
        """The wanted frame's place in the series, from 0."""
        return self.current.index

    @property
    def frame(self) -> Frame | None:
        """The wanted frame."""
        return self.current.frame

    @property
    def shown_frame(self) -> Frame | None:
        """The frame that is painted."""
        return self.current.shown_frame

    @property
    def frame_count(self) -> int:
        """How many frames the series has."""
        return self.current.frame_count

    @property
    def pixels(self) -> FramePixels | None:
        """The pixels that are painted."""
        return self.current.pixels

    @property
    def error(self) -> PrecedentError | None:
        """Why the wanted frame cannot be shown."""
        return self.current.error

    @property
    def image_size(self) -> tuple[int, int] | None:
        """Rows and columns of what is painted."""
        return self.current.image_size

    @property
    def region(self) -> Region | None:
        """The rectangle drawn on the series' images."""
        return self.current.region

    @property
    def place(self) -> Placement:
        """How the image lies in its viewport."""
        return self.current.place

    @property
    def grey(self) -> GreyLevels:
        """How grey it is."""
        return self.current.grey

    def has_image(self) -> bool:
        """Whether an image is painted."""
        return self.current.has_image()

    def has_series(self) -> bool:
        """Whether a series is shown."""
        return self.current.has_series()

    # What is done

    def show_series(self, series: Series) -> None:
        """Show a series where it was left, or its first frame when it is new."""
        self.current.show_series(series)

    def go_to(self, index: int) -> None:
        """Show a frame; places outside the series mean its ends."""
        self.current.go_to(index)

    @property
    def phases(self) -> tuple[str, ...]:
        """Names of the phases of a 4-D series; empty for others."""
        return self.current.phases

    @property
    def phase(self) -> int:
        """The phase that is looked at, from 0."""
        return self.current.phase

    def go_to_phase(self, phase: int) -> None:
        """Show the same place in another phase; the ends stay."""
        self.current.go_to_phase(phase)

    def step(self, count: int) -> None:
        """Go so many frames forward, or back when negative."""
        self.current.step(count)

    def step_series(self, count: int) -> None:
        """Go to another series in the order of the list; the ends stay."""
        self.current.step_series(count)

    def set_region(self, region: Region | None) -> None:
        """Draw, change or remove the rectangle."""
        self.current.set_region(region)

    def reset(self) -> None:
        """Take back window, inversion, turns and flips, and fit; the region stays."""
        self.current.reset()

    # Following

    def _change(self, view: View) -> None:
        for signal, slot in self._followed:
            signal.disconnect(slot)
        self._follow(view)
        self.series_changed.emit(view.series)
        self.frame_changed.emit(view.frame)
        self.pixels_changed.emit(view.pixels)
        self.region_changed.emit(view.region)
        self.grey_changed.emit()
        self.place_changed.emit()
        self.turned.emit()

    def _follow(self, view: View) -> None:
        # Each relay is a function of its own: what is connected twice could not be parted again.
        pairs = (
            (view.series_changed, self.series_changed),
            (view.frame_changed, self.frame_changed),
            (view.pixels_changed, self.pixels_changed),
            (view.region_changed, self.region_changed),
            (view.place.placed, self.place_changed),
            (view.place.turned, self.turned),
            (view.grey.changed, self.grey_changed),
        )
        self._followed = [(source, _relay(target)) for source, target in pairs]
        for source, slot in self._followed:
            source.connect(slot)


def _relay(target: SignalInstance) -> Callable[..., None]:
    def relay(*arguments: object) -> None:
        target.emit(*arguments)

    return relay
