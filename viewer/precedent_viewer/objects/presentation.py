"""A softcopy presentation state: how somebody wants images to be seen. PS3.3 A.33.

What it says replaces what the images say: without a Modality LUT or VOI of its own, none is
applied. PS3.4 N.2.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydicom.dataset import Dataset

from precedent_viewer.dicom.describe import person_name
from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.dicom.grey_pipeline import read_table
from precedent_viewer.dicom.lut import IDENTITY, LookupTable, Rescale
from precedent_viewer.dicom.opened import open_dicom
from precedent_viewer.dicom.overlay_planes import (
    OverlayPlane,
    activated_groups,
    planes_of,
    read_overlay_groups,
)
from precedent_viewer.dicom.values import item, items, number, numbers, text
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.errors import DecodeError, WindowError
from precedent_viewer.model.voi import LEAST_WIDTH, VoiFunction, Window
from precedent_viewer.objects.annotations import Annotation, read_annotations
from precedent_viewer.objects.presentation_tables import full_range, with_presentation_lut
from precedent_viewer.objects.report import date_words
from precedent_viewer.objects.scope import ImageFrame, Scope, scope_of, scope_of_series
from precedent_viewer.objects.shutters import ShutterShapes, read_shutter

SizeMode = Literal["SCALE TO FIT", "TRUE SIZE", "MAGNIFY"]
FUNCTIONS: dict[str, VoiFunction] = {"LINEAR_EXACT": "LINEAR_EXACT", "SIGMOID": "SIGMOID"}


@dataclass(frozen=True, slots=True)
class Voi:
    """A window or a table for some of the images. PS3.3 C.11.8."""

    scope: Scope
    window: Window | None
    table: LookupTable | None


@dataclass(frozen=True, slots=True)
class DisplayedArea:
    """The part of an image that is to fill the viewport. PS3.3 C.10.4."""

    scope: Scope
    left: float
    top: float
    right: float
    bottom: float
    """Image points: edges of the pixels, counted from the first pixel's outer corner."""
    mode: SizeMode = "SCALE TO FIT"
    magnification: float = 1.0
    """Screen pixels an image pixel; of MAGNIFY alone."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """Everything that a presentation state asks for."""

    label: str
    facts: tuple[tuple[str, str], ...]
    about: Scope
    modality_lut: Rescale | LookupTable = IDENTITY
    vois: tuple[Voi, ...] = ()
    is_inverse: bool = False
    presentation_lut: LookupTable | None = None
    areas: tuple[DisplayedArea, ...] = ()
    quarters: int = 0
    """Clockwise quarter turns, before the flip. PS3.3 C.10.6."""
    is_flipped: bool = False
    annotations: tuple[Annotation, ...] = ()
    shutter: ShutterShapes | None = None
    bitmaps: tuple[OverlayPlane, ...] = ()
    """Planes that it brings along."""
    activated: frozenset[int] = frozenset()
    """Groups of the images' own planes that are to be seen; no others are. PS3.3 C.11.7."""
    is_grey: bool = True
    """Whether grey levels are its business: colour presentations leave them alone."""
    notes: tuple[str, ...] = ()
    """What of it is not shown."""

    def area(self, image: ImageFrame) -> DisplayedArea | None:
        """Give the part of an image that is to be seen."""
        return next((one for one in self.areas if one.scope.covers(image)), None)

    def applied(self, pixels: FramePixels, image: ImageFrame) -> FramePixels:
        """Give a frame whose grey levels and overlay planes are those of this presentation."""
        if not self.about.covers(image):
            return pixels
        own = tuple(one for one in pixels.overlays if one.group in self.activated)
        pixels = replace(pixels, overlays=own + tuple(one for one in self.bitmaps if one.layer))
        if not self.is_grey or pixels.is_colour:
            return pixels
        voi = next((one for one in self.vois if one.scope.covers(image)), None)
        changed = replace(
            pixels,
            modality_lut=self.modality_lut,
            photometric="MONOCHROME1" if self.is_inverse else "MONOCHROME2",
            windows=(),
            voi_luts=(),
            notes=pixels.notes + self.notes,
        )
        window = voi.window if voi is not None else None
        table = voi.table if voi is not None else None
        if window is None and table is None:
            window = full_range(changed)
        if self.presentation_lut is not None:
            shown = with_presentation_lut(table or window, self.presentation_lut)
            return replace(changed, voi_luts=(shown,))
        if table is not None:
            return replace(changed, voi_luts=(table,))
        return replace(changed, windows=() if window is None else (window,))


def read_presentation(path: Path) -> Presentation:
    """Read a presentation state. Raises FileError or DecodeError."""
    opened = open_dicom(path)
    with warnings_collected():
        return presentation_of(opened.dataset, path.name, is_little=opened.is_little_endian)


