"""How far something has come, for who waits: the loading of a model, the place in line."""

from collections.abc import Callable

from precedent_inference.protocol import Loading, Waiting

Report = Callable[[float, str], None]
"""Called with the fraction done, 0..1, and the stage in words: "Reading the weights"."""


def unheard(_fraction: float, _stage: str) -> None:
    """A report that nobody listens to."""


def progress_words(progress: Waiting | Loading) -> str:
    """Say what is waited for: "Loading med-flamingo: 43 %"."""
    if isinstance(progress, Loading):
        return f"Loading {progress.model}: {progress.fraction * 100:.0f} %"
    questions = "question is" if progress.before == 1 else "questions are"
    return f"Waiting: {progress.before} {questions} answered first."
