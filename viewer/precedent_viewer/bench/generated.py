"""The generated studies, written once to a cache folder and used by every later run. No Qt.

A folder is complete when it holds its marker; one that was cut off is written anew.
"""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    CTImageStorage,
    DigitalMammographyXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    UltrasoundMultiFrameImageStorage,
    generate_uid,
)

from precedent_viewer.bench.phantoms import cine_frame, ct_slice, mammogram
from precedent_viewer.errors import ViewerError

StudyName = Literal["ct", "ct-jpeg-2000", "ct-htj2k", "ct-large", "cine", "mammogram"]
VERSION = 1
"""Raise it when what is written changes, so that old folders are not taken for new ones."""
MARKER = "complete"
LARGE_SHARE = 3
"""The large study has three times the slices of the others."""
FRAME_MS = 33.3
JPEG_QUALITY = 85
CHUNK_BYTES = 1 << 22
SYNTAX_OF: dict[StudyName, UID] = {
    "ct-jpeg-2000": JPEG2000Lossless,
    "ct-htj2k": HTJ2KLossless,
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the generated studies are."""

    slices: int = 1000
    frames: int = 500


class NoRoomError(ViewerError):
    """The disk has no room for the generated studies."""


def read_once(folder: Path) -> None:
    """Read every file, so that the system holds them in memory where it can."""
    for path in sorted(folder.iterdir()):
        with path.open("rb", buffering=0) as file:
            while file.read(CHUNK_BYTES):
                pass


def generated_study(
    name: StudyName, folder: Path, sizes: Sizes, say: Callable[[str], object]
) -> Path:
    """Give the folder of a study, written when it is not there yet. Raises NoRoomError."""
    count = sizes.frames if name == "cine" else sizes.slices
    target = folder / f"{name}-{count}-v{VERSION}"
    marker = target.with_suffix(f".{MARKER}")
    if marker.exists():
        return target
    say(f"writing {name} to {target}")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    _check_room(target, name, sizes)
    WRITERS[name](target, sizes)
    marker.touch()
    return target


def _check_room(target: Path, name: StudyName, sizes: Sizes) -> None:
    slices = sizes.slices * (LARGE_SHARE if name == "ct-large" else 1)
    wanted = (slices * 512 * 1024 if name.startswith("ct") else sizes.frames * 100_000) * 5 // 4
    free = shutil.disk_usage(target).free
    if free < wanted:
        raise NoRoomError(
            f"The study {name} needs {wanted >> 20:,} MiB in {target}, but has {free >> 20:,}.",
            "Free some space, or name another folder with --folder.",
        )


def _write_slices(target: Path, name: StudyName, count: int) -> None:
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(lambda number: _write_slice(target, name, number), range(count)):
            pass


def _write_slice(target: Path, name: StudyName, number: int) -> None:
    values = ct_slice(number)
    syntax = SYNTAX_OF.get(name, ExplicitVRLittleEndian)
    made = _dataset(CTImageStorage, syntax, name, number)
    made.Modality, made.InstanceNumber = "CT", number + 1
    made.ImagePositionPatient = [-160.0, -160.0, 0.5 * number]
    made.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    made.PixelSpacing, made.SliceThickness = [0.625, 0.625], 0.5
    made.RescaleSlope, made.RescaleIntercept, made.RescaleType = 1, -1024, "HU"
    made.WindowCenter, made.WindowWidth = 40, 400
    _describe_grey(made, values.shape, bits=16)
    if syntax == ExplicitVRLittleEndian:
        made.PixelData = values.tobytes()
    else:
        made.PixelData = encapsulate([_codestream(values, syntax)])
        made["PixelData"].VR = "OB"
    made.save_as(target / f"{number:05}.dcm", enforce_file_format=True)


def _codestream(values: NDArray[np.uint16], syntax: UID) -> bytes:
    if syntax == JPEG2000Lossless:
        return bytes(imagecodecs.jpeg2k_encode(values, codecformat="J2K", reversible=True))
    return bytes(imagecodecs.htj2k_encode(values, reversible=True))


def _write_cine(target: Path, sizes: Sizes) -> None:
    made = _dataset(UltrasoundMultiFrameImageStorage, JPEGBaseline8Bit, "cine", 0)
    made.Modality, made.InstanceNumber = "US", 1
    made.NumberOfFrames, made.FrameTime = sizes.frames, FRAME_MS
    made.FrameIncrementPointer = 0x00181063
    made.Rows, made.Columns = cine_frame(0).shape[:2]
    made.SamplesPerPixel, made.PhotometricInterpretation = 3, "YBR_FULL_422"
    made.PlanarConfiguration = 0
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 8, 8, 7, 0
    made.LossyImageCompression = "01"
    with ThreadPoolExecutor() as pool:
        frames = list(pool.map(_cine_jpeg, range(sizes.frames)))
    made.PixelData = encapsulate(frames)
    made["PixelData"].VR = "OB"
    made.save_as(target / "cine.dcm", enforce_file_format=True)


def _cine_jpeg(number: int) -> bytes:
    return bytes(
        imagecodecs.jpeg8_encode(
            cine_frame(number), level=JPEG_QUALITY, colorspace="RGB", subsampling="422"
        )
    )


def _write_mammogram(target: Path, sizes: Sizes) -> None:
    values = mammogram()
    made = _dataset(
        DigitalMammographyXRayImageStorageForPresentation, ExplicitVRLittleEndian, "mammogram", 0
    )
    made.Modality, made.InstanceNumber = "MG", 1
    made.ImageLaterality, made.PatientOrientation = "L", ["A", "F"]
    made.ImagerPixelSpacing = [0.07, 0.07]
    made.WindowCenter, made.WindowWidth = 1800, 2400
    _describe_grey(made, values.shape, bits=12)
    made.PixelData = values.astype(np.uint16).tobytes()
    made.save_as(target / "mammogram.dcm", enforce_file_format=True)


def _dataset(sop_class: UID, syntax: UID, name: str, number: int) -> FileDataset:
    """Give a header with what every image has; the uids depend on name and number alone."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = syntax, sop_class
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["bench", name, str(number)])
    made = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    made.SOPClassUID, made.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
    made.StudyInstanceUID = generate_uid(entropy_srcs=["bench", "study", name])
    made.SeriesInstanceUID = generate_uid(entropy_srcs=["bench", "series", name])
    made.FrameOfReferenceUID = generate_uid(entropy_srcs=["bench", "frame", name])
    made.PatientName, made.PatientID = "Generated", "BENCH"
    made.StudyDescription = made.SeriesDescription = name
    made.StudyDate, made.SeriesNumber = "20240917", 1
    return made


def _describe_grey(made: FileDataset, shape: tuple[int, ...], *, bits: int) -> None:
    made.Rows, made.Columns = shape
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored = 16, bits
    made.HighBit, made.PixelRepresentation = bits - 1, 0


WRITERS: dict[StudyName, Callable[[Path, Sizes], None]] = {
    "ct": lambda target, sizes: _write_slices(target, "ct", sizes.slices),
    "ct-jpeg-2000": lambda target, sizes: _write_slices(target, "ct-jpeg-2000", sizes.slices),
    "ct-htj2k": lambda target, sizes: _write_slices(target, "ct-htj2k", sizes.slices),
    "ct-large": lambda target, sizes: _write_slices(target, "ct-large", LARGE_SHARE * sizes.slices),
    "cine": _write_cine,
    "mammogram": _write_mammogram,
}
assert set(WRITERS) == set(get_args(StudyName))
