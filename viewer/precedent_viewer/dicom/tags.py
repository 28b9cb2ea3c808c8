"""Every attribute of a file as rows of text."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TagRow:
    """One attribute."""

    tag: str
    """`(0010,0010)`; items of sequences have `Item 1`."""
    name: str
    vr: str
    value: str
    """Shortened."""
    depth: int
    """0 at the top, one more inside each sequence and each item."""


def read_tags(path: Path) -> tuple[TagRow, ...]:
    """Read all attributes of a DICOM file but its pixels; raises FileError."""
    raise NotImplementedError
