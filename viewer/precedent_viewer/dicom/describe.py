"""From a DICOM header to the record that the study tree keeps, or the reason why not."""

import hashlib
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pydicom.valuerep import PersonName

from precedent_viewer.dicom.decoders import transfer_syntax_problem
from precedent_viewer.dicom.documents import WITH_PICTURES, document_kind, document_of
from precedent_viewer.dicom.fidelity import lossy_words
from precedent_viewer.dicom.frame_times import frame_times_ms
from precedent_viewer.dicom.functional_groups import functional_groups
from precedent_viewer.dicom.geometry import read_geometry
from precedent_viewer.dicom.image_pixel import read_image_pixel
from precedent_viewer.dicom.opened import OpenedDicom, open_dicom
from precedent_viewer.dicom.phases import read_phases
from precedent_viewer.dicom.values import integer, item, items, plain_text, text, value
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.errors import DecodeError, FileError, UnsupportedError
from precedent_viewer.model.document import Document
from precedent_viewer.model.study import Description, Instance

DIRECTORY = "1.2.840.10008.1.3.10"


def read_dicom_item(path: Path) -> Instance | Document:
    """Read one file's header. Raises a ViewerError whose message begins with the file's name.

    What has pixels is an instance, segmentations and doses included.
    """
    opened = open_dicom(path)
    with warnings_collected():
        if opened.pixels is None:
            document = document_of(opened, _description(opened.dataset))
            if document is not None and document.kind not in WITH_PICTURES:
                return document
        _check_picture(opened)
        return _instance(opened)


def read_dicom_document(path: Path) -> Document:
    """Read what an object with pixels says as a document. Raises a ViewerError."""
    opened = open_dicom(path)
    with warnings_collected():
        document = document_of(opened, _description(opened.dataset))
    if document is None:
        raise UnsupportedError(f"{path.name}: it is a plain image.")
    return document


def folder_uid(path: Path, kind: str) -> str:
    """Give a name for the series or study of files that do not name one: that of their folder."""
    digest = hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogatepass"))
    return f"{kind}:{digest.hexdigest()[:32]}"


def _check_picture(opened: OpenedDicom) -> None:
    dataset, name = opened.dataset, opened.path.name
    sop = text(dataset, "SOPClassUID") or text(_meta(dataset), "MediaStorageSOPClassUID")
    if sop == DIRECTORY:
        raise FileError(f"{name}: it is the directory of a disc.", "Open its folder instead.")
    if opened.pixels is None:
        if "Rows" in dataset and "Columns" in dataset:
            raise DecodeError(f"{name}: it has no pixel data; the file may be cut off.")
        kind = _kind(sop, dataset)
        if kind.endswith("Image"):
            raise DecodeError(f"{name}: {kind}: its pixel data is not in the file.")
        raise UnsupportedError(f"{name}: {kind}: has no picture.")
    problem = transfer_syntax_problem(opened.transfer_syntax_uid)
    if problem is not None:
        raise UnsupportedError(f"{name}: {problem}.")
    if opened.pixels.available == 0 or opened.pixels.length == 0:
        raise DecodeError(f"{name}: its pixel data is empty.")


def _meta(dataset: Dataset) -> Dataset:
    meta = getattr(dataset, "file_meta", None)
    return meta if isinstance(meta, Dataset) else Dataset()


def _kind(sop: str, dataset: Dataset) -> str:
    known = UID(sop).name if sop else ""
    if (found := document_kind(sop)) is not None:
        return found[1]
    if known and known != sop:
        return known.removesuffix(" Storage")
    return (
        f"DICOM object of modality {modality}"
        if (modality := text(dataset, "Modality"))
        else ("DICOM object of an unknown kind")
    )


