"""In which window the image is painted, and whether black and white are exchanged. No Qt."""

from dataclasses import dataclass, replace

from psygnal import Signal

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.frame_loader import FrameLoader
from precedent_viewer.model.voi import LEAST_WIDTH, Window

SMALLEST_WIDTH = 1e-6
"""A drag stops here where the VOI function allows every width above 0."""


@dataclass(frozen=True, slots=True)
class GreyChoice:
    """What the reader chose for a series."""

    window: Window | None = None
    """None shows what the file says: its window, its lookup table, or all values."""
    inverted: bool = False
    colours: str | None = None
    """Name of a palette (`dicom/colour_maps.py`); None is grey."""


AS_IN_FILE = GreyChoice()
"""Nothing is chosen."""


class GreyLevels:
    """The choice for the series that is shown, and what it means for the frame on the screen."""

    changed = Signal()
    """Window or inversion."""

    def __init__(self, loader: FrameLoader) -> None:
        self._loader = loader
        self._choice = AS_IN_FILE
        self._pixels: FramePixels | None = None
        self._default: Window | None = None

    @property
    def choice(self) -> GreyChoice:
        """What is chosen."""
        return self._choice

    @property
    def shown_window(self) -> Window | None:
        """The window in which the frame is painted, chosen or the file's; None for colour."""
        return (self._choice.window or self._default) if self.has_window() else None

    def has_window(self) -> bool:
        """Whether the image is grey, so that a window means something."""
        return self._pixels is not None and not self._pixels.is_colour

    def show(self, pixels: FramePixels | None, default: Window | None = None) -> None:
        """Take over another frame and the window it opens with; the choice stays."""
        self._pixels, self._default = pixels, default

    def restore(self, choice: GreyChoice) -> None:
        """Prepare for another series, without a word."""
        self._choice = choice
        self.show(None)

    def set_window(self, window: Window | None) -> None:
        """Choose a window, or None for what the file says."""
        self._choose(replace(self._choice, window=window))

    def change_window(self, *, center: float, width: float) -> None:
        """Choose other numbers for the window shown, as a drag does."""
        shown = self.shown_window
        if shown is not None:
            least = max(LEAST_WIDTH[shown.function], SMALLEST_WIDTH)
            self.set_window(Window(center, max(width, least), shown.function))

    def fit_values(self) -> None:
        """Fit the window to the values of this frame."""
        if self._pixels is not None and self.has_window():
            self._loader.measure(self._pixels, self.set_window)

    def choose(self, choice: GreyChoice) -> None:
        """Take over a whole choice, such as that of another viewport."""
        self._choose(choice)

    def set_colours(self, name: str | None) -> None:
        """Show grey levels in the colours of a palette, or in grey."""
        self._choose(replace(self._choice, colours=name))

    def invert(self) -> None:
        """Exchange black and white."""
        self._choose(replace(self._choice, inverted=not self._choice.inverted))

    def reset(self) -> None:
        """Go back to what the file says."""
        self._choose(AS_IN_FILE)

    def _choose(self, choice: GreyChoice) -> None:
        if choice != self._choice:
            self._choice = choice
            self.changed.emit()
