"""What the reader is looking at: series, frame, window, place, region, tool. No Qt.

`frame` is the frame that is wanted; `pixels` and `shown_frame` are what is painted. While a frame
is being decoded the old one stays, with its own number, so that no image ever has another's words.
"""

from dataclasses import dataclass, replace

from psygnal import Signal

from precedent_resources import PrecedentError
from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.frame_loader import FrameLoader, Loaded
from precedent_viewer.model.study import Frame, Series, StudyTree
from precedent_viewer.model.viewport import Affine, PointPx, SizePx, Viewport
from precedent_viewer.model.voi import LEAST_WIDTH, Window
from precedent_viewer.region import Region
from precedent_viewer.tools.base import Button, ToolName

SMALLEST_WIDTH = 1e-6
"""A drag stops here where the VOI function allows every width above 0."""
MIN_SCALE, MAX_SCALE = 0.01, 100.0


@dataclass(frozen=True, slots=True)
class _Remembered:
    """How a series was left, for when the reader comes back to it."""

    index: int
    viewport: Viewport
    is_fitted: bool


class ActiveView:
    """The state of the one viewport; views follow its signals, tools and commands call it."""

    series_changed = Signal(object)
    """`Series | None`."""
    frame_changed = Signal(object)
    """`Frame | None`: the wanted frame."""
    pixels_changed = Signal(object)
    """`FramePixels | None`: what is painted is another frame, or the frame failed."""
    painting_changed = Signal()
    """Window or inversion."""
    placed = Signal()
    """Place, size, rotation, flips or the window's size."""
    turned = Signal()
    """Rotation or flips."""
    region_changed = Signal(object)
    """`Region | None`."""
    tool_changed = Signal(str)

    def __init__(self, tree: StudyTree, loader: FrameLoader) -> None:
        self._tree = tree
        self._loader = loader
        self._series: Series | None = None
        self._index = 0
        self._frame: Frame | None = None
        self._shown: Frame | None = None
        self._pixels: FramePixels | None = None
        self._error: PrecedentError | None = None
        self._default: Window | None = None
        self._viewport = Viewport((0.0, 0.0))
        self._is_fitted = True
        self._size: SizePx = (1.0, 1.0)
        self._ratio = 1.0
        self._region: Region | None = None
        self._tool: ToolName = "window"
        self._remembered: dict[str, _Remembered] = {}
        tree.series_changed.connect(self._series_grew)

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
        known = self._remembered.get(series.uid)
        self._series = series
        self._pixels = self._shown = self._error = None
        self._default = None
        self._viewport = Viewport((0.0, 0.0)) if known is None else known.viewport
        self._is_fitted = known is None or known.is_fitted
        self.set_region(None)
        self.series_changed.emit(series)
        self.pixels_changed.emit(None)
        self._index = -1
        self.go_to(0 if known is None else known.index)

    def clear(self) -> None:
        """Show nothing."""
        self._series = self._frame = self._shown = self._pixels = self._error = None
        self._index = 0
        self._remembered.clear()
        self.set_region(None)
        self.series_changed.emit(None)
        self.frame_changed.emit(None)
        self.pixels_changed.emit(None)

    def go_to(self, index: int) -> None:
        """Show a frame; places outside the series mean its ends."""
        series = self._series
        if series is None or not series.frames:
            return
        wanted = min(max(index, 0), len(series.frames) - 1)
        frame = series.frames[wanted]
        if wanted == self._index and frame == self._frame:
            return
        step = wanted - self._index
        self._index, self._frame = wanted, frame
        self.frame_changed.emit(frame)
        self._loader.want(frame, lambda loaded: self._take(frame, loaded), self._fail)
        self._loader.prefetch(series.frames, wanted, step)

    def step(self, count: int) -> None:
        """Go so many frames forward, or back when negative."""
        self.go_to(self._index + count)

    def step_series(self, count: int) -> None:
        """Go to another series in the order of the list; the ends stay."""
        every = [series for study in self._tree.studies for series in study.series]
        uids = [series.uid for series in every]
        if self._series is None or self._series.uid not in uids:
            return
        at = min(max(uids.index(self._series.uid) + count, 0), len(every) - 1)
        self.show_series(every[at])

    # Grey levels

    @property
    def viewport(self) -> Viewport:
        """How the image lies in the window, and its grey levels."""
        return self._viewport

    @property
    def shown_window(self) -> Window | None:
        """The window in which the frame is painted, chosen or the file's; None for colour."""
        return (self._viewport.window or self._default) if self.has_window() else None

    def has_window(self) -> bool:
        """Whether the image is grey, so that a window means something."""
        return self._pixels is not None and not self._pixels.is_colour

    def set_window(self, window: Window | None) -> None:
        """Choose a window, or None for what the file says."""
        self._set_grey(replace(self._viewport, window=window))

    def change_window(self, *, center: float, width: float) -> None:
        """Choose other numbers for the window shown, as a drag does."""
        shown = self.shown_window
        if shown is not None:
            least = max(LEAST_WIDTH[shown.function], SMALLEST_WIDTH)
            self.set_window(Window(center, max(width, least), shown.function))

    def auto_window(self) -> None:
        """Fit the window to the values of this frame."""
        if self._pixels is not None and self.has_window():
            self._loader.measure(self._pixels, self.set_window)

    def invert(self) -> None:
        """Exchange black and white."""
        self._set_grey(replace(self._viewport, inverted=not self._viewport.inverted))

    # Place

    @property
    def scale(self) -> float:
        """Logical screen pixels per image column."""
        return self._viewport.scale

    def affine(self) -> Affine:
        """Give the mapping from image points to the screen."""
        return self._viewport.affine(self._size)

    def to_image(self, x_px: float, y_px: float) -> PointPx:
        """Convert a screen point to (column, row)."""
        return self._viewport.to_image((x_px, y_px), self._size)

    def to_screen(self, column: float, row: float) -> PointPx:
        """Convert an image point to a screen point."""
        return self._viewport.to_screen((column, row), self._size)

    def resize(self, width: float, height: float, *, ratio: float = 1.0) -> None:
        """Take over the window's size in logical pixels; a fitted image stays fitted.

        ratio: device pixels per logical pixel of the screen.
        """
        size = (max(float(width), 1.0), max(float(height), 1.0))
        if (size, ratio) == (self._size, self._ratio):
            return
        self._size, self._ratio = size, ratio
        if self._is_fitted:
            self._fit()
        self.placed.emit()

    def fit(self) -> None:
        """Show the whole image, and keep doing so when the window changes."""
        self._is_fitted = True
        self._fit()
        self.placed.emit()

    @property
    def magnification(self) -> float:
        """Device pixels per image column: 1 is every pixel of the image on one of the screen."""
        return self._viewport.scale * self._ratio

    def one_to_one(self) -> None:
        """Show one image pixel on one device pixel, about the middle."""
        self.zoom_by(1.0 / self.magnification)

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle of the window."""
        self.zoom_about(self._size[0] / 2, self._size[1] / 2, factor)

    def zoom_about(self, x_px: float, y_px: float, factor: float) -> None:
        """Zoom with a screen point held still, within 1 and 10000 percent."""
        scale = min(max(self._viewport.scale * factor, MIN_SCALE), MAX_SCALE)
        factor = scale / self._viewport.scale
        self._place(self._viewport.zoomed(factor, (x_px, y_px), self._size))

    def pan_by(self, across_px: float, down_px: float) -> None:
        """Move the image by screen pixels."""
        self._place(self._viewport.panned(across_px, down_px))

    def rotate(self, quarters: int) -> None:
        """Turn clockwise by quarters."""
        self._turn(self._viewport.rotated(quarters))

    def mirror(self, *, left_right: bool) -> None:
        """Swap left and right, or top and bottom, as seen on the screen."""
        self._turn(self._viewport.mirrored(left_right=left_right))

    def reset(self) -> None:
        """Take back window, inversion, turns and flips, and fit; the region stays."""
        self._viewport = Viewport((0.0, 0.0), aspect=self._viewport.aspect)
        self.fit()
        self.turned.emit()
        self.painting_changed.emit()

    # Region and tool

    @property
    def region(self) -> Region | None:
        """The rectangle drawn on the series' images."""
        return self._region

    def set_region(self, region: Region | None) -> None:
        """Draw, change or remove the rectangle."""
        if region != self._region:
            self._region = region
            self.region_changed.emit(region)

    @property
    def tool(self) -> ToolName:
        """The tool of the left button."""
        return self._tool

    def choose_tool(self, name: ToolName) -> None:
        """Give the left button another tool."""
        if name != self._tool:
            self._tool = name
            self.tool_changed.emit(name)

    def tool_of(self, button: Button) -> ToolName:
        """Say what a button does: middle pans; right windows, or zooms when left windows."""
        if button == "left":
            return self._tool
        if button == "middle":
            return "pan"
        return "zoom" if self._tool == "window" else "window"

    # Inside

    def _take(self, frame: Frame, loaded: Loaded) -> None:
        before, pixels = self.image_size, loaded.pixels
        self._shown, self._pixels, self._error = frame, pixels, None
        self._default = loaded.window
        self._viewport = replace(self._viewport, aspect=frame.instance.aspect)
        if before != self.image_size:
            if self._is_fitted:
                self._fit()
            if before is not None:
                self.set_region(None)
        self.pixels_changed.emit(pixels)
        self.placed.emit()

    def _fail(self, error: PrecedentError) -> None:
        self._shown, self._pixels, self._error = None, None, error
        self.set_region(None)
        self.pixels_changed.emit(None)

    def _series_grew(self, series: Series) -> None:
        """Keep the frame that is looked at when others come before or after it."""
        if self._series is None or series.uid != self._series.uid or self._frame is None:
            return
        self._series = series
        if self._frame in series.frames:
            self._index = series.frames.index(self._frame)
            self.frame_changed.emit(self._frame)
            self._loader.prefetch(series.frames, self._index, 1)

    def _remember(self) -> None:
        if self._series is not None:
            self._remembered[self._series.uid] = _Remembered(
                self._index, self._viewport, self._is_fitted
            )

    def _fit(self) -> None:
        size = self.image_size
        if size is not None:
            self._viewport = self._viewport.fitted(size[0], size[1], self._size)

    def _place(self, viewport: Viewport) -> None:
        if viewport != self._viewport and self.has_image():
            self._is_fitted = False
            self._viewport = viewport
            self.placed.emit()

    def _turn(self, viewport: Viewport) -> None:
        if not self.has_image():
            return
        self._viewport = viewport
        if self._is_fitted:
            self._fit()
        self.placed.emit()
        self.turned.emit()

    def _set_grey(self, viewport: Viewport) -> None:
        if viewport != self._viewport:
            self._viewport = viewport
            self.painting_changed.emit()
