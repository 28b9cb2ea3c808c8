"""Eyes for fake engines: the mean colours of a picture's four corners, of length 1."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from precedent_inference.embedding.embeddings import EmbedderId, Embeddings

EYES = EmbedderId("corners", "0" * 64)


def see(pngs: Sequence[bytes]) -> Embeddings:
    if not pngs:
        return Embeddings(EYES, np.zeros((0, 0), np.float32))
    rows = np.array([_corners(png) for png in pngs], np.float64)
    return Embeddings(EYES, (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32))


def _corners(png: bytes) -> list[float]:
    with Image.open(io.BytesIO(png)) as picture:
        small = np.asarray(picture.convert("RGB").resize((8, 8)), np.float64) + 1
    parts = (small[:4, :4], small[:4, 4:], small[4:, :4], small[4:, 4:])
    return [value for part in parts for value in part.mean(axis=(0, 1))]
