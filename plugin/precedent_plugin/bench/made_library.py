"""A library made for measurements: many cases in a moment, their words and vectors like real ones.

The rows are written as the library writes them, without the pictures' files, which neither search
nor suggestions read.
"""

import hashlib
import uuid
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from precedent_inference.embedding.embeddings import EmbedderId
from precedent_plugin.cases import Case, Provenance
from precedent_plugin.library import CaseLibrary
from precedent_plugin.storage.case_rows import insert_case
from precedent_plugin.storage.store import Store
from precedent_plugin.suggest.index import PictureIndex

FloatArray = NDArray[np.float32]
Layout = Literal["clustered", "random"]
LAYOUTS: Final[tuple[Layout, ...]] = ("clustered", "random")

ORGANS: Final = ("lung", "liver", "kidney", "spleen", "heart", "femur", "skull", "colon", "breast")
FINDINGS: Final = (
    *("fracture", "effusion", "nodule", "mass", "cyst", "stenosis", "haemorrhage", "abscess"),
    *("consolidation", "pneumothorax", "calcification", "oedema", "thrombus", "metastasis"),
)
PHRASES: Final = ("Is there a {}?", "Where is the {}?", "How large is the {}?", "Name the {}.")
SERIALS: Final = 5_000
"""Words that few cases share, as names of stains, devices and syndromes are."""
PER_CLUSTER: Final = 50
SPREAD: Final = 0.6
"""Length of what is a picture's own beside its cluster's."""


def fill(folder: Path, count: int) -> tuple[str, ...]:
    """Make a library of so many cases, each with a picture of its own; give their hashes."""
    CaseLibrary.open(folder).close()
    store = Store(folder)
    draw = np.random.default_rng(0)
    pictures = tuple(hashlib.sha256(f"picture {at}".encode()).hexdigest() for at in range(count))
    try:
        with store.changing() as connection:
            connection.executemany(
                "INSERT INTO images (sha256, width, height, bytes) VALUES (?, 512, 512, 1)",
                [(picture,) for picture in pictures],
            )
            for picture in pictures:
                insert_case(connection, _case(picture, draw))
    finally:
        store.close()
    return pictures


def index(
    folder: Path, pictures: tuple[str, ...], layout: Layout, width: int
) -> tuple[EmbedderId, FloatArray]:
    """Make the index of these pictures; give its embedder and the vectors."""
    embedder = EmbedderId(layout, hashlib.sha256(f"{layout} {width}".encode()).hexdigest())
    rows = vectors(len(pictures), width, layout)
    everything = frozenset(pictures)
    new = dict(zip(pictures, rows, strict=True))
    PictureIndex(folder, embedder).add(new, lambda: everything)
    return embedder, rows


def vectors(count: int, width: int, layout: Layout, *, seed: int = 1) -> FloatArray:
    """Give vectors of length 1: around centres as pictures of kinds are, or in all directions."""
    draw = np.random.default_rng(seed)
    rows = draw.standard_normal((count, width), dtype=np.float32)
    if layout == "clustered":
        centres = np.random.default_rng(0).standard_normal(
            (max(1, count // PER_CLUSTER), width), dtype=np.float32
        )
        rows = centres[draw.integers(0, len(centres), count)] + np.float32(SPREAD) * rows
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def _case(picture: str, draw: np.random.Generator) -> Case:
    organ, finding = draw.choice(ORGANS), draw.choice(FINDINGS)
    return Case(
        id=uuid.UUID(bytes=draw.bytes(16)).hex,
        images=(picture,),
        question=str(draw.choice(PHRASES)).format(f"{finding} of the {organ}"),
        answer=f"{finding} {draw.choice(('left', 'right', 'none'))}",
        rationale=f"Seen beside the {organ} as in series{draw.integers(SERIALS)}.",
        tags=(str(organ),),
        provenance=Provenance(modality="CT", body_part=str(organ).upper()),
    )
