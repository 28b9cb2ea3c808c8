"""How like two questions are: the cosine of their words, rare ones weighing more (TF-IDF).

A word of the question counts once, with the weight log((1 + n) / (1 + d)) + 1, where d of the n
different questions hold it; so "Is there a" says little where every question begins with it, and
the finding that is asked for says much. Questions with the same words in other order or with
other endings ("nodule", "nodules") are close to 1; only the very question is exactly 1.

Why not the library's full-text search: its rank has no upper end, so it cannot be joined with a
likeness of pictures, and a common word makes it read every case. rapidfuzz compares letters:
there "Is there a fracture?" and "Is there an effusion?" look much alike.

Source of the weight: G. Salton and C. Buckley, Term-weighting approaches in automatic text
retrieval, 1988, smoothed by one as in scikit-learn.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from precedent_plugin.plain import plain_words

FloatArray = NDArray[np.float32]
WORD: Final = re.compile(r"\w+")
STEM_CHARACTERS: Final = 8
"""Beyond them words differ by their endings: "consolidation", "consolidated"."""


class QuestionWords:
    """The different questions of a library, ready to be compared with another one."""

    def __init__(self, questions: Iterable[str]) -> None:
        """questions: one a case."""
        plain = [plain_words(question) for question in questions]
        self._places = {question: at for at, question in enumerate(dict.fromkeys(plain))}
        self._of_case = np.array([self._places[question] for question in plain], np.intp)
        stems = [stems_of(question) for question in self._places]
        held = Counter(stem for each in stems for stem in each)
        self._columns = {stem: column for column, stem in enumerate(held)}
        self._weights = _weights(list(held.values()), len(stems))
        self._unknown = float(_weights([0], len(stems))[0])
        self._matrix = self._table(stems)

    def likeness(self, question: str) -> FloatArray:
        """Give for each case how like its question is, 0..1; 1 is the very question."""
        stems = stems_of(plain_words(question))
        known = [self._columns[stem] for stem in stems if stem in self._columns]
        vector = np.zeros(len(self._columns), np.float32)
        vector[known] = self._weights[known]
        strange = (len(stems) - len(known)) * self._unknown**2
        length = float(np.sqrt(float(vector @ vector) + strange))
        found = np.zeros(len(self._places), np.float32)
        if length and len(self._columns):
            # Below 1 by a hair where only endings or order differ.
            found = np.minimum(self._matrix @ (vector / length), np.float32(0.99))
        same = self._places.get(plain_words(question))
        if same is not None:
            found[same] = 1
        return np.asarray(found[self._of_case], np.float32)

    def _table(self, stems: Sequence[frozenset[str]]) -> "csr_array":
        """Give the weights of each question's words, (questions, words), rows of length 1."""
        columns = np.array(
            [self._columns[stem] for each in stems for stem in sorted(each)], np.intp
        )
        ends = np.cumsum([0, *(len(each) for each in stems)])
        values = self._weights[columns] if len(columns) else np.zeros(0, np.float32)
        row = np.repeat(np.arange(len(stems)), np.diff(ends))
        lengths = np.sqrt(np.bincount(row, values**2, len(stems))).astype(np.float32)
        shape = (len(stems), len(self._columns))
        return csr_array((values / lengths[row], columns, ends), shape=shape)


def stems_of(question: str) -> frozenset[str]:
    """Give the words of a question without their endings."""
    return frozenset(_stem(word) for word in WORD.findall(question.casefold()))


def _stem(word: str) -> str:
    is_plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss")
    return (word[:-1] if is_plural else word)[:STEM_CHARACTERS]


def _weights(held: Sequence[int], questions: int) -> FloatArray:
    return np.asarray(np.log((1 + questions) / (1 + np.array(held, np.float64))) + 1, np.float32)
