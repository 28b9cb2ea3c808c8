"""What can go wrong in the viewer, as a user reads it.

PrecedentError
    ViewerError             anything the viewer cannot do
        FileError           a file cannot be read, or is no image at all
        UnsupportedError    the file is sound, but this viewer does not show its kind
        DecodeError         the file's header or pixel data is broken
        WindowError         a window that the standard does not allow

Parts of the window add narrower errors below ViewerError beside the code that raises them.
"""

from precedent_resources import PrecedentError


class ViewerError(PrecedentError):
    """The viewer cannot do what was asked."""


class FileError(ViewerError):
    """A file cannot be read, or is no image at all."""


class UnsupportedError(ViewerError):
    """The file is sound, but this viewer does not show its kind."""


class DecodeError(ViewerError):
    """The file's header or pixel data is broken."""


class WindowError(ViewerError):
    """A window that PS3.3 C.11.2 does not allow."""
