"""How an image lies on the screen, and the one place where image and screen points are exchanged.

Image points are (x, y) in pixels: x to the right over the columns, y down over the rows, and
(0, 0) is the outer corner of the first pixel. The image is flipped first, then turned clockwise.
"""

from dataclasses import dataclass, replace

from precedent_viewer.errors import ViewerError

PointPx = tuple[float, float]
SizePx = tuple[float, float]
"""Width, then height."""


@dataclass(frozen=True, slots=True)
class Affine:
    """x' = m11 x + m21 y + dx and y' = m12 x + m22 y + dy: the order of a QTransform."""

    m11: float
    m12: float
    m21: float
    m22: float
    dx: float
    dy: float

    def apply(self, point: PointPx) -> PointPx:
        """Map a point."""
        x, y = point
        return (self.m11 * x + self.m21 * y + self.dx, self.m12 * x + self.m22 * y + self.dy)

    def inverse(self) -> "Affine":
        """Give the mapping back. A viewport's mapping always has one."""
        area = self.m11 * self.m22 - self.m12 * self.m21
        m11, m12 = self.m22 / area, -self.m12 / area
        m21, m22 = -self.m21 / area, self.m11 / area
        return Affine(
            m11, m12, m21, m22,
            -(m11 * self.dx + m21 * self.dy), -(m12 * self.dx + m22 * self.dy),
        )  # fmt: skip

    def as_tuple(self) -> tuple[float, float, float, float, float, float]:
        """Give the arguments of a QTransform."""
        return (self.m11, self.m12, self.m21, self.m22, self.dx, self.dy)


class ViewportError(ViewerError):
    """A viewport that cannot be drawn."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """Centre, size, turn and flips of the image on the screen."""

    center: PointPx
    """The image point in the middle of the screen."""
    scale: float = 1.0
    """Screen pixels an image pixel is wide, before it is turned."""
    aspect: float = 1.0
    """Height of an image pixel over its width."""
    rotation_quarters: int = 0
    """Clockwise quarter turns, 0 to 3."""
    flipped_horizontally: bool = False
    flipped_vertically: bool = False

    def __post_init__(self) -> None:
        if not (self.scale > 0 and self.aspect > 0):
            raise ViewportError(
                f"A scale of {self.scale:g} and aspect of {self.aspect:g} cannot be drawn.",
                "Both must be above 0.",
            )

    def affine(self, screen: SizePx) -> Affine:
        """Give the mapping from image points to points of a screen of this size."""
        across = -self.scale if self.flipped_horizontally else self.scale
        down = self.scale * self.aspect * (-1 if self.flipped_vertically else 1)
        cos, sin = _COS_SIN[self.rotation_quarters % 4]
        m11, m12, m21, m22 = across * cos, across * sin, -down * sin, down * cos
        x, y = self.center
        dx = screen[0] / 2 - (m11 * x + m21 * y)
        dy = screen[1] / 2 - (m12 * x + m22 * y)
        return Affine(m11, m12, m21, m22, dx, dy)

    def to_screen(self, point: PointPx, screen: SizePx) -> PointPx:
        """Map an image point to the screen."""
        return self.affine(screen).apply(point)

    def to_image(self, point: PointPx, screen: SizePx) -> PointPx:
        """Map a screen point to the image."""
        return self.affine(screen).inverse().apply(point)

    def panned(self, dx: float, dy: float) -> "Viewport":
        """Move the image by screen pixels."""
        middle = self.affine((0, 0)).inverse().apply((-dx, -dy))
        return replace(self, center=middle)

    def zoomed(self, factor: float, about: PointPx, screen: SizePx) -> "Viewport":
        """Change the scale; the image point under the screen point `about` stays there."""
        fixed = self.to_image(about, screen)
        bigger = replace(self, scale=self.scale * factor)
        landed = bigger.to_screen(fixed, screen)
        return bigger.panned(about[0] - landed[0], about[1] - landed[1])

    def rotated(self, quarters: int) -> "Viewport":
        """Turn the image clockwise as seen; the middle of the screen stays."""
        return replace(self, rotation_quarters=(self.rotation_quarters + quarters) % 4)

    def mirrored(self, *, left_right: bool) -> "Viewport":
        """Swap left and right, or top and bottom, as seen on the screen."""
        is_turned = self.rotation_quarters % 2 == 1
        if left_right != is_turned:
            return replace(self, flipped_horizontally=not self.flipped_horizontally)
        return replace(self, flipped_vertically=not self.flipped_vertically)

    def fitted(self, rows: int, columns: int, screen: SizePx) -> "Viewport":
        """Show the whole image as large as the screen allows, in the middle."""
        width, height = float(columns), rows * self.aspect
        if self.rotation_quarters % 2:
            width, height = height, width
        scale = min(max(screen[0], 1.0) / width, max(screen[1], 1.0) / height)
        return replace(self, center=(columns / 2, rows / 2), scale=scale)


_COS_SIN = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))
"""Of clockwise quarter turns, with y pointing down."""
