"""Texts that end an answer, found while it streams."""


class StopText:
    """Passes text on until a stop text begins; what may be the start of one waits for more."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = stops
        self._held = ""
        self.is_reached = False

    def add(self, text: str) -> str:
        """Give what is certain to be before any stop text."""
        if self.is_reached:
            return ""
        self._held += text
        cut = min((at for stop in self._stops if (at := self._held.find(stop)) >= 0), default=None)
        if cut is not None:
            self.is_reached = True
        else:
            cut = len(self._held) - doubtful_end(self._held, self._stops)
        passed, self._held = self._held[:cut], self._held[cut:]
        return passed

    def finish(self) -> str:
        """Give what was held back, nothing when a stop text was reached."""
        return "" if self.is_reached else self._held


def doubtful_end(text: str, words: tuple[str, ...]) -> int:
    """Count the last characters of `text` that may begin one of `words`."""
    longest = max((len(word) for word in words), default=0) - 1
    for length in range(min(longest, len(text)), 0, -1):
        if any(word.startswith(text[-length:]) for word in words):
            return length
    return 0
