"""Where in the file's image a sent picture was cut out, and how it was turned on the screen.

By it a place in the sent picture is found again in the image, in pixels and in millimetres. The
image's pixels count from its upper left; the corner of the first one is (0, 0).
"""

from dataclasses import dataclass, replace

from precedent_inference.evidence.findings import Rectangle
from precedent_plugin.host import ViewSnapshot


@dataclass(frozen=True, slots=True)
class Cutout:
    """A view's way from the image to the picture: cut, mirrored, turned, bordered."""

    width: int
    """Of the picture as painted, turned already."""
    height: int
    left: int = 0
    """Of the region in the image."""
    top: int = 0
    is_flipped: bool = False
    """Mirrored left to right before it was turned."""
    rotation_quarters: int = 0
    """Clockwise."""
    border: tuple[int, int] = (0, 0)
    """Columns left of the painted picture and rows above it that were added."""
    spacing_mm: tuple[float, float] | None = None
    """Between the image's rows, then its columns; None where the file does not say."""

    @classmethod
    def of(cls, snapshot: ViewSnapshot, width: int, height: int) -> "Cutout":
        """Give the way of a view whose painted picture has this size."""
        left, top = (0, 0) if snapshot.region is None else snapshot.region[:2]
        return cls(
            width,
            height,
            left,
            top,
            snapshot.flipped,
            snapshot.rotation_quarters % 4,
            spacing_mm=snapshot.pixel_spacing_mm,
        )

    def within(self, width: int, height: int) -> "Cutout":
        """Give the way to the same picture in the middle of a larger one."""
        return replace(self, border=((width - self.width) // 2, (height - self.height) // 2))

    def on_image(self, place: Rectangle) -> Rectangle:
        """Find a place of the sent picture in the image, in its pixels."""
        across, down = self.border
        found = replace(place, left=place.left - across, top=place.top - down)
        width, height = float(self.width), float(self.height)
        for _ in range(self.rotation_quarters):
            # A quarter turn back: what was on top comes to the left, what was right to the top.
            beside = width - found.left - found.width
            found = Rectangle(found.top, beside, found.height, found.width)
            width, height = height, width
        if self.is_flipped:
            found = replace(found, left=width - found.left - found.width)
        return replace(found, left=self.left + found.left, top=self.top + found.top)

    def in_mm(self, place: Rectangle) -> Rectangle | None:
        """Find a place in the image in millimetres from its upper left corner, along its rows."""
        if self.spacing_mm is None:
            return None
        down, across = self.spacing_mm
        found = self.on_image(place)
        return Rectangle(
            found.left * across, found.top * down, found.width * across, found.height * down
        )
