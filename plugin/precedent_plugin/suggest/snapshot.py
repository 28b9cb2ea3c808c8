"""A collection at one moment, laid out so that every case is measured against a query at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precedent_plugin.storage.suggestion_rows import Entry
from precedent_plugin.suggest.scale import Scale
from precedent_plugin.suggest.vectors import FloatArray, PictureVectors
from precedent_plugin.suggest.words import QuestionWords

IntArray = NDArray[np.intp]
NONE = -1.0
"""Cosine of a case none of whose pictures has a vector yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Cases, words and vectors, all in the order of the entries."""

    numbers: NDArray[np.int64]
    """(cases,)."""
    words: QuestionWords
    vectors: PictureVectors
    case_of: IntArray
    """(pictures with a vector,): the case that shows it."""
    row_of: IntArray
    """(pictures with a vector,): its row in `vectors`."""
    places: Mapping[str, int]
    """The row of each picture."""
    scale: Scale
    unseen: int
    """Pictures without a vector."""

    @classmethod
    def of(cls, entries: Sequence[Entry], vectors: PictureVectors) -> "Snapshot":
        """Lay a collection out."""
        rows = vectors.rows()
        shown = [
            (case, rows.get(picture, -1))
            for case, entry in enumerate(entries)
            for picture in entry.pictures
        ]
        pairs = np.array(shown, np.intp).reshape(-1, 2)
        seen = pairs[pairs[:, 1] >= 0]
        return cls(
            np.array([entry.number for entry in entries], np.int64),
            QuestionWords(entry.question for entry in entries),
            vectors,
            seen[:, 0],
            seen[:, 1],
            rows,
            Scale.of(vectors),
            len(pairs) - len(seen),
        )

    def cosines(self, vector: FloatArray) -> tuple[FloatArray, IntArray]:
        """Give for each case the cosine of its most alike picture, and that picture's row."""
        each = self.vectors.cosines(vector)[self.row_of]
        found = np.full(len(self.numbers), NONE, np.float32)
        np.maximum.at(found, self.case_of, each)
        rows = np.full(len(self.numbers), -1, np.intp)
        is_best = each == found[self.case_of]
        rows[self.case_of[is_best]] = self.row_of[is_best]
        return found, rows

    def vector_of(self, pictures: Sequence[str]) -> FloatArray | None:
        """Give the vector of the first of some pictures that has one."""
        found = next((self.places[one] for one in pictures if one in self.places), None)
        return None if found is None else self.vectors.picked([found])[0]
