"""What can go wrong in the viewer, as a user reads it.

PrecedentError
    ViewerError             anything the viewer cannot do
        FileError           a file cannot be read, or is no image at all
        UnsupportedError    the file is sound, but this viewer does not show its kind
        DecodeError         the file's header or pixel data is broken
        WindowError         a window that the standard does not allow

Parts of the window add narrower errors below ViewerError beside the code that raises them.
"""

import unicodedata

from precedent_resources import PrecedentError

UNSEEN = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's classes of control characters, of bytes that are no text, and of line ends."""


def one_line(text: str) -> str:
    """Show what would break a line, or is no text, as U+FFFD: file names may hold anything."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(one) in UNSEEN else one for one in text
    )


class ViewerError(PrecedentError):
    """The viewer cannot do what was asked."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(one_line(message), None if hint is None else one_line(hint))


class FileError(ViewerError):
    """A file cannot be read, or is no image at all."""


class UnsupportedError(ViewerError):
    """The file is sound, but this viewer does not show its kind."""


class DecodeError(ViewerError):
    """The file's header or pixel data is broken."""


class WindowError(ViewerError):
    """A window that PS3.3 C.11.2 does not allow."""


class GraphicsError(ViewerError):
    """The graphics card cannot paint; the processor does instead."""
