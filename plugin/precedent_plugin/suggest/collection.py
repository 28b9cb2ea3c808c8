"""Where suggestions come from: the library with its index, or a casebook file in memory."""

from collections.abc import Sequence
from typing import Protocol

from precedent_inference.embedding.embeddings import EmbedderId
from precedent_plugin.cases import Case
from precedent_plugin.library import CaseLibrary
from precedent_plugin.pictures import content_hash
from precedent_plugin.references import CasePicture
from precedent_plugin.storage.suggestion_rows import (
    Entry,
    Scope,
    entries,
    numbered,
    numbers_within,
)
from precedent_plugin.suggest.index import PictureIndex
from precedent_plugin.suggest.refresh import Embed
from precedent_plugin.suggest.vectors import PictureVectors


class CaseCollection(Protocol):
    """Cases under numbers, and the vectors of their pictures."""

    def entries(self) -> Sequence[Entry]:
        """Give every case that may be suggested."""
        ...

    def within(self, scope: Scope) -> Sequence[int]:
        """Give the numbers of the cases that a scope holds."""
        ...

    def cases(self, numbers: Sequence[int]) -> dict[int, Case]:
        """Give cases by their numbers; those that are gone are left out."""
        ...

    def case(self, case_id: str) -> Case | None:
        """Give one case."""
        ...

    def vectors(self, embedder: EmbedderId) -> PictureVectors:
        """Give the vectors that an embedder made of the cases' pictures, so far."""
        ...


class LibraryCollection:
    """The user's library."""

    def __init__(self, library: CaseLibrary) -> None:
        self._library = library

    def entries(self) -> Sequence[Entry]:
        """Give every case on the shelf."""
        return self._library.read(entries)

    def within(self, scope: Scope) -> Sequence[int]:
        """Give the numbers of the cases that a scope holds."""
        return self._library.read(lambda connection: numbers_within(connection, scope))

    def cases(self, numbers: Sequence[int]) -> dict[int, Case]:
        """Give cases by their numbers; those that are gone are left out."""
        return self._library.read(lambda connection: numbered(connection, numbers))

    def case(self, case_id: str) -> Case | None:
        """Give one case."""
        return self._library.find(case_id)

    def vectors(self, embedder: EmbedderId) -> PictureVectors:
        """Give what the index holds."""
        return PictureIndex(self._library.folder, embedder).read()


class FileCollection:
    """The cases of a casebook file; their pictures are embedded when they are first asked for."""

    def __init__(self, items: Sequence[CasePicture], embed: Embed) -> None:
        self._items = items
        self._embed = embed

    def entries(self) -> Sequence[Entry]:
        """Give every case, under its place."""
        return [
            Entry(number, item.case.question, item.case.images)
            for number, item in enumerate(self._items)
        ]

    def within(self, scope: Scope) -> Sequence[int]:
        """Give the places of the cases that a scope holds."""
        return [number for number, item in enumerate(self._items) if scope.holds(item.case)]

    def cases(self, numbers: Sequence[int]) -> dict[int, Case]:
        """Give cases by their places."""
        return {number: self._items[number].case for number in numbers}

    def case(self, case_id: str) -> Case | None:
        """Give one case."""
        return next((item.case for item in self._items if item.case.id == case_id), None)

    def vectors(self, embedder: EmbedderId) -> PictureVectors:
        """Embed all pictures."""
        pngs = {content_hash(png): png for item in self._items for png in item.pngs}
        if not pngs:
            return PictureVectors(embedder)
        found = self._embed(list(pngs.values()))
        new = dict(zip(pngs, found.vectors, strict=True))
        return PictureVectors(found.embedder).joined(new)
