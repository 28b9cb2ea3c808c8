"""A DICOM image opened for its frames: everything in the header that decoding needs, read once."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydicom.dataset import Dataset

from precedent_viewer.dicom.colour import Palette, read_palette
from precedent_viewer.dicom.decoders import transfer_syntax_problem
from precedent_viewer.dicom.encapsulation import Encapsulated, find_frames
from precedent_viewer.dicom.functional_groups import functional_groups
from precedent_viewer.dicom.grey_pipeline import GreyPipeline, read_pipeline
from precedent_viewer.dicom.image_pixel import ImagePixel, read_image_pixel
from precedent_viewer.dicom.opened import OpenedDicom, file_version, open_dicom
from precedent_viewer.dicom.overlay_planes import OverlayGroup, read_overlay_groups
from precedent_viewer.dicom.values import numbers, value
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.errors import DecodeError, UnsupportedError

HEADERS_KEPT = 8
CURVE_GROUPS = range(0x5000, 0x5020, 2)
CURVE_DATA = 0x3000
Notes = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ImageFile:
    """Where the frames lie and what they are."""

    opened: OpenedDicom
    pixel: ImagePixel
    encapsulated: Encapsulated | None
    """None for frames stored one after the other."""
    pipelines: tuple[GreyPipeline, ...]
    """One for all frames, or one a frame."""
    palette: Palette | None
    supplement: Palette | None = None
    """Colours of a grey image's values from its first entry on. PS3.3 C.7.6.19."""
    overlays: tuple[OverlayGroup, ...] = ()
    notes: Notes = ()
    """What holds for all frames and is to be said on the picture."""

    def pipeline(self, index: int) -> GreyPipeline:
        """Give the pipeline of a frame."""
        return self.pipelines[index if index < len(self.pipelines) else 0]


def open_image(path: Path) -> ImageFile:
    """Open a file, or give the header of one that was opened just before and did not change.

    Raises FileError, UnsupportedError or DecodeError.
    """
    return _open_image(path, file_version(path))


@lru_cache(maxsize=HEADERS_KEPT)
def _open_image(path: Path, version: tuple[int, int]) -> ImageFile:
    """Read a header. Kept, because frames of a long file would read it again each time."""
    opened = open_dicom(path)
    problem = transfer_syntax_problem(opened.transfer_syntax_uid)
    if problem is not None:
        raise UnsupportedError(f"{path.name}: {problem}.")
    with warnings_collected():
        pixel = read_image_pixel(opened)
        supplement, notes = _supplement(opened, pixel)
        return ImageFile(
            opened,
            pixel,
            _encapsulated(opened, pixel),
            _pipelines(opened, pixel),
            _palette(opened, pixel),
            supplement,
            read_overlay_groups(opened.dataset, is_little=opened.is_little_endian),
            notes + _curves(opened.dataset),
        )


def _encapsulated(opened: OpenedDicom, pixel: ImagePixel) -> Encapsulated | None:
    element = opened.pixels
    if element is None or element.length is not None:
        return None
    raw = value(opened.dataset, "ExtendedOffsetTable")
    offsets: tuple[int, ...] = ()
    if isinstance(raw, bytes) and len(raw) % 8 == 0:
        offsets = tuple(int.from_bytes(raw[at : at + 8], "little") for at in range(0, len(raw), 8))
    with opened.stream() as stream:
        return find_frames(
            stream,
            element.offset,
            element.offset + element.available,
            pixel.number_of_frames,
            opened.path.name,
            extended_offsets=offsets,
        )


def _pipelines(opened: OpenedDicom, pixel: ImagePixel) -> tuple[GreyPipeline, ...]:
    groups = functional_groups(opened.dataset)
    count = pixel.number_of_frames if groups.is_per_frame else 1
    return tuple(
        read_pipeline(opened.dataset, groups, pixel, index, is_little=opened.is_little_endian)
        for index in range(min(count, max(len(groups.per_frame), 1)))
    )


def _palette(opened: OpenedDicom, pixel: ImagePixel) -> Palette | None:
    if pixel.photometric != "PALETTE COLOR":
        return None
    return read_palette(
        opened.dataset,
        opened.path.name,
        is_signed=pixel.is_signed,
        is_little=opened.is_little_endian,
    )


def _supplement(opened: OpenedDicom, pixel: ImagePixel) -> tuple[Palette | None, Notes]:
    """Read the Supplemental Palette Color Lookup Table of a grey image."""
    is_grey = pixel.photometric in ("MONOCHROME1", "MONOCHROME2")
    if not is_grey or not numbers(opened.dataset, "RedPaletteColorLookupTableDescriptor"):
        return None, ()
    try:
        palette = read_palette(
            opened.dataset,
            opened.path.name,
            is_signed=pixel.is_signed,
            is_little=opened.is_little_endian,
        )
    except DecodeError:
        return None, ("The supplemental palette of the file is broken: its colours are grey.",)
    return palette, ()


def _curves(dataset: Dataset) -> Notes:
    """Note curves, which were withdrawn from the standard in 2004."""
    if any((group, CURVE_DATA) in dataset for group in CURVE_GROUPS):
        return ("The file has curves, a withdrawn form that is not shown.",)
    return ()


def check_index(path: Path, index: int, count: int) -> None:
    """Raise DecodeError when a file has no frame of this index."""
    if not 0 <= index < count:
        raise DecodeError(f"{path.name}: it has no frame {index}; its frames are 0 to {count - 1}.")
