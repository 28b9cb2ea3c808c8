"""Read what turns stored values into grey levels: modality, windows, tables, padding, units.

Source: PS3.3 C.11.1, C.11.2, C.7.5.1.1.2; enhanced objects C.7.6.16.2.9 and C.7.6.16.2.10.
"""

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from precedent_viewer.dicom.colour import signed_first
from precedent_viewer.dicom.functional_groups import FunctionalGroups
from precedent_viewer.dicom.image_pixel import ImagePixel
from precedent_viewer.dicom.lut import IDENTITY, LookupTable, Rescale
from precedent_viewer.dicom.real_world import RealWorldMap, real_world_maps
from precedent_viewer.dicom.values import item, items, number, numbers, text, texts, value
from precedent_viewer.errors import WindowError
from precedent_viewer.model.voi import VoiFunction, Window

CT_IMAGES = (
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.2.1",
    "1.2.840.10008.5.1.4.1.1.2.2",
)
FUNCTIONS: dict[str, VoiFunction] = {
    "": "LINEAR",
    "LINEAR": "LINEAR",
    "LINEAR_EXACT": "LINEAR_EXACT",
    "SIGMOID": "SIGMOID",
}


@dataclass(frozen=True, slots=True)
class GreyPipeline:
    """What one frame of a file needs after decoding."""

    modality_lut: Rescale | LookupTable = IDENTITY
    windows: tuple[Window, ...] = ()
    voi_luts: tuple[LookupTable, ...] = ()
    padding: tuple[float, float] | None = None
    units: str = ""
    real_world: RealWorldMap | None = None
    """From stored values to a quantity, beside the Modality LUT and independent of it."""
    notes: tuple[str, ...] = ()


def read_pipeline(
    dataset: Dataset, groups: FunctionalGroups, pixel: ImagePixel, index: int, *, is_little: bool
) -> GreyPipeline:
    """Read the pipeline of one frame; what is malformed is left out and noted."""
    notes = _unused_shape(dataset, pixel)
    transform = groups.macro("PixelValueTransformationSequence", index) or dataset
    modality = _modality(transform, dataset, pixel, notes, is_little=is_little)
    voi = groups.macro("FrameVOILUTSequence", index) or dataset
    is_signed = pixel.is_signed or _gives_negatives(modality)
    tables = tuple(
        table
        for one in items(voi, "VOILUTSequence")
        if (table := read_table(one, is_signed=is_signed, is_little=is_little)) is not None
    )
    return GreyPipeline(
        modality_lut=modality,
        windows=_windows(voi, notes),
        voi_luts=tables,
        padding=_padding(dataset, pixel),
        units=_units(transform, dataset),
        real_world=_real_world(dataset, groups, pixel, index),
        notes=tuple(dict.fromkeys(notes)),
    )


def read_table(one: Dataset, *, is_signed: bool, is_little: bool) -> LookupTable | None:
    """Read an item of a LUT sequence, None when it holds no usable table."""
    descriptor = numbers(one, "LUTDescriptor")
    if len(descriptor) != 3:
        return None
    count = int(descriptor[0]) & 0xFFFF or 1 << 16
    entries = _entries(value(one, "LUTData"), count, is_little=is_little)
    if entries is None or entries.size == 0:
        return None
    bits = int(descriptor[2])
    is_plausible = 8 <= bits <= 16 and int(entries.max()) < 1 << bits
    known = bits if is_plausible else 16
    first = signed_first(int(descriptor[1]), is_signed=is_signed)
    return LookupTable(first, entries, known, text(one, "LUTExplanation"))


