"""Rows for the tags panel."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from precedent_viewer.dicom.tags import LONGEST_VALUE, TagRow, read_tags
from precedent_viewer.errors import FileError

PACKAGE_FILES = Path(pydicom.__file__).parent / "data" / "test_files"


def rows_named(rows: tuple[TagRow, ...], name: str) -> list[TagRow]:
    return [row for row in rows if row.name == name]


def test_attribute_has_tag_name_type_and_value(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    rows = read_tags(write_dicom(ramp, WindowCenter=["40", "50"]))

    assert TagRow("(0028,1050)", "Window Center", "DS", "40\\50", 0) in rows
    assert TagRow("(0028,0010)", "Rows", "US", "4", 0) in rows


def test_pixels_are_listed_by_size_alone(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    assert read_tags(write_dicom(ramp))[-1] == TagRow(
        "(7FE0,0010)", "Pixel Data", "OW", "40 bytes", 0
    )


def test_sequences_are_unfolded(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    inner = Dataset()
    inner.CodeMeaning = "Liver"

    rows = read_tags(write_dicom(ramp, AnatomicRegionSequence=[inner, inner]))

    at = next(i for i, row in enumerate(rows) if row.name == "Anatomic Region Sequence")
    assert [(row.tag, row.value, row.depth) for row in rows[at : at + 5]] == [
        ("(0008,2218)", "2 items", 0),
        ("Item 1", "", 1),
        ("(0008,0104)", "Liver", 2),
        ("Item 2", "", 1),
        ("(0008,0104)", "Liver", 2),
    ]


def test_private_attributes_name_their_creator(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    path = write_dicom(ramp)
    dataset = pydicom.dcmread(path)
    dataset.private_block(0x0051, "ACME", create=True).add_new(1, "LO", "secret")
    dataset.save_as(path)

    rows = read_tags(path)

    assert TagRow("(0051,0010)", "Private creator", "LO", "ACME", 0) in rows
    assert [row.value for row in rows if row.tag == "(0051,1001)"] == ["secret"]


def test_long_values_are_shortened_to_one_line(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    rows = read_tags(write_dicom(ramp, ImageComments="a\n" * 400))

    (row,) = rows_named(rows, "Image Comments")
    assert len(row.value) == LONGEST_VALUE
    assert row.value.endswith("…")


@pytest.mark.parametrize(
    "name",
    ["badVR.dcm", "test-SR.dcm", "priv_SQ.dcm", "rtplan_truncated.dcm", "image_dfl.dcm",
     "nested_priv_SQ.dcm", "examples_overlay.dcm"],
)  # fmt: skip
def test_odd_files_are_listed_too(name: str) -> None:
    assert len(read_tags(PACKAGE_FILES / name)) > 3


def test_picture_has_no_tags(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")

    with pytest.raises(FileError, match="not a DICOM file"):
        read_tags(path)
