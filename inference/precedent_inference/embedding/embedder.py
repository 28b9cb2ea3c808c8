"""The one interface of everything that embeds pictures."""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeVar

from precedent_inference.embedding.embeddings import EmbedderId, Embeddings
from precedent_inference.errors import Cancelled

CHUNK: Final = 8
"""Pictures computed at once; between chunks it can be cancelled."""
Item = TypeVar("Item")


class Embedder(Protocol):
    """Pictures to vectors."""

    @property
    def id(self) -> EmbedderId:
        """What it is; another one where a vector would differ."""
        ...

    def embed(self, pictures: Sequence[bytes], cancel: threading.Event) -> Embeddings:
        """Give the vectors of encoded pictures. Raises ImageError, EngineError, Cancelled."""
        ...


def chunks(items: Sequence[Item], cancel: threading.Event) -> Iterator[Sequence[Item]]:
    """Give neighbouring items a chunk at a time. Raises Cancelled before the next one."""
    for start in range(0, len(items), CHUNK):
        if cancel.is_set():
            raise Cancelled("Looking at the pictures was stopped.")
        yield items[start : start + CHUNK]


def fingerprint_of(files: Sequence[Path], *words: str) -> str:
    """Give the SHA-256 over files, in their order, and words."""
    whole = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    for word in words:
        whole.update(hashlib.sha256(word.encode()).digest())
    return whole.hexdigest()
