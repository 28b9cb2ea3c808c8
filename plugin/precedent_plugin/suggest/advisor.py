"""Suggestions over one library, as a window asks for them: the index is brought up first."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from precedent_inference.embedding.embeddings import Embeddings
from precedent_inference.errors import Cancelled
from precedent_plugin.library import CaseLibrary
from precedent_plugin.suggest.collection import LibraryCollection
from precedent_plugin.suggest.query import SuggestQuery
from precedent_plugin.suggest.refresh import refresh
from precedent_plugin.suggest.suggester import Suggester
from precedent_plugin.suggest.suggestions import Suggestions


class Embeds(Protocol):
    """The part of a client that looks at pictures."""

    def embed(self, pngs: Sequence[bytes], model: str = "starter") -> Embeddings:
        """Give the vectors by which pictures are compared."""
        ...


@dataclass(frozen=True, slots=True)
class Looked:
    """How far the index is."""

    done: int
    total: int


class Advisor:
    """Suggests cases of a library. May be used from any thread; every call may wait."""

    def __init__(self, library: CaseLibrary, connect: Callable[[], Embeds]) -> None:
        self._library = library
        self._connect = connect
        self._suggesters: dict[str, Suggester] = {}
        self._lock = threading.Lock()
        self._is_stale = True

    def changed(self) -> None:
        """Take in that the library changed: its index is brought up with the next call."""
        self._is_stale = True

    def suggest(
        self,
        query: SuggestQuery,
        model: str,
        cancel: threading.Event,
        progress: Callable[[Looked], object],
    ) -> Suggestions:
        """Look at new pictures, then suggest. Raises Cancelled, and what the parts raise."""

        def embed(pngs: Sequence[bytes], /) -> Embeddings:
            return self._connect().embed(pngs, model)

        # One at a time: a second search waits for the index that the first one brings up.
        with self._lock:
            suggester = self._suggesters.get(model)
            if suggester is None:
                collection = LibraryCollection(self._library)
                suggester = self._suggesters[model] = Suggester(collection, embed)
                self._is_stale = True
            if self._is_stale:
                self._is_stale = False
                self._bring_up(embed, cancel, progress)
                suggester.reload()
            if cancel.is_set():
                raise Cancelled("The search was stopped.")
            return suggester.suggest(query)

    def _bring_up(
        self,
        embed: Callable[[Sequence[bytes]], Embeddings],
        cancel: threading.Event,
        progress: Callable[[Looked], object],
    ) -> None:
        def told(done: int, total: int) -> None:
            progress(Looked(done, total))

        try:
            done = refresh(self._library, embed, told, cancel.is_set)
        except BaseException:
            self._is_stale = True
            raise
        self._is_stale = not done.is_complete
