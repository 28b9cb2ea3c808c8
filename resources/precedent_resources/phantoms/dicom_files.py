"""Phantoms as DICOM files, compressed without loss (JPEG-LS), with identifiers made from names."""

import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, FileDataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    UID,
    CTImageStorage,
    ExplicitVRLittleEndian,
    JPEGLSLossless,
    VLMicroscopicImageStorage,
)

from precedent_resources.phantoms.cells import MICROMETRES_PER_PIXEL, Picture
from precedent_resources.phantoms.fields import Field, Grid

RESCALE_INTERCEPT = -1024
BITS_STORED = 12
DATE, TIME = "20260101", "090000"
NAMESPACE = uuid.UUID("6d1f0a5e-1c55-5b0e-9a3b-5f2c6f0f7a10")
"""Every identifier of the samples is derived from this and a name, so that they never change."""


@dataclass(frozen=True, slots=True)
class SliceInfo:
    """Where a slice belongs."""

    number: int
    z_mm: float
    step_mm: float
    grid: Grid


def derived_uid(name: str) -> UID:
    """Give the UID that belongs to a name. Source: PS3.5 B.2, UUID derived UID."""
    return UID(f"2.25.{uuid.uuid5(NAMESPACE, name).int}")


def stored_values(hounsfield: Field) -> NDArray[np.uint16]:
    """Round HU to 12-bit stored values."""
    stored = np.rint(hounsfield) - RESCALE_INTERCEPT
    limited: NDArray[np.uint16] = np.clip(stored, 0, 2**BITS_STORED - 1).astype(np.uint16)
    return limited


def write_ct_slice(path: Path, hounsfield: Field, info: SliceInfo) -> None:
    """Write one slice of the sample series."""
    dataset = _dataset(CTImageStorage, f"ct/{info.number}")
    _describe_study(dataset)
    dataset.Modality = "CT"
    dataset.SeriesInstanceUID = derived_uid("series/ct")
    dataset.SeriesNumber, dataset.SeriesDescription = 2, "Chest, phantom"
    dataset.BodyPartExamined, dataset.PatientPosition = "CHEST", "HFS"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.ImageComments = "Computed phantom. No patient."
    dataset.FrameOfReferenceUID = derived_uid("frame-of-reference")
    dataset.PositionReferenceIndicator = ""
    dataset.InstanceNumber, dataset.AcquisitionNumber = info.number, 1
    corner = float(info.grid.axis[0])
    dataset.ImagePositionPatient = [round(corner, 4), round(corner, 4), info.z_mm]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [info.grid.spacing_mm] * 2
    dataset.SliceThickness = dataset.SpacingBetweenSlices = info.step_mm
    dataset.SliceLocation = info.z_mm
    dataset.KVP, dataset.ContrastBolusAgent = "120", "computed"
    dataset.RescaleIntercept, dataset.RescaleSlope = RESCALE_INTERCEPT, 1
    dataset.RescaleType = "HU"
    dataset.WindowCenter, dataset.WindowWidth = [50, -600], [350, 1500]
    dataset.WindowCenterWidthExplanation = ["Mediastinum", "Lung"]
    stored = stored_values(hounsfield)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, BITS_STORED, BITS_STORED - 1
    dataset.PixelRepresentation = 0
    _save(dataset, stored.tobytes(), path)


def write_cells(path: Path, picture: Picture) -> None:
    """Write the stained field of the sample study."""
    dataset = _dataset(VLMicroscopicImageStorage, "cells")
    _describe_study(dataset)
    dataset.Modality = "GM"
    dataset.SeriesInstanceUID = derived_uid("series/cells")
    dataset.SeriesNumber, dataset.SeriesDescription = 3, "Stained cells, phantom"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.ImageComments = "Computed phantom. No patient."
    dataset.InstanceNumber = 1
    dataset.BurnedInAnnotation = "NO"
    dataset.LossyImageCompression = "00"
    dataset.PixelSpacing = [MICROMETRES_PER_PIXEL / 1000] * 2
    dataset.AcquisitionContextSequence = []
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, "RGB"
    dataset.PlanarConfiguration = 0
    dataset.Rows, dataset.Columns = picture.shape[:2]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelRepresentation = 0
    _save(dataset, picture.tobytes(), path)


def _dataset(sop_class: UID, name: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = derived_uid(name)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = derived_uid("implementation")
    meta.ImplementationVersionName = "PRECEDENT"
    dataset = FileDataset("", Dataset(), file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    return dataset


def _describe_study(dataset: Dataset) -> None:
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName, dataset.PatientID = "Sample^Phantom", "PRECEDENT-SAMPLE"
    dataset.PatientBirthDate, dataset.PatientSex = "", "O"
    dataset.StudyInstanceUID = derived_uid("study")
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = DATE
    dataset.StudyTime = dataset.SeriesTime = dataset.ContentTime = TIME
    dataset.StudyID, dataset.AccessionNumber = "1", ""
    dataset.StudyDescription = "Precedent sample"
    dataset.ReferringPhysicianName = ""
    dataset.Manufacturer = "Precedent"
    dataset.ManufacturerModelName = "precedent_resources.phantoms"


def _save(dataset: FileDataset, pixels: bytes, path: Path) -> None:
    dataset.PixelData = pixels
    dataset.compress(JPEGLSLossless, encoding_plugin="pyjpegls", generate_instance_uid=False)
    dataset.save_as(path, enforce_file_format=True)
