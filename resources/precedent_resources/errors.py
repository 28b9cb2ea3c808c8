"""The root of every error that a user may read.

PrecedentError
    precedent_viewer.errors, precedent_plugin.errors, precedent_inference.errors: one tree a house
"""


class PrecedentError(Exception):
    """One sentence for the user: what, where, the rule, the remedy."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message} {self.hint}"
