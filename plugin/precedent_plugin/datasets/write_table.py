"""A casebook as JSON Lines beside its pictures: the table that `datasets.table` reads."""

import json
from pathlib import Path
from typing import Any, Final

from precedent_plugin.cases import Case
from precedent_plugin.errors import CasebookError
from precedent_plugin.exchange import Shared, shared_casebook
from precedent_plugin.library import CaseLibrary
from precedent_plugin.safe_file import write_whole

TABLE: Final = "cases.jsonl"
IMAGES: Final = "images"


def write_table(library: CaseLibrary, casebook_id: str, folder: Path) -> Path:
    """Write a casebook into a new or empty folder; give the table's path. May wait.

    Pseudonyms, days and modality values are treated as in a casebook file. Raises CasebookError,
    LibraryError.
    """
    shared: Shared = shared_casebook(library, casebook_id)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise CasebookError(f"{folder} is not empty.", "Name another folder.")
        for sha256 in {case.images[0] for case in shared.cases}:
            write_whole(folder / IMAGES / f"{sha256}.png", library.image(sha256))
        lines = (json.dumps(line_of(case), ensure_ascii=False) for case in shared.cases)
        write_whole(folder / TABLE, "".join(f"{line}\n" for line in lines).encode())
    except OSError as error:
        raise CasebookError(
            f"{folder} cannot be written ({error.strerror or error}).",
            "Check the path and the space left.",
        ) from error
    return folder / TABLE


def line_of(case: Case) -> dict[str, Any]:
    """Give one line of the table; what is empty is left out."""
    where = case.provenance
    line = {
        "image": f"{IMAGES}/{case.images[0]}.png",
        "question": case.question,
        "answer": case.answer,
        "rationale": case.rationale,
        "tags": list(case.tags),
        "task": case.task,
        "teaching_point": case.teaching_point,
        "author": case.author,
        "modality": where.modality,
        "body_part": where.body_part,
        "laterality": where.laterality,
        "window": list(where.window or ()),
        "spacing_mm": list(where.spacing_mm or ()),
        "mpp": where.mpp,
        "patient": where.patient_key,
        "study": where.study_key,
        "licence": where.licence,
    }
    return {name: value for name, value in line.items() if value not in (None, "", [])}
