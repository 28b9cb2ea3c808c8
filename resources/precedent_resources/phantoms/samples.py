"""The shipped samples: one study, one casebook, and a question whose answer the casebook holds.

The people and the fields of the casebook have other seeds than those of the study.
"""

import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from PIL import Image

from precedent_resources.phantoms.cells import Kind, Picture, draw_cells
from precedent_resources.phantoms.dicom_files import (
    NAMESPACE,
    SliceInfo,
    stored_values,
    write_cells,
    write_ct_slice,
)
from precedent_resources.phantoms.fields import Field, Grid
from precedent_resources.phantoms.thorax import SLICE_STEP_MM, Chest, Lesion

GRID = Grid(320, 1.1)
SLICES, TOP_MM = 72, 105.0
CELLS_NAME = "study/microscopy/cells.dcm"
"""Its folder comes after `ct`, so that a viewer opens the chest first."""
STUDY_SEED, STUDY_CELLS_SEED, FIELD_PX = 1, 1, 1024
NODULE = Lesion((-75.0, -5.0, 57.0), 9.5, 40.0, "lung")
STUDY_LESIONS = (
    NODULE,
    Lesion((72.0, 38.0, -21.0), 5.5, 35.0, "lung"),
    Lesion((-70.0, 10.0, -87.0), 13.0, 52.0, "liver"),
    Lesion((-38.0, -40.0, -96.0), 6.0, 8.0, "liver"),
)
REGION_PX, CELLS_PX = 64, 256
LUNG_WINDOW = (-600.0, 1500.0)
CREATED, LICENCE = "2026-01-01", "GPL-3.0-or-later"
SOURCE = "Computed phantom of the Precedent project; no patient."
LUNG_QUESTION, CELLS_QUESTION = "What does the marked region show?", "Which cells are these?"
DOSSIER = ("numpy", "pydicom", "pyjpegls", "pillow")
"""What decides the files' bytes; the decoded pixels depend on numpy alone."""


@dataclass(frozen=True, slots=True)
class SampleCase:
    """One case of the sample casebook."""

    name: str
    draw: Callable[[], Picture]
    question: str
    answer: str
    rationale: str
    tags: tuple[str, ...]


def write_samples(folder: Path, *, progress: Callable[[str], None]) -> None:
    """Write every sample file into `folder`, which is made if need be."""
    (folder / "study" / "ct").mkdir(parents=True, exist_ok=True)
    chest = study_chest()
    for index in range(SLICES):
        progress(f"slice {index + 1} of {SLICES}")
        write_study_slice(folder, chest, index)
    progress("stained cells")
    (folder / CELLS_NAME).parent.mkdir(parents=True, exist_ok=True)
    write_cells(folder / CELLS_NAME, draw_cells(STUDY_CELLS_SEED, FIELD_PX, "mixed"))
    progress("casebook")
    (folder / "query.png").write_bytes(png(query_picture()))
    (folder / "sample.casebook").write_bytes(casebook_archive())
    _write_json(folder / "sample.json", sample_record())
    _write_json(folder / "made_with.json", {name: version(name) for name in DOSSIER})


def write_study_slice(folder: Path, chest: Chest, index: int) -> Path:
    """Write slice `index` (0 is nearest to the head) of the sample study and give its path."""
    z = slice_height(index)
    path = folder / slice_name(index)
    path.parent.mkdir(parents=True, exist_ok=True)
    info = SliceInfo(index + 1, z, SLICE_STEP_MM, GRID)
    write_ct_slice(path, chest.slice_hu(z), info)
    return path


def slice_height(index: int) -> float:
    """Give the height of a slice of the study in mm."""
    return TOP_MM - SLICE_STEP_MM * index


def slice_name(index: int) -> str:
    """Give a slice's path inside the samples."""
    return f"study/ct/IM{index + 1:04d}.dcm"


def study_chest() -> Chest:
    """Give the person of the study."""
    return Chest.random(STUDY_SEED, GRID, STUDY_LESIONS)


def query_picture() -> Picture:
    """Give the region about the study's nodule as a viewer paints it in the lung window."""
    hounsfield = study_chest().slice_hu(NODULE.center[2])
    return painted(hounsfield, query_region())


def query_region() -> tuple[int, int, int, int]:
    """Give x, y, width, height of the query's region in pixels of its slice."""
    return region_about(NODULE.center[0] - 3.0, NODULE.center[1] + 2.0)


def region_about(x_mm: float, y_mm: float) -> tuple[int, int, int, int]:
    """Give the square region about a place, in pixels."""
    middle = (GRID.size - 1) / 2
    left = round(x_mm / GRID.spacing_mm + middle - REGION_PX / 2)
    top = round(y_mm / GRID.spacing_mm + middle - REGION_PX / 2)
    return left, top, REGION_PX, REGION_PX


