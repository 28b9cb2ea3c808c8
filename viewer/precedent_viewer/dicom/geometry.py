"""Where the frames of a file lie, how far apart their pixels are, and in what shape.

Sources: PS3.3 C.7.6.2.1.1, C.7.6.16.2, 10.7, C.8.8.3.2 (dose planes), C.8.5.5 (ultrasound).
"""

import math
from dataclasses import dataclass

from pydicom.dataset import Dataset

from precedent_viewer.dicom.functional_groups import FunctionalGroups
from precedent_viewer.dicom.values import integer, items, number, numbers, text, texts
from precedent_viewer.model.plane import Orientation, Plane, Point

CENTIMETRES = 3
"""Code of cm in Physical Units X and Y Direction (0018,6024)."""
PROJECTIONS = frozenset({"CR", "DX", "MG", "RG", "RF", "XA", "IO", "PX"})
"""Modalities whose images are enlarged by the way from the patient to the detector."""
DETECTOR_SPACINGS = ("ImagerPixelSpacing", "NominalScannedPixelSpacing")


@dataclass(frozen=True, slots=True)
class Geometry:
    """What a file says about place and size."""

    planes: tuple[Plane, ...] = ()
    """One for all frames, or one a frame; empty when the file does not say."""
    pixel_spacing_mm: tuple[float, float] | None = None
    is_spacing_at_detector: bool = False
    is_calibration_unknown: bool = False
    """Of a projection whose Pixel Spacing may be that of the detector or of the patient."""
    aspect: float = 1.0
    patient_orientation: tuple[str, str] | None = None


def read_geometry(dataset: Dataset, groups: FunctionalGroups, number_of_frames: int) -> Geometry:
    """Read the geometry; what is malformed counts as absent."""
    spacing, is_at_detector = _spacing(dataset, groups)
    planes = _planes(dataset, groups, number_of_frames, spacing)
    letters = texts(dataset, "PatientOrientation")
    is_lettered = len(letters) == 2 and all(part and part.isalpha() for part in letters)
    return Geometry(
        planes=planes,
        pixel_spacing_mm=spacing,
        is_spacing_at_detector=is_at_detector,
        is_calibration_unknown=not is_at_detector and _is_calibration_unknown(dataset),
        aspect=spacing[0] / spacing[1] if spacing else _aspect(dataset),
        patient_orientation=(letters[0], letters[1]) if is_lettered else None,
    )


def _spacing(dataset: Dataset, groups: FunctionalGroups) -> tuple[tuple[float, float] | None, bool]:
    measures = groups.macro("PixelMeasuresSequence", 0)
    for source in (measures, dataset):
        if source is not None and (pair := _pair(source, "PixelSpacing")):
            return pair, _is_uncorrected(dataset, pair)
    for keyword in DETECTOR_SPACINGS:
        if pair := _pair(dataset, keyword):
            return pair, True
    return _ultrasound_spacing(dataset), False


def _is_calibration_unknown(dataset: Dataset) -> bool:
    """Say whether a projection does not tell what its Pixel Spacing refers to. PS3.3 10.7.1.3."""
    is_projection = text(dataset, "Modality") in PROJECTIONS and "PixelSpacing" in dataset
    told = ("PixelSpacingCalibrationType", *DETECTOR_SPACINGS)
    return is_projection and not any(keyword in dataset for keyword in told)


def _is_uncorrected(dataset: Dataset, pair: tuple[float, float]) -> bool:
    """Say whether a projection's Pixel Spacing is but that of its detector. PS3.3 10.7.1.3.

    Equal values without a type of calibration mean that nothing was corrected.
    """
    said = text(dataset, "PixelSpacingCalibrationType")
    return not said and any(_pair(dataset, keyword) == pair for keyword in DETECTOR_SPACINGS)


def _pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    pair = numbers(dataset, keyword)
    is_usable = len(pair) == 2 and all(math.isfinite(one) and one > 0 for one in pair)
    return (pair[0], pair[1]) if is_usable else None


def _ultrasound_spacing(dataset: Dataset) -> tuple[float, float] | None:
    """Give the spacing of an ultrasound with one calibrated region in centimetres."""
    regions = items(dataset, "SequenceOfUltrasoundRegions")
    if len(regions) != 1:
        return None
    region = regions[0]
    units = (integer(region, "PhysicalUnitsXDirection"), integer(region, "PhysicalUnitsYDirection"))
    across, down = number(region, "PhysicalDeltaX"), number(region, "PhysicalDeltaY")
    if units != (CENTIMETRES, CENTIMETRES) or not across or not down:
        return None
    return (abs(down) * 10, abs(across) * 10)


def _aspect(dataset: Dataset) -> float:
    pair = _pair(dataset, "PixelAspectRatio")
    return pair[0] / pair[1] if pair else 1.0


def _planes(
    dataset: Dataset,
    groups: FunctionalGroups,
    number_of_frames: int,
    spacing: tuple[float, float] | None,
) -> tuple[Plane, ...]:
    if not groups.is_per_frame:
        whole = _plane(dataset, dataset, spacing)
        return () if whole is None else _dose_planes(dataset, whole, number_of_frames)
    planes: list[Plane] = []
    for index in range(number_of_frames):
        place = groups.macro("PlanePositionSequence", index)
        turn = groups.macro("PlaneOrientationSequence", index)
        measures = groups.macro("PixelMeasuresSequence", index)
        own = _pair(measures, "PixelSpacing") if measures is not None else None
        plane = _plane(place, turn, own or spacing) if place and turn else None
        if plane is None:
            return ()
        planes.append(plane)
    return tuple(planes)


def _plane(place: Dataset, turn: Dataset, spacing: tuple[float, float] | None) -> Plane | None:
    position = numbers(place, "ImagePositionPatient")
    directions = numbers(turn, "ImageOrientationPatient")
    if len(position) != 3 or len(directions) != 6:
        return None
    if not all(math.isfinite(one) for one in (*position, *directions)):
        return None
    orientation: Orientation = directions
    point: Point = position
    plane = Plane(point, orientation, spacing)
    is_spanned = math.hypot(*directions[:3]) > 0.5 and math.hypot(*plane.normal) > 0.5
    return plane if is_spanned else None


def _dose_planes(dataset: Dataset, first: Plane, number_of_frames: int) -> tuple[Plane, ...]:
    """Give the planes of a dose volume: offsets along the normal. PS3.3 C.8.8.3.2."""
    offsets = numbers(dataset, "GridFrameOffsetVector")
    if number_of_frames == 1 or len(offsets) != number_of_frames:
        return (first,)
    x, y, z = first.position
    a, b, c = first.normal
    return tuple(
        Plane((x + a * off, y + b * off, z + c * off), first.orientation, first.pixel_spacing_mm)
        for off in (one - offsets[0] for one in offsets)
    )
