"""Recognise DICOM objects that are no plain images, and say what they are about."""

from collections.abc import Iterator

from pydicom.dataset import Dataset
from pydicom.uid import UID

from precedent_viewer.dicom.opened import OpenedDicom
from precedent_viewer.dicom.values import item, items, numbers, text
from precedent_viewer.model.document import Document, DocumentKind, Reference
from precedent_viewer.model.study import Description

KINDS: tuple[tuple[str, DocumentKind, str], ...] = (
    ("Key Object Selection", "key-objects", "Key object selection"),
    ("SR Storage", "sr", "Structured report"),
    ("Procedure Log", "sr", "Procedure log"),
    ("Presentation State", "presentation", "Presentation state"),
    ("Surface Segmentation", "other", "Surface segmentation"),
    ("Segmentation Storage", "segmentation", "Segmentation"),
    ("RT Structure Set", "structures", "RT structure set"),
    ("RT Dose", "dose", "RT dose"),
    ("RT Plan", "plan", "RT plan"),
    ("RT Ion Plan", "plan", "RT plan"),
    ("Encapsulated PDF", "pdf", "PDF document"),
    ("Encapsulated CDA", "other", "CDA document"),
    ("Encapsulated", "other", "Encapsulated document"),
    ("Parametric Map", "map", "Parametric map"),
    ("Waveform Storage", "waveform", "Waveform"),
    ("Real World Value Mapping", "other", "Real world value map"),
    ("Bulk Simple Annotations", "other", "Slide annotations"),
    ("Spatial Registration", "other", "Spatial registration"),
    ("RT Beams Treatment Record", "other", "RT treatment record"),
)
"""Part of the SOP class's name, kind, and the words for it; the first that fits."""
WITH_PICTURES: tuple[DocumentKind, ...] = ("segmentation", "dose", "map")
"""Kinds that are listed as series as well."""
REFERENCES = (
    "CurrentRequestedProcedureEvidenceSequence",
    "PertinentOtherEvidenceSequence",
    "ReferencedSeriesSequence",
    "ReferencedFrameOfReferenceSequence",
    "ReferencedStructureSetSequence",
    "ReferencedRTPlanSequence",
    "ReferencedInstanceSequence",
    "ReferencedImageSequence",
)
INNER = (
    "ReferencedSeriesSequence",
    "ReferencedSOPSequence",
    "ReferencedInstanceSequence",
    "ReferencedImageSequence",
    "RTReferencedStudySequence",
    "RTReferencedSeriesSequence",
    "ContourImageSequence",
)
MOST_REFERENCES = 20_000
DEEPEST = 6


def document_kind(sop_class_uid: str) -> tuple[DocumentKind, str] | None:
    """Give the kind of a SOP class and the words for it; None for images and unknown classes."""
    name = UID(sop_class_uid).name if sop_class_uid else ""
    for part, kind, words in KINDS:
        if part in name:
            return kind, words
    return None


def kind_words(document: Document) -> str:
    """Say in two words what a document is."""
    known = document_kind(document.sop_class_uid)
    return "DICOM object" if known is None else known[1]


def document_of(opened: OpenedDicom, description: Description) -> Document | None:
    """Give the record of an opened file that is no plain image, None for others."""
    dataset = opened.dataset
    sop = text(dataset, "SOPClassUID")
    known = document_kind(sop)
    if known is None:
        return None
    kind, words = known
    own = own_title(dataset, kind)
    return Document(
        path=opened.path,
        kind=kind,
        sop_instance_uid=text(dataset, "SOPInstanceUID") or f"file:{opened.path.name}",
        series_uid=text(dataset, "SeriesInstanceUID"),
        study_uid=text(dataset, "StudyInstanceUID"),
        sop_class_uid=sop,
        title=f"{words}: {own}" if own else words,
        modality=text(dataset, "Modality"),
        references=tuple(_references(dataset)),
        description=description,
    )


def own_title(dataset: Dataset, kind: DocumentKind) -> str:
    """Give what an object calls itself, without the patient; "" when it does not say."""
    concept = item(dataset, "ConceptNameCodeSequence")
    if kind in ("sr", "key-objects") and concept is not None:
        return text(concept, "CodeMeaning")
    for keyword in (
        "StructureSetLabel",
        "RTPlanLabel",
        "DocumentTitle",
        "ContentDescription",
        "ContentLabel",
        "SeriesDescription",
    ):
        if said := text(dataset, keyword):
            return said
    return ""


def read_reference(one: Dataset, series_uid: str = "") -> Reference | None:
    """Read an item that names an instance, with its frames; None when it names none."""
    uid = text(one, "ReferencedSOPInstanceUID")
    if not uid:
        return None
    frames = tuple(int(number) for number in numbers(one, "ReferencedFrameNumber") if number >= 1)
    return Reference(uid, frames, series_uid)


def _references(dataset: Dataset) -> Iterator[Reference]:
    seen: set[str] = set()
    for keyword in REFERENCES:
        for one in items(dataset, keyword):
            for reference in _inner(one, "", DEEPEST):
                if len(seen) >= MOST_REFERENCES:
                    return
                if reference.sop_instance_uid not in seen:
                    seen.add(reference.sop_instance_uid)
                    yield reference


def _inner(one: Dataset, series_uid: str, depth: int) -> Iterator[Reference]:
    series_uid = text(one, "SeriesInstanceUID") or series_uid
    reference = read_reference(one, series_uid)
    if reference is not None:
        yield reference
    if depth == 0:
        return
    for keyword in INNER:
        for inner in items(one, keyword):
            yield from _inner(inner, series_uid, depth - 1)
