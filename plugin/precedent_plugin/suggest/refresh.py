"""Brings the index up to its library: new pictures are embedded in batches, gone ones go."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from precedent_inference.embedding.embeddings import EmbedderId, Embeddings
from precedent_inference.errors import EngineError, ImageError
from precedent_plugin.errors import LibraryError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.storage.suggestion_rows import kept_pictures
from precedent_plugin.suggest.index import PictureIndex, keep_only
from precedent_plugin.suggest.vectors import FloatArray

logger = logging.getLogger(__name__)

BATCH: Final = 32
SAVE_EVERY: Final = 1024
"""Pictures; what was embedded before a crash need not be embedded again."""

Progress = Callable[[int, int], None]
"""Gets how many new pictures are done, and of how many."""


class Embed(Protocol):
    """What embeds pictures: a client's `embed` with its model chosen."""

    def __call__(self, pngs: Sequence[bytes], /) -> Embeddings:
        """Give the vectors, and for no pictures the embedder alone."""
        ...


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did."""

    embedder: EmbedderId
    added: int = 0
    removed: int = 0
    unreadable: int = 0
    """Pictures that are missing or damaged; they are tried again next time."""
    is_complete: bool = True
    """False when it was cancelled; what was embedded by then is kept."""


def refresh(
    library: CaseLibrary,
    embed: Embed,
    progress: Progress | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> Refreshed:
    """Embed the library's new pictures and remove gone ones from every index.

    Pictures of cases in the trash stay until it is emptied: they are still on the disk themselves.
    Raises LibraryError, and what `embed` raises.
    """
    embedder = embed(()).embedder
    removed = keep_only(library.folder, lambda: library.read(kept_pictures))
    index = PictureIndex(library.folder, embedder)
    here = frozenset(index.read().pictures)
    missing = sorted(library.read(kept_pictures) - here)
    run = _Run(library, embed, index)
    for start in range(0, len(missing), BATCH):
        if is_cancelled is not None and is_cancelled():
            break
        run.take(missing[start : start + BATCH])
        if progress is not None:
            progress(run.done, len(missing))
    run.save()
    is_complete = run.done == len(missing)
    return Refreshed(embedder, run.done - run.unreadable, removed, run.unreadable, is_complete)


class _Run:
    """One refresh on its way."""

    def __init__(self, library: CaseLibrary, embed: Embed, index: PictureIndex) -> None:
        self.done = 0
        self.unreadable = 0
        self._library = library
        self._embed = embed
        self._index = index
        self._waiting: dict[str, FloatArray] = {}

    def take(self, pictures: Sequence[str]) -> None:
        """Embed some pictures; save from time to time."""
        pngs = dict(self._read(pictures))
        self._waiting.update(self._vectors(pngs))
        self.done += len(pictures)
        if len(self._waiting) >= SAVE_EVERY:
            self.save()

    def save(self) -> None:
        """Bring what was embedded to the disk."""
        if self._waiting:
            self._index.add(self._waiting, lambda: self._library.read(kept_pictures))
            self._waiting = {}

    def _read(self, pictures: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        for picture in pictures:
            try:
                yield picture, self._library.image(picture)
            except LibraryError as error:
                self._skip(error)

    def _vectors(self, pngs: dict[str, bytes]) -> dict[str, FloatArray]:
        if not pngs:
            return {}
        try:
            found = self._embed(list(pngs.values()))
        except ImageError as error:
            if len(pngs) == 1:
                self._skip(error)
                return {}
            alone = [self._vectors({name: png}) for name, png in pngs.items()]
            return {name: vector for one in alone for name, vector in one.items()}
        if found.embedder != self._index.embedder:
            raise EngineError("The engine changed its encoder meanwhile.", "Try again.")
        return dict(zip(pngs, found.vectors, strict=True))

    def _skip(self, error: LibraryError | ImageError) -> None:
        logger.warning("a picture is left out of the index: %s", error)
        self.unreadable += 1
