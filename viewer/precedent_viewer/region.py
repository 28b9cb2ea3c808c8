"""A rectangle of whole image pixels. No Qt."""

from dataclasses import dataclass

from precedent_viewer.errors import ViewerError


class RegionError(ViewerError):
    """A region without pixels."""


@dataclass(frozen=True, slots=True)
class Region:
    """Columns x to x + width and rows y to y + height of the image, edges on pixel borders."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise RegionError(
                f"A region of {self.width} by {self.height} pixels is empty.", "Drag a larger one."
            )

    def moved(self, across: int, down: int, *, rows: int, columns: int) -> "Region":
        """Shift it, stopping at the image's edges."""
        x = min(max(self.x + across, 0), columns - self.width)
        y = min(max(self.y + down, 0), rows - self.height)
        return Region(x, y, self.width, self.height)

    @property
    def corners(self) -> tuple[tuple[int, int], ...]:
        """The corners (x, y) in order around it, from the top left."""
        right, bottom = self.x + self.width, self.y + self.height
        return ((self.x, self.y), (right, self.y), (right, bottom), (self.x, bottom))


def region_between(
    first: tuple[float, float], second: tuple[float, float], *, rows: int, columns: int
) -> Region | None:
    """Give the region spanned by two points (x, y) in image pixels, clipped to the image.

    None when nothing of the image lies between them.
    """
    left, right = sorted((first[0], second[0]))
    top, bottom = sorted((first[1], second[1]))
    x0, x1 = max(round(left), 0), min(round(right), columns)
    y0, y1 = max(round(top), 0), min(round(bottom), rows)
    return Region(x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else None
