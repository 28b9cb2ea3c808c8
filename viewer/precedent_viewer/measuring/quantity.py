"""In what a frame's pixels are told: SUV, real world values or modality values. No Qt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import FramePixels, modality_in_double
from precedent_viewer.dicom.lut import IDENTITY, LookupTable
from precedent_viewer.dicom.real_world import RealWorldMap
from precedent_viewer.measuring.calibration import Calibration
from precedent_viewer.values import unit_text


@dataclass(frozen=True, slots=True)
class Quantity:
    """The way from stored values to the numbers that are told."""

    unit: str
    chain: tuple[str, ...]
    """Sentences for the receipt."""
    pixels: FramePixels
    factor: float = 1.0
    """From modality values."""
    real_world: RealWorldMap | None = None
    """From stored values, instead of the Modality LUT."""

    @property
    def is_modality(self) -> bool:
        """Whether the numbers are the modality values themselves."""
        return self.real_world is None and self.factor == 1.0

    def of(self, stored: NDArray[np.generic]) -> NDArray[np.float64]:
        """Map stored values in double precision; NaN where a real world map does not hold."""
        if self.real_world is not None:
            return self.real_world.apply(stored)
        return modality_in_double(self.pixels, stored) * self.factor


def quantity_of(pixels: FramePixels, calibration: Calibration) -> Quantity:
    """Choose the quantity: SUVbw where it can be known, else the file's map, else modality."""
    modality = _modality_sentence(pixels)
    suv, mapped = calibration.suv, pixels.real_world
    if suv is not None:
        chain = (modality, f"Times {suv.factor:.6g} to SUVbw. {suv.chain}")
        return Quantity("SUVbw g/ml", chain, pixels, factor=suv.factor)
    if mapped is not None and (mapped.unit != unit_text(pixels) or mapped.table is not None):
        return Quantity(mapped.unit, (_map_sentence(pixels, mapped),), pixels, real_world=mapped)
    problem = (calibration.suv_problem,) if calibration.suv_problem else ()
    return Quantity(unit_text(pixels), (modality, *problem), pixels)


def _stored_words(pixels: FramePixels) -> str:
    return f"Stored {pixels.stored.dtype} of {pixels.bits_stored} bits"


def _modality_sentence(pixels: FramePixels) -> str:
    """Say how stored values became modality values."""
    lut = pixels.modality_lut
    if isinstance(lut, LookupTable):
        step = f"through the Modality LUT of {lut.values.size:,} entries from {lut.first}"
    elif lut == IDENTITY:
        step = "taken as they are"
    else:
        step = f"times {lut.slope:g} plus {lut.intercept:g}"
    unit = unit_text(pixels)
    return f"{_stored_words(pixels)}, {step}{f', in {unit}' if unit else ''}."


def _map_sentence(pixels: FramePixels, mapped: RealWorldMap) -> str:
    name = mapped.quantity or mapped.explanation or mapped.label or "unnamed"
    if mapped.table is None:
        step = f"times {mapped.slope or 1.0:g} plus {mapped.intercept:g}"
    else:
        step = f"through its table of {mapped.table.size:,} entries"
    unit = f", in {mapped.unit}" if mapped.unit else ""
    return (
        f'{_stored_words(pixels)}, {step} by the real world value map "{name}" of the file, which '
        f"holds from {mapped.first:g} to {mapped.last:g}{unit}."
    )