def painted(hounsfield: Field, region: tuple[int, int, int, int]) -> Picture:
    """Cut a region out of a slice and paint it in the lung window. Source: PS3.3 C.11.2.1.2.1."""
    left, top, width, height = region
    stored = stored_values(hounsfield)[top : top + height, left : left + width]
    values = stored.astype(np.float64) - 1024
    center, spread = LUNG_WINDOW
    grey = ((values - (center - 0.5)) / (spread - 1) + 0.5) * 255
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def sample_cases() -> Iterator[SampleCase]:
    """Give the cases of the sample casebook in their order."""
    for seed, (x, y, z), radius in (
        (11, (-70.0, 12.0, 45.0), 10.0),
        (12, (78.0, -12.0, 30.0), 8.5),
        (13, (-72.0, -20.0, 66.0), 9.0),
        (14, (76.0, 16.0, 48.0), 11.0),
    ):
        lesion = Lesion((x, y, z), radius, 40.0, "lung")
        yield SampleCase(
            f"nodule-{seed}",
            _lung_drawer(seed, (lesion,), (x + 2.0, y - 2.0, z)),
            LUNG_QUESTION,
            "nodule",
            "A round bright spot, far wider than the vessels, with fine strands about it.",
            ("lung", "nodule"),
        )
        place = (-x, y + 4.0, z - 9.0)
        yield SampleCase(
            f"clear-{seed}",
            _lung_drawer(seed + 20, (), place),
            LUNG_QUESTION,
            "clear lung",
            "Dark lung with thin branching vessels only.",
            ("lung", "normal"),
        )
    for seed in (41, 42, 43):
        yield _cells_case(seed, "round", "Round dark nuclei in a pale ground, hardly any fibres.")
        yield _cells_case(seed, "spindle", "Long thin nuclei that lie along pink fibres.")


def _cells_case(seed: int, kind: Kind, rationale: str) -> SampleCase:
    return SampleCase(
        f"{kind}-{seed}",
        lambda: draw_cells(seed, CELLS_PX, kind),
        CELLS_QUESTION,
        f"{kind} cells",
        rationale,
        ("cells", kind),
    )


def _lung_drawer(
    seed: int, lesions: tuple[Lesion, ...], place: tuple[float, float, float]
) -> Callable[[], Picture]:
    x, y, z = place
    return lambda: painted(Chest.random(seed, GRID, lesions).slice_hu(z), region_about(x, y))


def casebook_archive() -> bytes:
    """Give the sample casebook as the bytes of its file."""
    pictures: dict[str, bytes] = {}
    records = []
    for case in sample_cases():
        picture = case.draw()
        encoded = png(picture)
        sha256 = hashlib.sha256(encoded).hexdigest()
        pictures[f"images/{sha256}.png"] = encoded
        records.append(_case_record(case, picture, sha256))
    record: dict[str, object] = {
        "format": "precedent-casebook",
        "version": 2,
        "name": "Sample cases",
        "description": "Computed phantoms: lung with and without a nodule, two kinds of stained"
        " cells. They show how references work; they teach no medicine.",
        "created": CREATED,
        "licence": LICENCE,
        "cases": records,
    }
    members = {"casebook.json": _json_bytes(record)} | dict(sorted(pictures.items()))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return whole.getvalue()


def _case_record(case: SampleCase, picture: Picture, sha256: str) -> dict[str, object]:
    is_lung = case.question == LUNG_QUESTION
    center, width = LUNG_WINDOW
    return {
        "id": case_id(case.name),
        "images": [{"sha256": sha256, "width": picture.shape[1], "height": picture.shape[0]}],
        "question": case.question,
        "answer": case.answer,
        "rationale": case.rationale,
        "tags": list(case.tags),
        "task": "finding" if is_lung else "cell type",
        "teaching_point": None,
        "author": "Precedent",
        "links": [],
        "provenance": {
            "modality": "CT" if is_lung else "GM",
            "body_part": "CHEST" if is_lung else "",
            "laterality": "",
            "window": {"center": center, "width": width} if is_lung else None,
            "is_inverted": False,
            "spacing_mm": {"rows": GRID.spacing_mm, "columns": GRID.spacing_mm}
            if is_lung
            else None,
            "mpp": None,
            "patient_key": f"phantom-{case.name}",
            "study_key": f"phantom-{case.name}",
            "created": CREATED,
            "source": SOURCE,
            "licence": LICENCE,
        },
    }


def case_id(name: str) -> str:
    """Give the id of a sample case; it is the same in every library."""
    drawn = uuid.uuid5(NAMESPACE, f"case/{name}")
    return uuid.UUID(int=drawn.int, version=4).hex


def sample_record() -> dict[str, object]:
    """Give sample.json: what to open, what to ask, and the answer that the casebook holds."""
    index = round((TOP_MM - NODULE.center[2]) / SLICE_STEP_MM)
    center, width = LUNG_WINDOW
    return {
        "study": "study",
        "casebook": "sample.casebook",
        "query": {
            "image": "query.png",
            "index": 0,
            "question": LUNG_QUESTION,
            "cut_from": {
                "image": slice_name(index),
                "region": list(query_region()),
                "window": {"center": center, "width": width},
            },
        },
        "shots": [case_id(c.name) for c in sample_cases() if c.question == LUNG_QUESTION],
        "expected": "nodule",
    }


def png(picture: Picture) -> bytes:
    """Encode a grey or RGB picture, with nothing in the file but pixels."""
    encoded = io.BytesIO()
    Image.fromarray(picture).save(encoded, format="PNG", compress_level=9)
    return encoded.getvalue()


def _json_bytes(record: dict[str, object]) -> bytes:
    return (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode()


def _write_json(path: Path, record: dict[str, object] | dict[str, str]) -> None:
    path.write_bytes(_json_bytes(dict(record)))
