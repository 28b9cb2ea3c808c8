"""The b-value of MR images whose makers keep it in private attributes.

Source: the makers' DICOM conformance statements; DiffusionBValue (0018,9087) goes before them.
"""

from pydicom.dataset import Dataset
from pydicom.tag import Tag

from precedent_viewer.dicom.values import number, text

PRIVATE = {
    "siemens": ("SIEMENS MR HEADER", 0x0019, 0x0C),
    "philips": ("Philips Imaging DD 001", 0x2001, 0x03),
    "ge": ("GEMS_PARM_01", 0x0043, 0x39),
    "uih": ("Image Private Header", 0x0065, 0x09),
}
"""Creator, group and element by the first word of Manufacturer."""
GE_FLAG = 1_000_000_000
"""GE adds this, or more, to the values of some sequences."""
BLOCKS = range(0x10, 0x18)
"""Creators reserve the first blocks. PS3.5 7.8.1."""


def private_b_value(dataset: Dataset) -> float | None:
    """Give the b-value in s/mm² that a maker wrote; None when there is none."""
    maker = text(dataset, "Manufacturer").partition(" ")[0].casefold()
    creator, group, element = PRIVATE.get(maker, ("", 0, 0))
    for block in BLOCKS if creator else ():
        if text(dataset, Tag(group, block)) == creator:
            found = number(dataset, Tag(group, block << 8 | element))
            if found is not None and found >= 0:
                return found % GE_FLAG if maker == "ge" else found
    return None