def _entries(
    raw: object, count: int, *, is_little: bool
) -> "np.ndarray[tuple[int], np.dtype[np.uint16]] | None":
    if isinstance(raw, bytes):
        if len(raw) < 2 * count and len(raw) >= count:
            return np.frombuffer(raw[:count], np.uint8).astype(np.uint16)
        words = np.frombuffer(raw[: len(raw) // 2 * 2], "<u2" if is_little else ">u2")
        return words[:count].astype(np.uint16)
    try:
        many = np.atleast_1d(np.asarray(raw, dtype=np.int64))
    except (TypeError, ValueError, OverflowError):
        return None
    return (many[:count] & 0xFFFF).astype(np.uint16)


def _modality(
    transform: Dataset, dataset: Dataset, pixel: ImagePixel, notes: list[str], *, is_little: bool
) -> Rescale | LookupTable:
    if pixel.samples_per_pixel > 1:
        return IDENTITY
    sequence = item(dataset, "ModalityLUTSequence")
    if sequence is not None:
        table = read_table(sequence, is_signed=pixel.is_signed, is_little=is_little)
        if table is not None:
            return table
        notes.append("The Modality LUT of the file is broken: values are shown as stored.")
    slope, intercept = number(transform, "RescaleSlope"), number(transform, "RescaleIntercept")
    scaling = number(dataset, "DoseGridScaling")
    if scaling is not None and slope is None:
        slope = scaling
    if slope == 0 or not np.isfinite([slope or 1.0, intercept or 0.0]).all():
        notes.append("The Rescale Slope of the file is not usable: values are shown as stored.")
        return IDENTITY
    return Rescale(1.0 if slope is None else slope, intercept or 0.0)


def _real_world(
    dataset: Dataset, groups: FunctionalGroups, pixel: ImagePixel, index: int
) -> RealWorldMap | None:
    """Give the first map of a grey frame; which of several is meant is not for us to choose."""
    maps = real_world_maps(dataset, groups, index) if pixel.samples_per_pixel == 1 else ()
    return maps[0] if maps else None


def _unused_shape(dataset: Dataset, pixel: ImagePixel) -> list[str]:
    """Note a Presentation LUT Shape that contradicts the Photometric Interpretation.

    The shape inverts nothing: it says what MONOCHROME1 and MONOCHROME2 say. PS3.3 C.7.6.1.
    """
    shape = text(dataset, "PresentationLUTShape").upper()
    agreeing = {"MONOCHROME1": "INVERSE", "MONOCHROME2": "IDENTITY"}.get(pixel.photometric, shape)
    if shape not in ("IDENTITY", "INVERSE") or shape == agreeing:
        return []
    return [f"Presentation LUT Shape {shape} contradicts {pixel.photometric}, which is followed."]


def _gives_negatives(modality: Rescale | LookupTable) -> bool:
    return isinstance(modality, Rescale) and modality.intercept < 0


def _windows(voi: Dataset, notes: list[str]) -> tuple[Window, ...]:
    centers, widths = numbers(voi, "WindowCenter"), numbers(voi, "WindowWidth")
    names = texts(voi, "WindowCenterWidthExplanation")
    said = text(voi, "VOILUTFunction").upper()
    function = FUNCTIONS.get(said)
    if function is None:
        notes.append(f"VOI LUT Function {said[:16]} is not known: shown as LINEAR.")
        function = "LINEAR"
    windows: list[Window] = []
    for at, (center, width) in enumerate(zip(centers, widths, strict=False)):
        name = names[at] if at < len(names) else ""
        try:
            windows.append(_window(center, width, function, name))
        except WindowError as error:
            notes.append(f"A window of the file is left out: {error.message}")
    return tuple(windows)


def _window(center: float, width: float, function: VoiFunction, name: str) -> Window:
    """Make a window; a LINEAR one under 1, which maps and doses have, is taken as exact."""
    if function == "LINEAR" and 0 < width < 1:
        return Window(center, width, "LINEAR_EXACT", name)
    return Window(center, width, function, name)


def _padding(dataset: Dataset, pixel: ImagePixel) -> tuple[float, float] | None:
    if pixel.samples_per_pixel > 1:
        return None
    first = next(
        (
            found
            for keyword in (
                "PixelPaddingValue",
                "FloatPixelPaddingValue",
                "DoubleFloatPixelPaddingValue",
            )
            if (found := number(dataset, keyword)) is not None
        ),
        None,
    )
    if first is None:
        return None
    limit = number(dataset, "PixelPaddingRangeLimit")
    low = _as_stored(first, pixel)
    high = low if limit is None else _as_stored(limit, pixel)
    return (min(low, high), max(low, high))


def _as_stored(number_read: float, pixel: ImagePixel) -> float:
    """Read a padding value in the sign of the pixels, whatever type pydicom took it for."""
    if pixel.kind != "integer" or pixel.bits_allocated != 16:
        return number_read
    raw = int(number_read) & 0xFFFF
    return float(raw - 0x10000 if pixel.is_signed and raw > 0x7FFF else raw)


def _units(transform: Dataset, dataset: Dataset) -> str:
    said = text(transform, "RescaleType") or text(dataset, "RescaleType")
    lut = item(dataset, "ModalityLUTSequence")
    if lut is not None:
        return text(lut, "ModalityLUTType")
    if said:
        return said
    if text(dataset, "Units"):
        return text(dataset, "Units")
    if text(dataset, "DoseUnits"):
        return "Gy" if text(dataset, "DoseUnits") == "GY" else text(dataset, "DoseUnits")
    is_ct = (
        text(dataset, "SOPClassUID") in CT_IMAGES
        and number(dataset, "RescaleIntercept") is not None
    )
    return "HU" if is_ct else ""
