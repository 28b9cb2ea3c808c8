"""What one viewport shows: series, frame, region and what lies over the image. No Qt.

`frame` is the frame that is wanted; `pixels` and `shown_frame` are what is painted. While a frame
is being decoded the old one stays, with its own number, so that no image ever has another's words.
How it lies in the window is `placement.py`, how grey it is `grey_levels.py`.
"""

from dataclasses import dataclass

from psygnal import Signal

from precedent_resources import PrecedentError
from precedent_viewer.decoding import Loaded
from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.frame_loader import FrameLoader
from precedent_viewer.grey_levels import AS_IN_FILE, GreyChoice, GreyLevels
from precedent_viewer.layers import Layers
from precedent_viewer.model.study import Frame, Series, StudyTree
from precedent_viewer.model.viewport import Viewport
from precedent_viewer.placement import Placement
from precedent_viewer.region import Region
from precedent_viewer.skipped import SkippedImages


@dataclass(frozen=True, slots=True)
class _Remembered:
    """How a series was left, for when the reader comes back to it."""

    index: int = 0
    viewport: Viewport | None = None
    is_fitted: bool = True
    grey: GreyChoice = AS_IN_FILE


class View:
    """The state of one viewport; its canvas follows the signals, tools and commands call it."""

    series_changed = Signal(object)
    """`Series | None`."""
    frame_changed = Signal(object)
    """`Frame | None`: the wanted frame."""
    pixels_changed = Signal(object)
    """`FramePixels | None`: what is painted is another frame, or the frame failed."""
    region_changed = Signal(object)
    """`Region | None`."""

    def __init__(self, tree: StudyTree, loader: FrameLoader) -> None:
        self._tree = tree
        self._loader = loader
        self._series: Series | None = None
        self._index = 0
        self._frame: Frame | None = None
        self._shown: Frame | None = None
        self._pixels: FramePixels | None = None
        self._error: PrecedentError | None = None
        self.place = Placement()
        self.grey = GreyLevels(loader)
        self._region: Region | None = None
        self.layers = Layers()
        self.skipped = SkippedImages()
        self._remembered: dict[str, _Remembered] = {}
        tree.series_changed.connect(self._series_grew)
        tree.series_joined.connect(self._series_joined)

    # What is looked at

    @property
    def series(self) -> Series | None:
        """The series that is shown."""
        return self._series

    @property
    def index(self) -> int:
        """The wanted frame's place in the series, from 0."""
        return self._index

    @property
    def frame(self) -> Frame | None:
        """The wanted frame."""
        return self._frame

    @property
    def shown_frame(self) -> Frame | None:
        """The frame that is painted."""
        return self._shown

    @property
    def frame_count(self) -> int:
        """How many frames the series has."""
        return 0 if self._series is None else len(self._series.frames)

    @property
    def pixels(self) -> FramePixels | None:
        """The pixels that are painted."""
        return self._pixels

    @property
    def error(self) -> PrecedentError | None:
        """Why the wanted frame cannot be shown."""
        return self._error

    @property
    def image_size(self) -> tuple[int, int] | None:
        """Rows and columns of what is painted."""
        if self._pixels is None:
            return None
        return (self._pixels.rows, self._pixels.columns)

    def has_image(self) -> bool:
        """Whether an image is painted."""
        return self._pixels is not None

    def has_series(self) -> bool:
        """Whether a series is shown."""
        return self._series is not None

    def show_series(self, series: Series) -> None:
        """Show a series where it was left, or its first frame when it is new."""
        if self._series is not None and series.uid == self._series.uid:
            return
        self._remember()
        known = self._remembered.get(series.uid, _Remembered())
        self._series = series
        self.skipped.forget()
        self._pixels = self._shown = self._error = None
        self.place.restore(known.viewport, is_fitted=known.is_fitted)
        self.grey.restore(known.grey)
        self.set_region(None)
        # Whoever is told must not meet a place of the series before.
        self._index = 0
        self.series_changed.emit(series)
        self.pixels_changed.emit(None)
        self._index = -1
        self.go_to(known.index)

    def swap_series(self, series: Series, index: int) -> None:
        """Show other images of the same anatomy: place and grey levels stay.

        A reformat that is turned gets another series for each angle; the reader keeps looking at
        the same thing, so nothing is remembered and nothing is taken back.
        """
        self._series = series
        self.set_region(None)
        self._index = min(max(index, 0), max(len(series.frames) - 1, 0))
        self.series_changed.emit(series)
        self._index = -1
        self.go_to(index)

    def clear(self) -> None:
        """Show nothing."""
        self._series = self._frame = self._shown = self._pixels = self._error = None
        self._index = 0
        self._remembered.clear()
        self._loader.leave(self)
        self.place.restore(None)
        self.grey.restore(AS_IN_FILE)
        self.series_changed.emit(None)
        self.frame_changed.emit(None)
        self._show_nothing()

    def go_to(self, index: int, *, is_scrolled: bool = False) -> None:
        """Show a frame; places outside the series mean its ends.

        is_scrolled: the reader came here step by step, so images passed unseen are counted.
        """
        series = self._series
        if series is None or not series.frames:
            return
        wanted = min(max(index, 0), len(series.frames) - 1)
        frame = series.frames[wanted]
        if wanted == self._index and frame == self._frame:
            return
        step = wanted - self._index
        self._index, self._frame = wanted, frame
        if is_scrolled:
            self.skipped.want(frame)
        else:
            self.skipped.jump(frame)
        self.frame_changed.emit(frame)
        self._loader.want(self, frame, lambda loaded: self._take(frame, loaded), self._fail)
        self._loader.prefetch(self, series.frames, wanted, step)

    def step(self, count: int) -> None:
        """Go so many frames forward, or back when negative; the ends of a phase stay."""
        length = self.phase_length
        first = self.phase * length
        wanted = min(max(self._index + count, first), first + length - 1)
        self.go_to(wanted, is_scrolled=True)

    @property
    def phases(self) -> tuple[str, ...]:
        """Names of the phases of a 4-D series; empty for others."""
        return () if self._series is None else self._series.phases

    @property
    def phase(self) -> int:
        """The phase that is looked at, from 0."""
        return max(self._index, 0) // max(self.phase_length, 1)

    @property
    def phase_length(self) -> int:
        """How many frames a phase has: all of them where there is one."""
        return self.frame_count // max(len(self.phases), 1)

    def go_to_phase(self, phase: int) -> None:
        """Show the same place in another phase; the ends stay."""
        wanted = min(max(phase, 0), max(len(self.phases) - 1, 0))
        self.go_to(wanted * self.phase_length + max(self._index, 0) % max(self.phase_length, 1))

    def step_series(self, count: int) -> None:
        """Go to another series in the order of the list; the ends stay."""
        every = [series for study in self._tree.studies for series in study.series]
        uids = [series.uid for series in every]
        if self._series is None or self._series.uid not in uids:
            return
        at = min(max(uids.index(self._series.uid) + count, 0), len(every) - 1)
        self.show_series(every[at])

    def reset(self) -> None:
        """Take back window, inversion, turns and flips, and fit; the region stays."""
        self.place.reset()
        self.grey.reset()

    # Region

    @property
    def region(self) -> Region | None:
        """The rectangle drawn on the series' images."""
        return self._region

    def set_region(self, region: Region | None) -> None:
        """Draw, change or remove the rectangle."""
        if region != self._region:
            self._region = region
            self.region_changed.emit(region)

    # Inside

    def _take(self, frame: Frame, loaded: Loaded) -> None:
        before, pixels = self.image_size, loaded.pixels
        self._shown, self._pixels, self._error = frame, pixels, None
        if before is not None and before != self.image_size:
            self.set_region(None)
        self.grey.show(pixels, loaded.window)
        self.place.show(self.image_size, frame.instance.aspect)
        self.pixels_changed.emit(pixels)

    def _fail(self, error: PrecedentError) -> None:
        self._shown, self._pixels, self._error = None, None, error
        self._show_nothing()

    def _show_nothing(self) -> None:
        self.set_region(None)
        self.grey.show(None)
        self.place.show(None)
        self.pixels_changed.emit(None)

    def _series_grew(self, series: Series) -> None:
        """Keep the frame that is looked at when others come before or after it."""
        if self._series is None or series.uid != self._series.uid or self._frame is None:
            return
        self._series = series
        if self._frame in series.frames:
            self._index = series.frames.index(self._frame)
            self.frame_changed.emit(self._frame)
            self._loader.prefetch(self, series.frames, self._index, 1)

    def _series_joined(self, gone: Series, series: Series) -> None:
        """Keep the frame that is looked at when its series turns out to be a part of another."""
        if self._series is None or gone.uid != self._series.uid:
            return
        self._series = series
        self.series_changed.emit(series)
        self._series_grew(series)

    def _remember(self) -> None:
        if self._series is not None:
            self._remembered[self._series.uid] = _Remembered(
                self._index, self.place.viewport, self.place.is_fitted, self.grey.choice
            )
