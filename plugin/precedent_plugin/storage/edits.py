"""Changes of the library that can be taken back."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

ChangeKind = Literal["cases", "casebooks", "history", "elsewhere"]
MAX_EDITS: Final = 100

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that was made, with the way back."""

    label: str
    """What was done, in words: "Edit of a case"."""
    kind: ChangeKind
    ids: tuple[str, ...]
    """What was changed; empty when nothing was."""
    revert: Callable[[sqlite3.Connection], object]
    """Takes it back inside a transaction; raises LibraryError when that is no longer possible."""


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """What a change gives, and how it is taken back."""

    result: Result
    edit: Edit


class EditStack:
    """The latest changes, made in this process."""

    def __init__(self) -> None:
        self._edits: list[Edit] = []

    def push(self, edit: Edit) -> None:
        """Remember a change that has been committed."""
        self._edits.append(edit)
        del self._edits[:-MAX_EDITS]

    def peek(self) -> Edit | None:
        """Give the latest change, None when there is none."""
        return self._edits[-1] if self._edits else None

    def drop(self) -> None:
        """Forget the latest change: it was taken back, or cannot be."""
        self._edits.pop()

    def clear(self) -> None:
        """Forget all: what they would bring back is gone for good."""
        self._edits.clear()
