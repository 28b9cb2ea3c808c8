"""What lies over the image of one viewport, in the image's own pixels. No Qt.

A layer knows what it has to show on a frame; the canvas draws it through zoom, turns and flips.
Image points are those of `model/viewport.py`: (0, 0) is the outer corner of the first pixel, and
the centre of that pixel, from which DICOM counts, is (0.5, 0.5).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

if TYPE_CHECKING:
    from precedent_viewer.view import View

PointPx = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Wash:
    """Colour laid over the image, pixel for pixel."""

    rgba: NDArray[np.uint8]
    """(rows, columns, 4): red, green, blue and straight opacity, of the frame's own size. Never
    changed once it was given: the canvas keeps its picture by identity."""
    opacity: float = 1.0
    """Times the opacity of each pixel."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A line, an outline or a text."""

    points: tuple[PointPx, ...]
    """In image pixels, in order; a single point is drawn as a small cross."""
    colour: str
    """`#rrggbb`."""
    closed: bool = False
    width_px: float = 1.6
    """On the screen, whatever the zoom; 0 draws the label alone."""
    dashed: bool = False
    label: str = ""
    """Several lines are parted by line breaks."""
    label_at: PointPx | None = None
    """Where the label's top left corner lies; None is beside the last point."""
    handles: tuple[PointPx, ...] = ()
    """Squares that can be taken hold of."""


@dataclass(frozen=True, slots=True, eq=False)
class Shutter:
    """What of the image is covered. PS3.3 C.7.6.11."""

    mask: NDArray[np.bool_]
    """(rows, columns): True where the image is covered."""
    level: int = 0
    """Grey level of the cover, 0 to 255."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerContent:
    """What one layer shows on the frame that is painted."""

    washes: tuple[Wash, ...] = ()
    marks: tuple[Mark, ...] = ()
    shutter: Shutter | None = None
    notes: tuple[str, ...] = ()
    """Sentences that stay on the image, such as why nothing can be shown."""


NOTHING = LayerContent()


class Layer(ABC):
    """One source of things over the image."""

    name: ClassVar[str]
    """What the reader calls it."""
    changed = Signal()
    """Fires without arguments when `content` would say something else."""

    @abstractmethod
    def content(self, view: View) -> LayerContent:
        """Say what to draw over `view.shown_frame`; asked at every painting, so keep it cheap."""


class Layers:
    """The layers of one viewport, the lowest first."""

    changed = Signal()

    def __init__(self) -> None:
        self._layers: list[Layer] = []

    def __iter__(self) -> Iterator[Layer]:
        """Go through the layers, the lowest first."""
        return iter(tuple(self._layers))

    def add(self, layer: Layer) -> None:
        """Put a layer on top."""
        self._layers.append(layer)
        layer.changed.connect(self._tell)
        self.changed.emit()

    def remove(self, layer: Layer) -> None:
        """Take a layer away; one that is not there is none."""
        if layer in self._layers:
            layer.changed.disconnect(self._tell)
            self._layers.remove(layer)
            self.changed.emit()

    def contents(self, view: View) -> tuple[LayerContent, ...]:
        """Ask every layer."""
        return tuple(layer.content(view) for layer in self._layers)

    def _tell(self) -> None:
        self.changed.emit()
