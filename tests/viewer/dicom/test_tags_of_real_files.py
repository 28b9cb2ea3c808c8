"""Every attribute that pydicom finds stands in the list, for real files of every kind."""

import warnings
from pathlib import Path

import pydicom
import pytest
from pydicom.errors import InvalidDicomError

from precedent_viewer.dicom.tag_compare import compare_files, counts_of
from precedent_viewer.dicom.tags import MOST_ITEMS, MOST_ROWS, read_tags
from precedent_viewer.errors import FileError

PACKAGE_FILES = sorted((Path(pydicom.__file__).parent / "data" / "test_files").glob("*.dcm"))
PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)


def tags_by_pydicom(path: Path) -> list[str] | None:
    """Give the tags of every element, those in sequences included; None for what it cannot read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(path, force=True, stop_before_pixels=True)
            found = [element.tag for element in dataset.iterall()]
            too_long = any(
                element.VR == "SQ" and len(element.value) > MOST_ITEMS
                for element in dataset.iterall()
            )
        except (InvalidDicomError, ValueError, TypeError, KeyError, EOFError, NotImplementedError,
                AttributeError):  # fmt: skip
            return None
        meta = [element.tag for element in dataset.file_meta]
    if too_long or not found:
        return None
    return sorted(f"({tag.group:04X},{tag.element:04X})" for tag in (*meta, *found))


def tags_listed(path: Path) -> list[str]:
    pixels = {f"({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag in PIXELS}
    rows = read_tags(path)
    return sorted(
        row.tag
        for row in rows
        if row.tag.startswith("(") and not (row.depth == 0 and row.tag in pixels)
    )


@pytest.mark.parametrize("path", PACKAGE_FILES, ids=lambda path: path.name)
def test_every_attribute_is_listed(path: Path) -> None:
    expected = tags_by_pydicom(path)
    if expected is None:
        pytest.skip("pydicom does not read it whole, or its sequences are cut in the list")
    try:
        listed = tags_listed(path)
    except FileError:
        pytest.skip("the viewer refuses it in a sentence")
    if len(read_tags(path)) > MOST_ROWS:
        pytest.skip("the list is cut")
    assert listed == expected


@pytest.mark.parametrize("path", PACKAGE_FILES, ids=lambda path: path.name)
def test_a_file_is_like_itself(path: Path) -> None:
    try:
        counts = counts_of(compare_files((path, None), (path, None)))
    except FileError:
        pytest.skip("the viewer refuses it in a sentence")
    assert (counts.changed, counts.first, counts.second) == (0, 0, 0)
    assert counts.same > 0
