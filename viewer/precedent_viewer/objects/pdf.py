"""The document inside an encapsulated PDF. PS3.3 C.24.2."""

from dataclasses import dataclass
from pathlib import Path

from precedent_viewer.dicom.opened import open_dicom
from precedent_viewer.dicom.values import integer, text, value
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.errors import DecodeError

MARK = b"%PDF-"
SEARCHED = 1024
"""Readers of PDF accept its first mark anywhere within this many bytes."""


@dataclass(frozen=True, slots=True, eq=False)
class EncapsulatedPdf:
    """A PDF and what its object says about it."""

    title: str
    content: bytes


def read_pdf(path: Path) -> EncapsulatedPdf:
    """Take the PDF out of an object. Raises FileError or DecodeError."""
    opened = open_dicom(path)
    with warnings_collected():
        content = value(opened.dataset, "EncapsulatedDocument")
        length = integer(opened.dataset, "EncapsulatedDocumentLength")
        title = text(opened.dataset, "DocumentTitle") or "PDF document"
    if not isinstance(content, bytes) or MARK not in content[:SEARCHED]:
        raise DecodeError(f"{path.name}: what it encapsulates is no PDF.")
    # The length is given because the value is padded to an even number of bytes.
    is_told = length is not None and 0 < length <= len(content)
    return EncapsulatedPdf(title, content[:length] if is_told else content)
