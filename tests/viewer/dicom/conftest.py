"""Small DICOM files, written for each test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, generate_uid


class WriteDicom(Protocol):
    """Writes a CT-like file of the given stored values and attributes."""

    def __call__(
        self,
        values: NDArray[Any],
        name: str = "image.dcm",
        *,
        transfer_syntax_uid: str = ExplicitVRLittleEndian,
        encapsulated: list[bytes] | None = None,
        **attributes: Any,
    ) -> Path: ...


SaveDataset = Callable[[FileDataset], Path]


@pytest.fixture
def write_dicom(tmp_path: Path) -> WriteDicom:
    """Give a writer; attributes given as None are left out.

    encapsulated: the bytes of each frame, in place of the values, for a compressed syntax.
    """

    def write(
        values: NDArray[Any],
        name: str = "image.dcm",
        *,
        transfer_syntax_uid: str = ExplicitVRLittleEndian,
        encapsulated: list[bytes] | None = None,
        **attributes: Any,
    ) -> Path:
        dataset = image_dataset(values)
        dataset.file_meta.TransferSyntaxUID = UID(transfer_syntax_uid)
        if encapsulated is not None:
            dataset.PixelData = encapsulate(encapsulated)
            dataset["PixelData"].is_undefined_length = True
        for keyword, value in attributes.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
        path = tmp_path / name
        dataset.save_as(path, implicit_vr=False, little_endian=True, enforce_file_format=True)
        return path

    return write


def image_dataset(values: NDArray[Any]) -> FileDataset:
    """Give a dataset of (rows, columns), (rows, columns, 3) or (frames, rows, columns) values."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = FileDataset("", Dataset(), file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID = "1.2.3"
    dataset.SeriesInstanceUID = "1.2.3.4"
    dataset.Modality = "CT"
    dataset.PatientName = "Phantom^Test"
    is_colour = values.shape[-1] == 3
    dataset.SamplesPerPixel = 3 if is_colour else 1
    dataset.PhotometricInterpretation = "RGB" if is_colour else "MONOCHROME2"
    if is_colour:
        dataset.PlanarConfiguration = 0
    shape = values.shape[:-1] if is_colour else values.shape
    if len(shape) == 3:
        dataset.NumberOfFrames = shape[0]
    dataset.Rows, dataset.Columns = shape[-2:]
    bits = 8 * values.dtype.itemsize
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    data = values.tobytes()
    dataset.PixelData = data + bytes(len(data) % 2)
    return dataset


@pytest.fixture
def save(tmp_path: Path) -> SaveDataset:
    """Give a writer for a dataset that was made by hand."""

    def written(dataset: FileDataset) -> Path:
        path = tmp_path / "made.dcm"
        dataset.save_as(path, enforce_file_format=True)
        return path

    return written


@pytest.fixture
def ramp() -> NDArray[np.int16]:
    """4 rows and 5 columns of values from -1000 on in steps of 100."""
    return (np.arange(20, dtype=np.int16) * 100 - 1000).reshape(4, 5)


@pytest.fixture
def truncate() -> Callable[[Path, int], Path]:
    """Give a function that cuts bytes off the end of a file."""

    def cut(path: Path, count: int) -> Path:
        path.write_bytes(path.read_bytes()[:-count])
        return path

    return cut
