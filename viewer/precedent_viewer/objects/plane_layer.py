"""Overlay planes of the file, laid over the image that they belong to. No Qt."""

from collections.abc import Sequence

import numpy as np

from precedent_viewer.dicom.overlay_planes import OverlayPlane, Size
from precedent_viewer.kept_contents import KeptContents
from precedent_viewer.layers import NOTHING, Layer, LayerContent, Wash
from precedent_viewer.model.study import Frame
from precedent_viewer.view import View

OVERLAY_RGB = (255, 209, 102)


class OverlayPlaneLayer(Layer):
    """One layer for all viewports; a presentation state chooses among the planes beforehand."""

    name = "Overlay planes"

    def __init__(self) -> None:
        self._is_on = True
        self._made = KeptContents[tuple[Frame, int]]()

    @property
    def is_on(self) -> bool:
        """Whether planes are shown."""
        return self._is_on

    def set_on(self, is_on: bool) -> None:
        """Show or hide all planes."""
        self._is_on = is_on
        self.changed.emit()

    def content(self, view: View) -> LayerContent:
        """Give the planes over a viewport's painted frame."""
        frame, pixels = view.shown_frame, view.pixels
        if not self._is_on or frame is None or pixels is None or not pixels.overlays:
            return NOTHING
        # A reduced frame has not yet shown the planes in its own values.
        key = (frame, pixels.reduced_by)
        known = self._made.get(key)
        if known is not None:
            return known
        wash = wash_of(pixels.overlays, (pixels.rows, pixels.columns))
        return self._made.keep(key, LayerContent(washes=(wash,)))


def wash_of(planes: Sequence[OverlayPlane], size: Size) -> Wash:
    """Give planes as one colour over an image of this size."""
    mask = np.logical_or.reduce([one.on(size) for one in planes])
    rgba = np.zeros((*size, 4), np.uint8)
    rgba[mask] = (*OVERLAY_RGB, 255)
    return Wash(rgba)
