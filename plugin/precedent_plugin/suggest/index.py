"""The vectors on the disk: one file an embedder, `index/NAME-HASH/pictures.safetensors`.

A change writes the whole file anew and renames it over the former one, so it is there whole or as
it was, and what was taken out of it is nowhere any more. Two processes take turns by a lock file.
A file that is damaged, or was made by another embedder, counts as empty and is made again.
"""

import logging
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import safetensors.numpy
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from precedent_inference.embedding.embeddings import EmbedderId
from precedent_plugin.errors import LibraryError
from precedent_plugin.safe_file import write_whole
from precedent_plugin.storage.store import explain_system
from precedent_plugin.suggest.vectors import HASH_BYTES, FloatArray, PictureVectors

logger = logging.getLogger(__name__)

FOLDER: Final = "index"
FILE: Final = "pictures.safetensors"
DRAFTS: Final = ".*.new"
FORMAT: Final = "precedent-picture-index 1"
LOCK_S: Final = 120.0


class PictureIndex:
    """One embedder's vectors of one library."""

    def __init__(self, library: Path, embedder: EmbedderId) -> None:
        """Nothing is made on the disk before the first vector is kept."""
        self.embedder: Final = embedder
        self.path: Final = library / FOLDER / _folder_name(embedder) / FILE
        self._library = library

    def read(self) -> PictureVectors:
        """Give what is kept; nothing where no file is, or one that is damaged."""
        found = _read(self.path)
        if found is None or found.embedder != self.embedder:
            return PictureVectors(self.embedder)
        return found

    def add(
        self, new: Mapping[str, FloatArray], wanted: Callable[[], Collection[str]]
    ) -> PictureVectors:
        """Keep new vectors, and of all only those of pictures that are still wanted.

        wanted: asked while no other process can write, so that a picture deleted meanwhile never
        comes back. Raises LibraryError.
        """
        with _locked(self._library):
            former = self.read()
            vectors = former.joined(new).only(wanted())
            if vectors is not former:
                _write(self._library, self.path, vectors)
        return vectors


def forget(library: Path, pictures: Iterable[str]) -> int:
    """Take pictures out of every index of a library; say how many vectors went.

    They are in no file of the index when this returns, nor are drafts of killed processes. Raises
    LibraryError.
    """
    gone = frozenset(pictures)
    return _keep(library, lambda vectors: [one for one in vectors.pictures if one not in gone])


def keep_only(library: Path, wanted: Callable[[], Collection[str]]) -> int:
    """Take all other pictures out of every index of a library; say how many vectors went."""
    return _keep(library, lambda _: wanted())


def _keep(library: Path, kept: Callable[[PictureVectors], Collection[str]]) -> int:
    if not (library / FOLDER).is_dir():
        return 0
    count = 0
    with _locked(library):
        for path in sorted((library / FOLDER).glob(f"*/{FILE}")):
            former = _read(path)
            if former is None:
                path.unlink()  # what it holds cannot be told, so it may hold what must go
                continue
            vectors = former.only(frozenset(kept(former)))
            if vectors is not former:
                _write(library, path, vectors)
                count += len(former) - len(vectors)
    return count


@contextmanager
def _locked(library: Path) -> Iterator[None]:
    """Keep other processes from writing; sweep what killed ones left. Raises LibraryError."""
    folder = library / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock", timeout=LOCK_S):
            for draft in folder.glob(f"*/{DRAFTS}"):
                draft.unlink(missing_ok=True)
            yield
    except Timeout as error:
        raise LibraryError(
            "Another Precedent has been writing the index of the pictures for two minutes.",
            "Wait for it, or close it.",
        ) from error
    except OSError as error:
        raise explain_system(error, library) from error


def _write(library: Path, path: Path, vectors: PictureVectors) -> None:
    """Write the file anew, or delete it where nothing is left. Raises LibraryError."""
    if not len(vectors):
        path.unlink(missing_ok=True)
        return
    names = np.frombuffer(bytes.fromhex("".join(vectors.pictures)), np.uint8)
    arrays: dict[str, NDArray[np.generic]] = {
        "pictures": names.reshape(-1, HASH_BYTES),
        "vectors": np.ascontiguousarray(vectors.matrix),
    }
    words = {
        "format": FORMAT,
        "name": vectors.embedder.name,
        "fingerprint": vectors.embedder.fingerprint,
        "crc32": _checksum(arrays),
    }
    try:
        write_whole(path, safetensors.numpy.save(arrays, words))
    except OSError as error:
        raise explain_system(error, library) from error


def _read(path: Path) -> PictureVectors | None:
    """Give a file's vectors, None where there is none that can be trusted."""
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="np") as file:
            words = dict(file.metadata() or {})
            arrays = {name: file.get_tensor(name) for name in ("pictures", "vectors")}
        pictures, matrix = arrays["pictures"], arrays["vectors"]
        shapes = (pictures.ndim, matrix.ndim, pictures.shape[1], len(pictures))
        if words["format"] != FORMAT or shapes != (2, 2, HASH_BYTES, len(matrix)):
            raise ValueError("it has another form")
        if matrix.dtype != np.float16 or words["crc32"] != _checksum(arrays):
            raise ValueError("its content was altered")
        embedder = EmbedderId(words["name"], words["fingerprint"])
    except (OSError, SafetensorError, ValueError, KeyError, IndexError) as error:
        logger.warning("an index of pictures is damaged and will be made again: %s", error)
        return None
    return PictureVectors(embedder, tuple(bytes(row).hex() for row in pictures), matrix)


def _checksum(arrays: Mapping[str, NDArray[np.generic]]) -> str:
    found = 0
    for name in ("pictures", "vectors"):
        found = zlib.crc32(np.ascontiguousarray(arrays[name]).data, found)
    return f"{found:08x}"


def _folder_name(embedder: EmbedderId) -> str:
    """Name a folder after an embedder, whatever its name holds."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", embedder.name)[:40].strip("-")
    mark = sha256(f"{embedder.name}\0{embedder.fingerprint}".encode()).hexdigest()[:16]
    return f"{readable}-{mark}"