def _instance(opened: OpenedDicom) -> Instance:
    dataset, path = opened.dataset, opened.path
    pixel = read_image_pixel(opened)
    groups = functional_groups(dataset)
    geometry = read_geometry(dataset, groups, pixel.number_of_frames)
    first = geometry.planes[0] if geometry.planes else None
    return Instance(
        path=path,
        kind="dicom",
        sop_instance_uid=text(dataset, "SOPInstanceUID") or folder_uid(path, "file"),
        series_uid=text(dataset, "SeriesInstanceUID") or folder_uid(path.parent, "series"),
        study_uid=text(dataset, "StudyInstanceUID") or folder_uid(path.parent, "study"),
        number_of_frames=pixel.number_of_frames,
        rows=pixel.rows,
        columns=pixel.columns,
        modality=text(dataset, "Modality"),
        transfer_syntax_uid=opened.transfer_syntax_uid,
        sop_class_uid=text(dataset, "SOPClassUID"),
        instance_number=integer(dataset, "InstanceNumber"),
        position=first.position if first else None,
        orientation=first.orientation if first else None,
        pixel_spacing_mm=geometry.pixel_spacing_mm,
        is_spacing_at_detector=geometry.is_spacing_at_detector,
        is_calibration_unknown=geometry.is_calibration_unknown,
        aspect=geometry.aspect,
        patient_orientation=geometry.patient_orientation,
        planes=geometry.planes if len(geometry.planes) > 1 else (),
        description=_description(dataset),
        frame_of_reference_uid=text(dataset, "FrameOfReferenceUID"),
        phases=read_phases(dataset, groups, pixel.number_of_frames),
        frame_times_ms=frame_times_ms(dataset, pixel.number_of_frames),
        lossy=lossy_words(dataset, opened.transfer_syntax_uid),
        pixel_data_bytes=0 if opened.pixels is None else opened.pixels.available,
    )


def _description(dataset: Dataset) -> Description:
    return Description(
        patient_name=person_name(dataset, "PatientName"),
        patient_id=text(dataset, "PatientID"),
        patient_birth_date=text(dataset, "PatientBirthDate"),
        patient_sex=text(dataset, "PatientSex"),
        study_description=text(dataset, "StudyDescription"),
        study_date=text(dataset, "StudyDate"),
        study_time=text(dataset, "StudyTime"),
        accession_number=text(dataset, "AccessionNumber"),
        series_description=text(dataset, "SeriesDescription"),
        series_number=integer(dataset, "SeriesNumber"),
        body_part=text(dataset, "BodyPartExamined") or _region(dataset),
        laterality=_laterality(dataset),
        manufacturer=text(dataset, "Manufacturer"),
    )


def person_name(dataset: Dataset, keyword: str) -> str:
    """Write a name as `FAMILY, Given Middle`; the letters that the file holds first."""
    plain = plain_text(dataset, keyword)
    found = value(dataset, keyword) if plain is None else None
    if plain is None and not isinstance(found, PersonName):
        return text(dataset, keyword)
    whole = str(found) if plain is None else plain.partition("\\")[0].strip(" \0")
    groups = [group for group in whole.split("=") if group.strip("^ ")]
    if not groups:
        return ""
    family, given, middle, prefix, suffix = (*groups[0].split("^"), "", "", "", "", "")[:5]
    rest = " ".join(part.strip() for part in (prefix, given, middle, suffix) if part.strip())
    return ", ".join(part for part in (family.strip(), rest) if part)


def _region(dataset: Dataset) -> str:
    anatomy = item(dataset, "AnatomicRegionSequence")
    return "" if anatomy is None else text(anatomy, "CodeMeaning")


def _laterality(dataset: Dataset) -> str:
    """Give the side: of the image, else of the series, else of the anatomy of its frames."""
    for keyword in ("ImageLaterality", "Laterality", "FrameLaterality"):
        if said := text(dataset, keyword):
            return said.upper()
    for shared in items(dataset, "SharedFunctionalGroupsSequence"):
        anatomy = item(shared, "FrameAnatomySequence")
        if anatomy is not None:
            return text(anatomy, "FrameLaterality").upper()
    return ""
