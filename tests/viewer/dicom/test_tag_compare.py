"""Attributes of two files side by side. Expected pairs are worked out by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID

from precedent_viewer.dicom.tag_compare import ComparedRow, compare_tags, counts_of
from precedent_viewer.dicom.tags import read_tags

PACKAGE_FILES = Path(pydicom.__file__).parent / "data" / "test_files"


def item(**attributes: object) -> Dataset:
    made = Dataset()
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def differences(rows: tuple[ComparedRow, ...]) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (row.name or row.tag, row.difference, row.first, row.second)
        for row in rows
        if row.difference != "same" and not row.is_passing
    ]


def test_a_file_is_like_itself(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    rows = read_tags(write_dicom(ramp))
    compared = compare_tags(rows, rows)
    assert {row.difference for row in compared} == {"same"}
    assert counts_of(compared).words == f"All {len(rows)} attributes are alike."


def test_what_differs_and_what_is_missing_is_marked(
    write_dicom: Any, ramp: NDArray[np.int16]
) -> None:
    one = read_tags(write_dicom(ramp, KVP="120", ProtocolName="Head"))
    other = read_tags(write_dicom(ramp, KVP="100", StationName="CT2"))
    assert differences(compare_tags(one, other)) == [
        ("Station Name", "second", None, "CT2"),
        ("KVP", "changed", "120", "100"),
        ("Protocol Name", "first", "Head", None),
    ]


def test_a_difference_deep_in_a_sequence_marks_the_way_to_it(
    write_dicom: Any, ramp: NDArray[np.int16]
) -> None:
    one = read_tags(write_dicom(ramp, AnatomicRegionSequence=[item(CodeMeaning="Liver")]))
    two = [item(CodeMeaning="Spleen"), item(CodeMeaning="Kidney")]
    other = read_tags(write_dicom(ramp, AnatomicRegionSequence=two))
    assert differences(compare_tags(one, other)) == [
        ("Anatomic Region Sequence", "inside", "1 item", "2 items"),
        ("Item 1", "inside", "", ""),
        ("Code Meaning", "changed", "Liver", "Spleen"),
        ("Item 2", "second", None, ""),
        ("Code Meaning", "second", None, "Kidney"),
    ]


def test_the_length_of_a_group_says_nothing_of_its_own(
    write_dicom: Any, ramp: NDArray[np.int16], tmp_path: Path
) -> None:
    first = write_dicom(ramp)
    dataset = pydicom.dcmread(first)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = UID("1.2")
    dataset.save_as(tmp_path / "other.dcm")
    compared = compare_tags(read_tags(first), read_tags(tmp_path / "other.dcm"))
    lengths = [row for row in compared if row.tag == "(0002,0000)"]
    assert [(row.difference, row.is_passing) for row in lengths] == [("changed", True)]


def test_private_attributes_are_paired_by_creator_in_whatever_block(
    write_dicom: Any, ramp: NDArray[np.int16], tmp_path: Path
) -> None:
    paths = []
    for number, creators in enumerate((["ACME"], ["OTHER", "ACME"])):
        dataset = pydicom.dcmread(write_dicom(ramp))
        for creator in creators:
            block = dataset.private_block(0x0051, creator, create=True)
            block.add_new(1, "LO", f"of {creator}")
        paths.append(tmp_path / f"{number}.dcm")
        dataset.save_as(paths[-1])
    rows = compare_tags(*(read_tags(path) for path in paths))
    acme = [row for row in rows if row.first == "of ACME"]
    assert [(row.tag, row.second, row.difference) for row in acme] == [
        ("(0051,1001)", "of ACME", "same")
    ]
    assert [row.second for row in rows if row.difference == "second" and row.second] == [
        "OTHER", "of OTHER",
    ]  # fmt: skip


@pytest.mark.parametrize("change", [b"\0" * 99 + b"\1", b"\0" * 101])
def test_binary_values_are_compared_whole(
    write_dicom: Any, ramp: NDArray[np.int16], change: bytes
) -> None:
    one = read_tags(write_dicom(ramp, ICCProfile=b"\0" * 100))
    other = read_tags(write_dicom(ramp, ICCProfile=change))
    assert [name for name, *_ in differences(compare_tags(one, other))] == ["ICC Profile"]


def test_long_texts_are_compared_beyond_what_is_shown(
    write_dicom: Any, ramp: NDArray[np.int16]
) -> None:
    one = read_tags(write_dicom(ramp, ImageComments="a" * 5000 + "x"))
    other = read_tags(write_dicom(ramp, ImageComments="a" * 5000 + "y"))
    assert [name for name, *_ in differences(compare_tags(one, other))] == ["Image Comments"]


def test_items_are_ordered_by_number(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    many = [item(CodeMeaning=str(number)) for number in range(12)]
    one = read_tags(write_dicom(ramp, AnatomicRegionSequence=many))
    other = read_tags(write_dicom(ramp, AnatomicRegionSequence=many[:3]))
    rows = compare_tags(one, other)
    assert [row.tag for row in rows if row.tag.startswith("Item")] == [
        f"Item {number}" for number in range(1, 13)
    ]


def test_the_groups_of_one_frame_are_listed_alone(
    write_dicom: Any, ramp: NDArray[np.int16]
) -> None:
    groups = [item(CodeMeaning=str(number)) for number in range(200)]
    path = write_dicom(ramp, PerFrameFunctionalGroupsSequence=groups)
    inner = [(row.tag, row.value) for row in read_tags(path, 150) if row.depth]
    assert inner == [("Item 151", ""), ("(0008,0104)", "150")]


def test_the_whole_value_is_kept_for_copying(write_dicom: Any, ramp: NDArray[np.int16]) -> None:
    rows = read_tags(write_dicom(ramp, ImageComments="first\nsecond"))
    (row,) = [row for row in rows if row.keyword == "ImageComments"]
    assert (row.value, row.whole) == ("first second", "first\nsecond")
