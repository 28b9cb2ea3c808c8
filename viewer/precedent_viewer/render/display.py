"""From one frame to the 8-bit picture that is painted."""

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.model.voi import Window

ByteImage = NDArray[np.uint8]


def default_window(pixels: FramePixels) -> Window:
    """Give the window to begin with: the file's first, else one over the file's VOI table's input,
    else `automatic_window`. Colour gets the identity on 0 to 255.

    To paint what the file says, pass None to `render`: that also applies a VOI LUT Sequence, which
    no window can express.
    """
    raise NotImplementedError


def automatic_window(pixels: FramePixels) -> Window:
    """Give a window over the values of this frame, padding and outliers aside."""
    raise NotImplementedError


def render(pixels: FramePixels, window: Window | None, *, invert: bool = False) -> ByteImage:
    """Paint a frame: (rows, columns) grey or (rows, columns, 3) RGB, C-contiguous.

    window: None for what the file says: its first window, its VOI LUT, or all values.
    Windows are ignored for colour. `invert` exchanges black and white; padding stays black.
    """
    raise NotImplementedError
