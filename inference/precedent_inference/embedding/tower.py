"""A loaded model's own eyes as an embedder: vision tower and resampler, pooled by its profile."""

import threading
from collections.abc import Sequence

import numpy as np

from precedent_inference.answering import Answerer
from precedent_inference.embedding.embedder import chunks, fingerprint_of
from precedent_inference.embedding.embeddings import EmbedderId, Embeddings, unit_rows
from precedent_inference.evaluation.fewshot import describe, pool
from precedent_inference.images import prepare_image
from precedent_inference.models import ONNX_FOLDER
from precedent_inference.profile import ModelProfile


class TowerEmbedder:
    """Embeds with the model that answers.

    It passes the engine's caches by: a library that is read through leaves in them what questions
    are asked about.
    """

    def __init__(self, answerer: Answerer) -> None:
        self._profile = answerer.profile
        self._backend = answerer.engine.backend
        self.id = tower_id(answerer.profile)

    def embed(self, pictures: Sequence[bytes], cancel: threading.Event) -> Embeddings:
        """Give the vectors of encoded pictures. Raises ImageError, Cancelled."""
        recipe, feature = self._profile.image, self._profile.feature
        pooled = [
            pool(encoded.latents, feature)
            for chunk in chunks(pictures, cancel)
            for encoded in self._backend.encode(
                np.stack([prepare_image(data, recipe).pixels for data in chunk])
            )
        ]
        raw = np.stack(pooled) if pooled else np.zeros((0, 0), np.float32)
        return Embeddings(self.id, unit_rows(raw, self.id.name))


def tower_id(profile: ModelProfile) -> EmbedderId:
    """Name a model's eyes: the same on every device, whatever its templates say."""
    weights = (
        f"{name}={sha256}"
        for name, sha256 in profile.hashes
        if not name.startswith(f"{ONNX_FOLDER}/")
    )
    words = (profile.image.fingerprint, describe(profile.feature), *weights)
    stated = words if profile.hashes else (*words, profile.fingerprint)
    return EmbedderId(profile.name, fingerprint_of((), *stated))
