"""An image encoder from a folder as Hugging Face writes it, on this machine alone.

Weights are safetensors; no code of the folder runs and nothing is looked up on a hub.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoModel

from precedent_inference.embedding.embedder import chunks, fingerprint_of
from precedent_inference.embedding.embeddings import (
    EmbedderId,
    Embeddings,
    FloatArray,
    unit_rows,
)
from precedent_inference.errors import EngineError, ModelError
from precedent_inference.images import read_picture

WEIGHTS: Final = "*.safetensors"
POOLER: Final = "pooler."
"""Begins the names of a head that some checkpoints lack; transformers then draws it at random."""


class FolderEmbedder:
    """Embeds with a transformers model: its image features, pooled output or class token."""

    def __init__(self, folder: Path) -> None:
        """Open it. Raises ModelError when it cannot be used."""
        files = [*sorted(folder.glob(WEIGHTS)), *sorted(folder.glob("*config.json"))]
        if not any(path.match(WEIGHTS) for path in files):
            raise ModelError(
                f"The encoder {folder} has no {WEIGHTS} file.", "Save it as safetensors."
            )
        try:
            open_processor: Any = AutoImageProcessor.from_pretrained
            self._processor: Any = open_processor(folder, local_files_only=True)
            self._model, told = AutoModel.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, output_loading_info=True
            )
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            raise ModelError(
                f"The encoder {folder} cannot be opened: {str(error).splitlines()[0]}.",
                "Save model and image processor into one folder again.",
            ) from error
        self._has_pooler = _require_whole(folder, told["missing_keys"])
        self._model.eval()
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model.to(self._device)
        self.id = EmbedderId(folder.name, fingerprint_of(files))

    def embed(self, pictures: Sequence[bytes], cancel: threading.Event) -> Embeddings:
        """Give the vectors of encoded pictures. Raises ImageError, EngineError, Cancelled."""
        rows = [
            self._vectors([read_picture(data).convert("RGB") for data in chunk])
            for chunk in chunks(pictures, cancel)
        ]
        raw = np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)
        return Embeddings(self.id, unit_rows(raw, self.id.name))

    @torch.inference_mode()
    def _vectors(self, pictures: list[Image.Image]) -> FloatArray:
        try:
            fed = self._processor(images=pictures, return_tensors="pt").to(self._device)
            found = self._features(fed["pixel_values"])
        except (ValueError, RuntimeError, TypeError, KeyError) as error:
            raise EngineError(
                f"The encoder {self.id.name} failed: {str(error).splitlines()[0]}.",
                "Choose an encoder of pictures.",
            ) from error
        return np.asarray(found.float().cpu().numpy(), np.float32)

    def _features(self, pixels: torch.Tensor) -> torch.Tensor:
        if hasattr(self._model, "get_image_features"):
            told: Any = self._model.get_image_features(pixel_values=pixels)
            # A tensor before transformers 5, an output with the pooled vector since.
            features: torch.Tensor = getattr(told, "pooler_output", told)
            return features
        told = self._model(pixel_values=pixels)
        pooled: torch.Tensor | None = getattr(told, "pooler_output", None)
        if pooled is not None and self._has_pooler:
            return pooled.flatten(1)
        hidden: torch.Tensor = told.last_hidden_state  # [B, P, E], or [B, E, rows, columns]
        return hidden.mean((2, 3)) if hidden.ndim == 4 else hidden[:, 0]


def _require_whole(folder: Path, missing: Sequence[str]) -> bool:
    """Say whether the pooling head was saved. Raises ModelError when anything else was not."""
    lost = sorted(name for name in missing if POOLER not in name)
    if lost:
        raise ModelError(
            f"The encoder {folder} lacks {len(lost)} of its weights, {lost[0]} among them.",
            "Copy the whole folder again.",
        )
    return not missing
