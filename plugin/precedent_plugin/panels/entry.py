"""What the reader writes about a view when saving it as a case. No Qt."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """The words of the form; the library checks them."""

    question: str
    answer: str
    tags: tuple[str, ...]
    into_tray: bool
