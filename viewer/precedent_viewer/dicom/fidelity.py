"""What a file says, or its transfer syntax shows, about loss in its pixels."""

from pydicom.dataset import Dataset

from precedent_viewer.dicom.values import numbers, text

_BASE = "1.2.840.10008.1.2.4"
ALWAYS_LOSSY = frozenset({f"{_BASE}.50", f"{_BASE}.51", f"{_BASE}.53", f"{_BASE}.55"})
"""JPEG with a cosine transform."""
MAYBE_LOSSY = frozenset({f"{_BASE}.81", f"{_BASE}.91", f"{_BASE}.203", f"{_BASE}.112"})
"""Syntaxes that hold lossless images as well."""


def lossy_words(dataset: Dataset, transfer_syntax_uid: str) -> str:
    """Give `lossy 12:1`, `lossy`, `perhaps lossy` or "".

    Lossy Image Compression (0028,2110) stays 01 once it was applied, whatever was done later;
    its ratios follow each other. PS3.3 C.7.6.1.1.5.
    """
    said = text(dataset, "LossyImageCompression")
    if said == "01" or transfer_syntax_uid in ALWAYS_LOSSY:
        ratios = [ratio for ratio in numbers(dataset, "LossyImageCompressionRatio") if ratio > 1]
        return f"lossy {ratios[-1]:.3g}:1" if ratios else "lossy"
    if transfer_syntax_uid in MAYBE_LOSSY and said != "00":
        return "perhaps lossy"
    return ""
