"""The text of an answer while it streams: marks dropped, ended at a stop text, white space trimmed.

What is passed on is final: the pieces together are the answer, character for character.
"""

from precedent_inference.generation.stopping import StopText, doubtful_end
from precedent_inference.profile import ModelProfile


class DropText:
    """Passes text on without certain marks; what may be the start of one waits for more."""

    def __init__(self, marks: tuple[str, ...]) -> None:
        self._marks = marks
        self._held = ""

    def add(self, text: str) -> str:
        """Give what is certain to hold no mark."""
        self._held += text
        passed = ""
        while (found := self._first()) is not None:
            at, mark = found
            passed, self._held = passed + self._held[:at], self._held[at + len(mark) :]
        cut = len(self._held) - doubtful_end(self._held, self._marks)
        passed, self._held = passed + self._held[:cut], self._held[cut:]
        return passed

    def finish(self) -> str:
        """Give what was held back."""
        return self._held

    def _first(self) -> tuple[int, str] | None:
        found = [(self._held.find(mark), mark) for mark in self._marks if mark in self._held]
        return min(found, default=None)


class AnswerText:
    """Cleans the text of one answer by its model's rules."""

    def __init__(self, profile: ModelProfile, stops: tuple[str, ...] = ()) -> None:
        """stops: texts that end this answer besides those of the profile."""
        self._drop = DropText(profile.answer.drop)
        self._stop = StopText((*profile.stop.texts, *stops))
        self._is_begun = False
        self._space = ""

    @property
    def is_ended(self) -> bool:
        """Whether a stop text was reached."""
        return self._stop.is_reached

    def add(self, text: str) -> str:
        """Give what is certain to belong to the answer."""
        return self._trim(self._stop.add(self._drop.add(text)))

    def finish(self) -> str:
        """Give the rest."""
        return self._trim(self._stop.add(self._drop.finish()) + self._stop.finish())

    def _trim(self, text: str) -> str:
        """Hold white space back until a word follows; that before the first word is none."""
        text = self._space + text
        if not self._is_begun:
            text = text.lstrip()
        passed = text.rstrip()
        self._space = text[len(passed) :]
        self._is_begun = self._is_begun or bool(passed)
        return passed


def clean(text: str, profile: ModelProfile, stops: tuple[str, ...] = ()) -> str:
    """Clean a whole answer at once."""
    answer = AnswerText(profile, stops)
    return answer.add(text) + answer.finish()
