"""How the image lies in the window: place, zoom, turns and flips. No Qt."""

from dataclasses import replace

from psygnal import Signal

from precedent_viewer.model.viewport import Affine, PointPx, SizePx, Viewport

MIN_SCALE, MAX_SCALE = 0.01, 100.0
ImageSize = tuple[int, int]
"""Rows and columns."""


class Placement:
    """The mapping between one image and the window, as tools and commands change it."""

    placed = Signal()
    """Place, size, rotation, flips or the window's size."""
    turned = Signal()
    """Rotation or flips."""

    def __init__(self) -> None:
        self._viewport = Viewport((0.0, 0.0))
        self._is_fitted = True
        self._image: ImageSize | None = None
        self._size: SizePx = (1.0, 1.0)
        self._ratio = 1.0
        self._lens: PointPx | None = None

    @property
    def viewport(self) -> Viewport:
        """Where the image lies."""
        return self._viewport

    @property
    def screen_size(self) -> SizePx:
        """Width and height of the viewport."""
        return self._size

    @property
    def is_fitted(self) -> bool:
        """Whether the image follows the window's size."""
        return self._is_fitted

    # What is placed, and where

    def restore(self, viewport: Viewport | None, *, is_fitted: bool = True) -> None:
        """Prepare for another series: as it was left, or as a new one when None."""
        self._image = None
        self._viewport = Viewport((0.0, 0.0)) if viewport is None else viewport
        self._is_fitted = is_fitted

    def lay(self, viewport: Viewport, *, is_fitted: bool) -> None:
        """Lie as at another time, this image or the one that is on its way; its aspect stays."""
        self._viewport = replace(viewport, aspect=self._viewport.aspect)
        self._is_fitted = is_fitted
        if is_fitted:
            self._fit()
        self.placed.emit()
        self.turned.emit()

    def show(self, image: ImageSize | None, aspect: float = 1.0) -> None:
        """Place an image, or none; one of another size than the one before is fitted anew."""
        self._viewport = replace(self._viewport, aspect=aspect)
        if image != self._image:
            self._image = image
            if self._is_fitted:
                self._fit()
        self.placed.emit()

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

    @property
    def lens(self) -> PointPx | None:
        """The screen point over which a lens is held."""
        return self._lens

    def hold_lens(self, at: PointPx | None) -> None:
        """Hold a lens over a screen point, or take it away."""
        if at != self._lens:
            self._lens = at
            self.placed.emit()

    # Points

    def affine(self) -> Affine:
        """Give the mapping from image points to the screen."""
        return self._viewport.affine(self._size)

    def to_image(self, x_px: float, y_px: float) -> PointPx:
        """Convert a screen point to (column, row)."""
        return self._viewport.to_image((x_px, y_px), self._size)

    def to_screen(self, column: float, row: float) -> PointPx:
        """Convert an image point to a screen point."""
        return self._viewport.to_screen((column, row), self._size)

    # Zoom

    @property
    def scale(self) -> float:
        """Logical screen pixels per image column."""
        return self._viewport.scale

    @property
    def magnification(self) -> float:
        """Device pixels per image column: 1 is every pixel of the image on one of the screen."""
        return self._viewport.scale * self._ratio

    def fit(self) -> None:
        """Show the whole image, and keep doing so when the window changes."""
        self._is_fitted = True
        self._fit()
        self.placed.emit()

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
        self._move(self._viewport.zoomed(factor, (x_px, y_px), self._size))

    def match(self, other: "Placement", *, millimetres: tuple[float, float] = (1.0, 1.0)) -> None:
        """Take over another placement's zoom and where its image is centred.

        millimetres: the width of a pixel of the other image and of this one, so that both are
        shown at one scale; a fitted image stays fitted to its own viewport.
        """
        if other.is_fitted:
            if not self._is_fitted:
                self.fit()
            return
        if self._image is None or other._image is None:
            return
        theirs, mine = millimetres
        (x, y), (rows, columns) = other._viewport.center, other._image
        center = (x / columns * self._image[1], y / rows * self._image[0])
        scale = min(max(other._viewport.scale * mine / theirs, MIN_SCALE), MAX_SCALE)
        self._move(replace(self._viewport, center=center, scale=scale))

    # Moves and turns

    def pan_by(self, across_px: float, down_px: float) -> None:
        """Move the image by screen pixels."""
        self._move(self._viewport.panned(across_px, down_px))

    def rotate(self, quarters: int) -> None:
        """Turn clockwise by quarters."""
        self._turn(self._viewport.rotated(quarters))

    def mirror(self, *, left_right: bool) -> None:
        """Swap left and right, or top and bottom, as seen on the screen."""
        self._turn(self._viewport.mirrored(left_right=left_right))

    def reset(self) -> None:
        """Take back turns and flips, and fit."""
        self._viewport = Viewport((0.0, 0.0), aspect=self._viewport.aspect)
        self.fit()
        self.turned.emit()

    def _fit(self) -> None:
        if self._image is not None:
            self._viewport = self._viewport.fitted(*self._image, self._size)

    def _move(self, viewport: Viewport) -> None:
        if viewport != self._viewport and self._image is not None:
            self._is_fitted = False
            self._viewport = viewport
            self.placed.emit()

    def _turn(self, viewport: Viewport) -> None:
        if self._image is None:
            return
        self._viewport = viewport
        if self._is_fitted:
            self._fit()
        self.placed.emit()
        self.turned.emit()
