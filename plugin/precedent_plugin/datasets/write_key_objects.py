"""A casebook as DICOM: a key object selection for teaching, and the pictures that it points at.

A case knows no instance of a hospital's archive: it keeps pseudonyms alone. So its picture becomes
a secondary capture of its own, of an anonymous patient, in a new study; question and answer stand
in the image comments. Source: PS3.3 A.35.4 (key object selection), A.8 (secondary capture).
"""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from precedent_plugin.cases import Case
from precedent_plugin.errors import CasebookError
from precedent_plugin.exchange import shared_casebook
from precedent_plugin.library import CaseLibrary
from precedent_plugin.safe_file import write_whole

if TYPE_CHECKING:
    from pydicom import Dataset

KEY_OBJECTS: Final = "key-objects.dcm"
MAKER: Final = "Precedent"
COMMENT_CHARACTERS: Final = 10_240
"""Of a Long Text, PS3.5 table 6.2-1."""
SC_SERIES, KO_SERIES = 1, 2


def write_key_objects(library: CaseLibrary, casebook_id: str, folder: Path) -> Path:
    """Write a casebook into a new or empty folder; give the key object's path. May wait.

    Raises CasebookError, LibraryError.
    """
    from highdicom import UID

    shared = shared_casebook(library, casebook_id)
    if not shared.cases:
        raise CasebookError("The casebook is empty.", "Put cases into it first.")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise CasebookError(f"{folder} is not empty.", "Name another folder.")
        study, series = str(UID()), str(UID())
        images: list[Dataset] = []
        for number, case in enumerate(shared.cases, start=1):
            image = _capture(case, library.image(case.images[0]), (study, series, number))
            _write(folder / f"case-{number:04}.dcm", image)
            images.append(image)
        _write(folder / KEY_OBJECTS, _selection(shared.casebook.name, images))
    except OSError as error:
        raise CasebookError(
            f"{folder} cannot be written ({error.strerror or error}).",
            "Check the path and the space left.",
        ) from error
    return folder / KEY_OBJECTS


def _capture(case: Case, png: bytes, place: tuple[str, str, int]) -> "Dataset":
    """Make a secondary capture of a case's picture."""
    from highdicom import UID
    from highdicom.sc import SCImage

    study, series, number = place
    with Image.open(io.BytesIO(png)) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    made = SCImage(
        pixel_array=pixels,
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        study_instance_uid=study,
        series_instance_uid=series,
        series_number=SC_SERIES,
        sop_instance_uid=UID(),
        instance_number=number,
        manufacturer=MAKER,
        patient_orientation=("L", "P"),
        patient_id="PRECEDENT",
        patient_name="Case^Precedent",
    )
    del made.PatientOrientation  # a picture does not know it; the library asks for one
    made.ImageComments = comment_of(case)
    made.PatientIdentityRemoved = "YES"
    made.DeidentificationMethod = "Pictures as shown; keyed pseudonyms left out"
    return made


def _selection(name: str, images: "Sequence[Dataset]") -> "Dataset":
    from highdicom import UID
    from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
    from pydicom.sr.codedict import codes

    content = KeyObjectSelection(
        document_title=codes.DCM.ForTeaching,
        referenced_objects=images,
        description=name,
    )
    return KeyObjectSelectionDocument(
        evidence=images,
        content=content,
        series_instance_uid=UID(),
        series_number=KO_SERIES,
        sop_instance_uid=UID(),
        instance_number=1,
        manufacturer=MAKER,
        content_date=datetime.now(UTC).date(),
    )


def comment_of(case: Case) -> str:
    """Say question, answer and teaching point, as long as a comment may be."""
    parts = (case.question, case.answer, case.rationale or "", case.teaching_point or "")
    return "\n".join(part for part in parts if part)[:COMMENT_CHARACTERS]


def _write(path: Path, dataset: "Dataset") -> None:
    target = io.BytesIO()
    dataset.save_as(target, enforce_file_format=True)
    write_whole(path, target.getvalue())
