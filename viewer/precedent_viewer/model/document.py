"""What is in a study beside its images: reports, key objects, presentation states and the like."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from precedent_viewer.model.study import Description

DocumentKind = Literal[
    "sr", "key-objects", "presentation", "segmentation", "structures", "dose", "plan", "pdf",
    "waveform", "map", "other",
]  # fmt: skip
"""`segmentation`, `dose` and `map` (parametric maps) have pixels and are listed as series too."""


NOT_DESCRIBED = Description()


@dataclass(frozen=True, slots=True)
class Reference:
    """An instance that a document names."""

    sop_instance_uid: str
    frames: tuple[int, ...] = ()
    """Numbers from 1, as in Referenced Frame Number; empty means all."""
    series_uid: str = ""
    """"" where the document does not say."""


@dataclass(frozen=True, slots=True)
class Document:
    """One DICOM object that is no plain image."""

    path: Path
    kind: DocumentKind
    sop_instance_uid: str
    series_uid: str
    study_uid: str
    sop_class_uid: str
    title: str
    """What it is and what it says about itself, without the patient."""
    modality: str = ""
    references: tuple[Reference, ...] = ()
    """The images it is about."""
    description: Description = NOT_DESCRIBED