def presentation_of(dataset: Dataset, name: str, *, is_little: bool = True) -> Presentation:
    """Read a presentation state's dataset."""
    about = scope_of_series(dataset)
    if not about.frames:
        raise DecodeError(f"{name}: the presentation state names no image.")
    notes: list[str] = []
    for keyword, what in (
        ("CompoundGraphicSequence", "Compound graphics"),
        ("MaskSubtractionSequence", "Subtraction"),
        ("BlendingSequence", "Blending"), ("PaletteColorLookupTableUID", "Pseudo-colour"),
    ):  # fmt: skip
        if keyword in dataset:
            notes.append(f"{what} of the presentation state is not shown.")
    annotations = read_annotations(dataset)
    if any(one.is_filled for group in annotations for one in group.graphics):
        notes.append("Filled graphics of the presentation state are drawn as outlines.")
    lut = item(dataset, "PresentationLUTSequence")
    return Presentation(
        label=text(dataset, "ContentDescription") or text(dataset, "ContentLabel"),
        facts=_facts(dataset),
        about=about,
        modality_lut=_modality(dataset, is_little=is_little),
        vois=_vois(dataset, notes, is_little=is_little),
        is_inverse=text(dataset, "PresentationLUTShape") == "INVERSE",
        presentation_lut=None
        if lut is None
        else read_table(lut, is_signed=False, is_little=is_little),
        areas=_areas(dataset),
        quarters=round((number(dataset, "ImageRotation") or 0) / 90) % 4,
        is_flipped=text(dataset, "ImageHorizontalFlip") == "Y",
        annotations=annotations,
        shutter=read_shutter(dataset),
        bitmaps=planes_of(read_overlay_groups(dataset, is_little=is_little), 0),
        activated=activated_groups(dataset),
        is_grey=_is_grey(dataset),
        notes=tuple(notes),
    )


def _is_grey(dataset: Dataset) -> bool:
    return text(dataset, "SOPClassUID") not in (
        "1.2.840.10008.5.1.4.1.1.11.2",
        "1.2.840.10008.5.1.4.1.1.11.3",
    )


def _facts(dataset: Dataset) -> tuple[tuple[str, str], ...]:
    facts = (
        ("Label", text(dataset, "ContentLabel")),
        ("Description", text(dataset, "ContentDescription")),
        ("Made on", date_words(text(dataset, "PresentationCreationDate"))),
        ("Made by", person_name(dataset, "ContentCreatorName")),
    )
    return tuple((name, value) for name, value in facts if value)


def _modality(dataset: Dataset, *, is_little: bool) -> Rescale | LookupTable:
    sequence = item(dataset, "ModalityLUTSequence")
    if sequence is not None:
        table = read_table(sequence, is_signed=False, is_little=is_little)
        if table is not None:
            return table
    slope = number(dataset, "RescaleSlope")
    return Rescale(slope, number(dataset, "RescaleIntercept") or 0.0) if slope else IDENTITY


def _vois(dataset: Dataset, notes: list[str], *, is_little: bool) -> tuple[Voi, ...]:
    found: list[Voi] = []
    for one in items(dataset, "SoftcopyVOILUTSequence"):
        sequence = item(one, "VOILUTSequence")
        if sequence is not None:
            # Signed input is told by the modality values; a descriptor of US says nothing of it.
            signed = isinstance(_modality(dataset, is_little=is_little), Rescale)
            table = read_table(sequence, is_signed=signed, is_little=is_little)
            found.append(Voi(scope_of(one), None, table))
            continue
        center, width = number(one, "WindowCenter"), number(one, "WindowWidth")
        if center is None or width is None:
            continue
        function = FUNCTIONS.get(text(one, "VOILUTFunction").upper(), "LINEAR")
        name = text(one, "WindowCenterWidthExplanation") or "Presentation"
        try:
            window = Window(center, max(width, LEAST_WIDTH[function]), function, name)
        except WindowError as error:
            notes.append(f"A window of the presentation state is left out: {error.message}")
            continue
        found.append(Voi(scope_of(one), window, None))
    return tuple(found)


def _areas(dataset: Dataset) -> tuple[DisplayedArea, ...]:
    found: list[DisplayedArea] = []
    for one in items(dataset, "DisplayedAreaSelectionSequence"):
        first = numbers(one, "DisplayedAreaTopLeftHandCorner")
        last = numbers(one, "DisplayedAreaBottomRightHandCorner")
        if len(first) != 2 or len(last) != 2:
            continue
        # Corners are pixels counted from 1, as seen after the turn: which is left is sorted here.
        left, right = sorted((first[0], last[0]))
        top, bottom = sorted((first[1], last[1]))
        said = text(one, "PresentationSizeMode")
        modes: dict[str, SizeMode] = {"MAGNIFY": "MAGNIFY", "TRUE SIZE": "TRUE SIZE"}
        mode = modes.get(said, "SCALE TO FIT")
        ratio = number(one, "PresentationPixelMagnificationRatio") or 1.0
        found.append(DisplayedArea(scope_of(one), left - 1, top - 1, right, bottom, mode, ratio))
    return tuple(found)
