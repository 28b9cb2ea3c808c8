"""The encoder that the user set in place of the model's own eyes: an ONNX file or a folder."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from precedent_inference.embedding.embedder import Embedder
from precedent_inference.errors import ModelError


def embedder_at(path: Path) -> Callable[[], Embedder]:
    """Give what opens the encoder at `path` when it is first wanted, and then keeps it."""
    return cache(lambda: open_embedder(path))


def open_embedder(path: Path) -> Embedder:
    """Open an `.onnx` file with its settings, or a Hugging Face folder. Raises ModelError."""
    if path.is_dir():
        from precedent_inference.embedding.folder_encoder import FolderEmbedder

        return FolderEmbedder(path)
    if path.suffix == ".onnx" and path.is_file():
        from precedent_inference.embedding.onnx_encoder import OnnxEmbedder

        return OnnxEmbedder(path)
    raise ModelError(
        f"There is no encoder at {path}.",
        "Name an .onnx file with its settings beside it, or a folder with safetensors.",
    )
