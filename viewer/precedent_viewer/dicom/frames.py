"""One decoded frame with all that the display pipeline needs, and nothing of the library's.

The pipeline: stored values, Modality LUT, VOI LUT (window), inversion, 8 bits. Colour skips the
first three.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.colour import Palette
from precedent_viewer.dicom.decoders import DecodeFrame, decode_frame
from precedent_viewer.dicom.frame_values import decoded_frame
from precedent_viewer.dicom.image_file import ImageFile
from precedent_viewer.dicom.image_pixel import ImagePixel
from precedent_viewer.dicom.lut import IDENTITY, FloatImage, LookupTable, Rescale, apply_modality
from precedent_viewer.dicom.overlay_planes import OverlayPlane, planes_of
from precedent_viewer.dicom.real_world import RealWorldMap
from precedent_viewer.errors import UnsupportedError
from precedent_viewer.model.study import Frame
from precedent_viewer.model.voi import Window
from precedent_viewer.pictures import read_picture

Photometric = Literal["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB"]
"""YBR of every kind has been converted to RGB."""
StoredImage = NDArray[Any]
"""Any integer or float type, as the file says."""


@dataclass(frozen=True, slots=True, eq=False)
class FramePixels:
    """One frame. Compared by identity; treat its arrays as read-only."""

    stored: StoredImage
    """(rows, columns) grey or palette indices, or (rows, columns, 3) RGB, in the file's type."""
    photometric: Photometric
    modality_lut: Rescale | LookupTable = IDENTITY
    windows: tuple[Window, ...] = ()
    """Those of the file, in its order."""
    voi_luts: tuple[LookupTable, ...] = ()
    """VOI LUT Sequence; the first is used when the file has no window."""
    bits_stored: int = 8
    is_signed: bool = False
    padding: tuple[float, float] | None = None
    """Stored values from .. to that are no picture: painted black, left out of statistics."""
    outside: NDArray[np.bool_] | None = None
    """(rows, columns): pixels of a reformat that no voxel reaches; left out of statistics."""
    palette: Palette | None = None
    supplement: Palette | None = None
    """Colours of the stored values from its first entry on; those below stay grey."""
    overlays: tuple[OverlayPlane, ...] = ()
    """Planes of single bits that the file lays over this frame."""
    real_world: RealWorldMap | None = None
    """From stored values to a quantity, beside the Modality LUT and independent of it."""
    units: str = ""
    """Of the modality values: "HU", "Gy", "BQML", "SUV", "US" (unspecified)..., "" when unknown."""
    notes: tuple[str, ...] = ()
    """What the picture lacks against the file, to be shown on it: "3 rows missing: shown black"."""
    reduced_by: int = 1
    """Pixels of the file that each known value stands for along a side; above 1 the values between
    are made up until the whole frame is decoded: nothing may be measured on them."""

    @property
    def rows(self) -> int:
        """Height in pixels."""
        return int(self.stored.shape[0])

    @property
    def columns(self) -> int:
        """Width in pixels."""
        return int(self.stored.shape[1])

    @property
    def is_colour(self) -> bool:
        """Whether windows do not apply: RGB or palette."""
        return self.stored.ndim == 3 or self.palette is not None

    @property
    def is_grey(self) -> bool:
        """Whether all that is painted is grey levels."""
        return not self.is_colour and self.supplement is None


def read_frame(frame: Frame, decode: DecodeFrame = decode_frame) -> FramePixels:
    """Decode one frame.

    decode: what turns a compressed frame into values, here or in a process of its own.
    Raises FileError, UnsupportedError or DecodeError, each with one sentence.
    """
    path, index = frame.instance.path, frame.index
    if frame.instance.reader is not None:
        return frame.instance.reader.read(index)
    if frame.instance.kind == "picture":
        picture = read_picture(path, index)
        return FramePixels(
            stored=picture.values,
            photometric="RGB" if picture.values.ndim == 3 else "MONOCHROME2",
            bits_stored=8 * picture.values.dtype.itemsize,
            is_signed=picture.values.dtype.kind == "i",
            notes=picture.notes,
        )
    return _read_dicom(path, index, decode)


def _read_dicom(path: Path, index: int, decode: DecodeFrame) -> FramePixels:
    decoded = decoded_frame(path, index, decode)
    pixels = pixels_of(decoded.image, index, decoded.values, decoded.notes)
    return replace(pixels, overlays=pixels.overlays + decoded.overlays)


def pixels_of(
    image: ImageFile,
    index: int,
    values: StoredImage,
    notes: tuple[str, ...],
    *,
    reduced_by: int = 1,
) -> FramePixels:
    """Join a frame's values with what its file says about them."""
    pixel, pipeline = image.pixel, image.pipeline(index)
    return FramePixels(
        stored=values,
        photometric=_photometric(pixel),
        modality_lut=pipeline.modality_lut,
        windows=pipeline.windows,
        voi_luts=pipeline.voi_luts,
        bits_stored=pixel.bits_stored,
        is_signed=pixel.is_signed,
        padding=pipeline.padding,
        palette=image.palette,
        supplement=image.supplement,
        overlays=planes_of(image.overlays, index),
        real_world=pipeline.real_world,
        units=pipeline.units,
        notes=notes + image.notes + pipeline.notes,
        reduced_by=reduced_by,
    )


def _photometric(pixel: ImagePixel) -> Photometric:
    match pixel.photometric:
        case "MONOCHROME1" | "MONOCHROME2" | "PALETTE COLOR" as grey:
            return grey
        case _:
            return "RGB"


def modality_values(pixels: FramePixels) -> FloatImage:
    """Give modality values (HU for CT): (rows, columns) float32.

    Raises UnsupportedError for colour, which has none.
    """
    if pixels.is_colour:
        raise UnsupportedError(
            "A colour picture has no modality values.", "Use the stored or the displayed pixels."
        )
    return apply_modality(pixels.stored, pixels.modality_lut)


def modality_in_double(pixels: FramePixels, stored: NDArray[np.generic]) -> NDArray[np.float64]:
    """Map stored values to modality values without rounding to single precision.

    Source: PS3.3 C.11.1.1.2 and C.11.1.1.1.
    """
    lut = pixels.modality_lut
    if isinstance(lut, LookupTable):
        at = np.clip(np.rint(stored.astype(np.float64)) - lut.first, 0, lut.values.size - 1)
        looked_up: NDArray[np.float64] = lut.values[at.astype(np.intp)].astype(np.float64)
        return looked_up
    values: NDArray[np.float64] = stored.astype(np.float64) * lut.slope + lut.intercept
    return values
