"""Libraries whose truth is known: pictures on which a stand-in encoder sees what was planted."""

import io
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from precedent_inference.embedding.embeddings import EmbedderId, Embeddings
from precedent_plugin.cases import Case, CaseDraft, Provenance
from precedent_plugin.library import CaseLibrary
from precedent_plugin.preprocess import encode_png

WIDTH = 64
EMBEDDER = EmbedderId("planted", "0" * 64)
FloatArray = NDArray[np.float32]


def picture(kind: int, seed: int, spread: float = 0.3) -> bytes:
    """A picture of a kind: its pixels are the kind's own ones with some of its own added.

    The stand-in encoder reads them as the vector itself, so that two pictures of a kind have a
    cosine near 1 / (1 + spread^2) and two of different kinds one near 0.
    """
    kinds = np.random.default_rng(kind).standard_normal(WIDTH)
    own = np.random.default_rng((kind, seed, 1)).standard_normal(WIDTH)
    values = np.clip(128 + 30 * (kinds + spread * own), 0, 255).astype(np.uint8)
    return encode_png(values.reshape(8, 8))


def vector_of(png: bytes) -> FloatArray:
    """What the stand-in encoder sees."""
    with Image.open(io.BytesIO(png)) as opened:
        values = np.asarray(opened.convert("L"), np.float32).ravel() - np.float32(128)
    return np.asarray(values / max(float(np.linalg.norm(values)), 1e-6), np.float32)


def embed(pngs: Sequence[bytes]) -> Embeddings:
    """The stand-in encoder."""
    rows = [vector_of(png) for png in pngs]
    return Embeddings(EMBEDDER, np.stack(rows) if rows else np.zeros((0, 0), np.float32))


def counted(
    embedder: EmbedderId = EMBEDDER,
) -> tuple[Callable[[Sequence[bytes]], Embeddings], list[int]]:
    """The stand-in encoder under a name, and how many pictures it was given each time."""
    calls: list[int] = []

    def made(pngs: Sequence[bytes]) -> Embeddings:
        calls.append(len(pngs))
        return Embeddings(embedder, embed(pngs).vectors)

    return made, calls


def planted(
    library: CaseLibrary,
    kinds: int = 4,
    each: int = 6,
    question: str = "What is shown?",
    answers: Sequence[str] | None = None,
) -> list[Case]:
    """Cases of several kinds; the answer names the kind unless others are given."""
    return [
        library.add(
            CaseDraft(
                question,
                answers[kind] if answers is not None else f"kind {kind}",
                provenance=Provenance(modality="CT", body_part="CHEST"),
            ),
            picture(kind, seed),
        )
        for kind in range(kinds)
        for seed in range(each)
    ]
