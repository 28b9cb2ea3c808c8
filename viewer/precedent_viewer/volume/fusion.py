"""One series over another in colour: PET over CT, through the patient's millimetres. No Qt.

The upper volume is resampled onto the image that is shown; nothing is laid over an image of another
frame of reference, and the image says why.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.colour_maps import colour_table
from precedent_viewer.layers import LayerContent, Wash
from precedent_viewer.linking.nearest import share_space
from precedent_viewer.model.study import Frame
from precedent_viewer.volume.itk import sitk
from precedent_viewer.volume.stack import Volume
from precedent_viewer.volume.suv import SuvScale

USUAL_SUV = 10.0
"""The SUV that has the palette's last colour at first."""


@dataclass(frozen=True, slots=True)
class FusionLook:
    """How the upper image is coloured."""

    palette: str = "Hot iron"
    opacity: float = 0.6
    low: float = 0.0
    """Of modality values, or of SUV where there is a scale: nothing is drawn at and below it."""
    high: float = USUAL_SUV


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """The volume that is laid over others."""

    volume: Volume
    suv: SuvScale | None
    """From modality values to SUVbw; None keeps modality values."""
    title: str

    @property
    def units(self) -> str:
        """Of the values that the look speaks of."""
        return "SUVbw g/ml" if self.suv is not None else self.volume.units


def refusal(frame: Frame, fused: Fused) -> str | None:
    """Say why nothing is laid over a frame, None when it can be."""
    if frame.plane is None:
        return f"{fused.title} is not shown here: this image does not say where it lies."
    if frame.plane.pixel_spacing_mm is None:
        return f"{fused.title} is not shown here: this image does not say how large its pixels are."
    if not share_space(frame, fused.volume.first):
        return (
            f"{fused.title} is not laid over this image: their frames of reference differ, so "
            "their positions do not mean the same."
        )
    return None


def fused_values(frame: Frame, fused: Fused) -> NDArray[np.float32]:
    """Give the upper volume's values (SUV or modality) on a frame's pixels; NaN outside it."""
    plane, instance, volume = frame.plane, frame.instance, fused.volume
    assert plane is not None
    spacing = plane.pixel_spacing_mm
    assert spacing is not None
    row, column, normal = plane.orientation[:3], plane.orientation[3:], plane.normal
    filter_ = sitk.ResampleImageFilter()
    filter_.SetInterpolator(sitk.sitkLinear)
    filter_.SetSize((instance.columns, instance.rows, 1))
    filter_.SetOutputOrigin(plane.position)
    filter_.SetOutputSpacing((spacing[1], spacing[0], 1.0))
    filter_.SetOutputDirection([axis[part] for part in range(3) for axis in (row, column, normal)])
    filter_.SetOutputPixelType(sitk.sitkFloat32)
    filter_.SetDefaultPixelValue(float("nan"))
    values: NDArray[np.float32] = sitk.GetArrayFromImage(filter_.Execute(volume.image))[0]
    rescaled = values * np.float32(volume.rescale.slope) + np.float32(volume.rescale.intercept)
    factor = 1.0 if fused.suv is None else fused.suv.factor
    return (rescaled * np.float32(factor)).astype(np.float32)


def fusion_wash(values: NDArray[np.float32], look: FusionLook) -> Wash:
    """Colour values: opacity rises over the first tenth of the range, so that edges are soft."""
    width = max(look.high - look.low, 1e-6)
    share = np.nan_to_num((values - np.float32(look.low)) / np.float32(width), nan=0.0)
    levels = np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
    rgba = np.empty((*values.shape, 4), np.uint8)
    rgba[:, :, :3] = colour_table(look.palette)[levels]
    rgba[:, :, 3] = np.rint(np.clip(share * 10, 0, 1) * 255).astype(np.uint8)
    return Wash(rgba, look.opacity)


def fusion_content(frame: Frame, fused: Fused, look: FusionLook) -> LayerContent:
    """Give what lies over a frame, or the sentence that says why nothing does; for a worker."""
    reason = refusal(frame, fused)
    if reason is not None:
        return LayerContent(notes=(reason,))
    return LayerContent(washes=(fusion_wash(fused_values(frame, fused), look),))
