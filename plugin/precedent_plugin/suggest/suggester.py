"""Suggests cases for a picture and a question.

score = image weight x likeness of pictures + text weight x likeness of words, the weights summing
to 1 (`SuggestQuery.weights`). Both likenesses are on a scale of 0 to 1 that has a meaning of its
own, so they are added rather than ranks: a rank says nothing about whether anything is like at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from precedent_inference.embedding.embeddings import EmbedderId
from precedent_plugin.cases import Case
from precedent_plugin.suggest.collection import CaseCollection
from precedent_plugin.suggest.gate import WORDS_FLOOR
from precedent_plugin.suggest.query import SuggestQuery
from precedent_plugin.suggest.refresh import Embed
from precedent_plugin.suggest.scale import IDENTICAL
from precedent_plugin.suggest.selection import Candidate, Pool, select
from precedent_plugin.suggest.snapshot import IntArray, Snapshot
from precedent_plugin.suggest.suggestions import Suggestions
from precedent_plugin.suggest.vectors import FloatArray, PictureVectors

POOL: Final = 64
"""The best cases that are looked at more closely."""
NO_EMBEDDER: Final = EmbedderId("", "")


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """Every case of a snapshot against one query."""

    score: FloatArray
    image: FloatArray | None
    text: FloatArray | None
    cosine: FloatArray | None
    rows: IntArray | None
    """The most alike picture of each case, as a row of the vectors."""


class Suggester:
    """Suggests from one collection of cases. May be used from any thread."""

    def __init__(self, collection: CaseCollection, embed: Embed) -> None:
        self._collection = collection
        self._embed = embed
        self._snapshots: dict[EmbedderId, Snapshot] = {}

    def reload(self) -> None:
        """Read the collection anew next time: it changed, or its index was refreshed."""
        self._snapshots = {}

    def suggest(self, query: SuggestQuery) -> Suggestions:
        """Give the cases to put beside a question. Raises LibraryError, and what `embed` raises."""
        if query.weights == (0.0, 0.0):
            return Suggestions(sentence="There is neither a picture nor a question to go by.")
        snapshot, vector = self._looked_at(query)
        if query.weights[0] and vector is None:
            return Suggestions(sentence="The case has no picture in the index yet.", unseen=1)
        measured = _measure(snapshot, vector, query)
        allowed = self._allowed(snapshot, query)
        copies = np.zeros(len(allowed), bool)
        if measured.cosine is not None:
            copies = allowed & (measured.cosine >= IDENTICAL)
        pool = self._pool(snapshot, measured, allowed & ~copies, query)
        found = select(pool, query)
        return replace(found, copies=int(copies.sum()), unseen=snapshot.unseen)

    def _looked_at(self, query: SuggestQuery) -> tuple[Snapshot, FloatArray | None]:
        """Give the snapshot of the embedder that looks at the query, and what it sees."""
        if not query.weights[0]:
            return self._snapshot(NO_EMBEDDER), None
        pictures = () if query.picture is None else (query.picture,)
        seen = self._embed(pictures)
        snapshot = self._snapshot(seen.embedder)
        vectors = [*seen.vectors]
        for case_id in query.like:
            case = self._collection.case(case_id)
            vector = None if case is None else snapshot.vector_of(case.images)
            if vector is not None:
                vectors.append(vector)
        if not vectors:
            return snapshot, None
        mean = np.mean(vectors, axis=0)
        return snapshot, np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)

    def _snapshot(self, embedder: EmbedderId) -> Snapshot:
        found = self._snapshots.get(embedder)
        if found is None:
            has_eyes = embedder != NO_EMBEDDER
            vectors = self._collection.vectors(embedder) if has_eyes else PictureVectors(embedder)
            found = Snapshot.of(self._collection.entries(), vectors)
            self._snapshots = {**self._snapshots, embedder: found}
        return found

    def _allowed(self, snapshot: Snapshot, query: SuggestQuery) -> NDArray[np.bool_]:
        left_out = query.scope.excluded_cases | frozenset(query.like)
        scope = replace(query.scope, excluded_cases=left_out)
        if scope.is_everything:
            return np.ones(len(snapshot.numbers), bool)
        return np.isin(snapshot.numbers, np.array(self._collection.within(scope), np.int64))

    def _pool(
        self,
        snapshot: Snapshot,
        measured: _Measured,
        allowed: NDArray[np.bool_],
        query: SuggestQuery,
    ) -> Pool:
        """Give the best cases of those above the floor."""
        decisive = measured.text if measured.image is None else measured.image
        assert decisive is not None, "one of the two has weight"
        floor = WORDS_FLOOR if measured.image is None else snapshot.scale.floor
        nearest = float(decisive[allowed].max(initial=0))
        places = np.flatnonzero(allowed & (decisive >= floor) & (measured.score > 0))
        if len(places) > POOL:
            best = np.argpartition(-measured.score[places], POOL)[:POOL]
            places = places[best]
        # Of equal ones the newest, which the collection gives first.
        places = places[np.lexsort((places, -measured.score[places]))]
        cases = self._collection.cases([int(number) for number in snapshot.numbers[places]])
        candidates = _candidates(snapshot, measured, places, cases)
        return Pool(
            candidates,
            likenesses_of(snapshot, candidates),
            has_allowed=bool(allowed.any()),
            is_blind=measured.image is not None and not len(snapshot.vectors),
            nearest=nearest,
            floor=floor,
        )


def _measure(snapshot: Snapshot, vector: FloatArray | None, query: SuggestQuery) -> _Measured:
    image_weight, text_weight = query.weights
    score = np.zeros(len(snapshot.numbers), np.float32)
    image = text = cosine = rows = None
    if vector is not None:
        cosine, rows = snapshot.cosines(vector)
        image = snapshot.scale.likeness(cosine)
        score += np.float32(image_weight) * image
    if text_weight:
        text = snapshot.words.likeness(query.question)
        score += np.float32(text_weight) * text
    return _Measured(score, image, text, cosine, rows)


def _candidates(
    snapshot: Snapshot, measured: _Measured, places: IntArray, cases: dict[int, Case]
) -> list[Candidate]:
    def at(values: FloatArray | None, place: int) -> float | None:
        return None if values is None else float(values[place])

    return [
        Candidate(
            case,
            float(measured.score[place]),
            at(measured.image, place),
            at(measured.text, place),
            at(measured.cosine, place),
            -1 if measured.rows is None else int(measured.rows[place]),
        )
        for place in places
        if (case := cases.get(int(snapshot.numbers[place]))) is not None
    ]


def likenesses_of(snapshot: Snapshot, candidates: Sequence[Candidate]) -> FloatArray:
    """Give how like the candidates' pictures are to each other; 0 where nothing was looked at."""
    if not candidates or candidates[0].row < 0:
        return np.zeros((len(candidates), len(candidates)), np.float32)
    seen = snapshot.vectors.picked([candidate.row for candidate in candidates])
    return snapshot.scale.likeness(np.asarray(seen @ seen.T, np.float32))
