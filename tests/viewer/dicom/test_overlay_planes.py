"""Overlay planes against pydicom's own reading and planes made by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from tests.viewer.dicom.conftest import SaveDataset, image_dataset

from precedent_viewer.dicom.frames import FramePixels, read_frame
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.dicom.overlay_planes import read_overlay_groups
from precedent_viewer.model.study import Frame

PACKAGE_FILES = Path(pydicom.__file__).parent / "data" / "test_files"


def shown(path: Path, index: int = 0) -> FramePixels:
    return read_frame(Frame(read_instance(path), index))


def with_plane(
    dataset: FileDataset, bits: NDArray[Any], row: int = 1, column: int = 1
) -> FileDataset:
    """Add group 6000: (rows, columns) or (frames, rows, columns) of 0 and 1."""
    rows, columns = bits.shape[-2:]
    dataset.add_new(0x60000010, "US", rows)
    dataset.add_new(0x60000011, "US", columns)
    if bits.ndim == 3:
        dataset.add_new(0x60000015, "IS", len(bits))
    dataset.add_new(0x60000040, "CS", "G")
    dataset.add_new(0x60000050, "SS", [row, column])
    dataset.add_new(0x60000100, "US", 1)
    dataset.add_new(0x60000102, "US", 0)
    packed = np.packbits(bits.astype(np.uint8).ravel(), bitorder="little").tobytes()
    dataset.add_new(0x60003000, "OW", packed + bytes(len(packed) % 2))
    return dataset


def test_planes_of_a_real_file_are_those_that_pydicom_reads() -> None:
    path = PACKAGE_FILES / "examples_overlay.dcm"
    dataset = pydicom.dcmread(path)
    pixels = shown(path)
    groups = [group for group in range(0x6000, 0x6020, 2) if (group, 0x3000) in dataset]
    assert groups
    assert [one.group for one in pixels.overlays] == groups
    for one in pixels.overlays:
        wanted = dataset.overlay_array(one.group)
        np.testing.assert_array_equal(one.bits, wanted if wanted.ndim == 2 else wanted[0])


def test_a_plane_lies_where_its_origin_says(save: SaveDataset) -> None:
    bits = np.ones((2, 2), np.uint8)
    path = save(with_plane(image_dataset(np.zeros((4, 5), np.uint16)), bits, row=3, column=5))
    mask = shown(path).overlays[0].on((4, 5))
    # Row 3 and column 5 counted from 1: the plane's second column lies outside of the image.
    assert np.argwhere(mask).tolist() == [[2, 4], [3, 4]]


def test_each_frame_has_the_plane_that_belongs_to_it(save: SaveDataset) -> None:
    # 15 bits a plane: the second one begins within a byte.
    bits = np.zeros((2, 3, 5), np.uint8)
    bits[0, 0, 0] = bits[1, 2, 4] = 1
    dataset = with_plane(image_dataset(np.zeros((4, 3, 5), np.uint16)), bits)
    dataset.add_new(0x60000051, "US", 2)
    path = save(dataset)
    assert shown(path, 0).overlays == ()
    assert np.argwhere(shown(path, 1).overlays[0].bits).tolist() == [[0, 0]]
    assert np.argwhere(shown(path, 2).overlays[0].bits).tolist() == [[2, 4]]
    assert shown(path, 3).overlays == ()


def test_words_of_big_endian_files_are_turned() -> None:
    bits = np.zeros((1, 16), np.uint8)
    bits[0, 3] = 1
    dataset = with_plane(image_dataset(np.zeros((1, 16), np.uint16)), bits)
    dataset.add_new(0x60003000, "OW", dataset[0x60003000].value[::-1])
    plane = read_overlay_groups(dataset, is_little=False)[0].plane(0)
    assert plane is not None
    assert np.argwhere(plane.bits).tolist() == [[0, 3]]


def test_a_plane_in_the_bits_above_the_values(save: SaveDataset) -> None:
    values = np.array([[5, 6], [7, 4095]], np.uint16)
    plane = np.array([[1, 0], [0, 1]], np.uint16)
    dataset = image_dataset(values | plane << 12)
    dataset.BitsStored, dataset.HighBit = 12, 11
    dataset.add_new(0x60020010, "US", 2)
    dataset.add_new(0x60020011, "US", 2)
    dataset.add_new(0x60020050, "SS", [1, 1])
    dataset.add_new(0x60020100, "US", 16)
    dataset.add_new(0x60020102, "US", 12)
    pixels = shown(save(dataset))
    np.testing.assert_array_equal(pixels.stored, values)
    assert pixels.overlays[0].group == 0x6002
    np.testing.assert_array_equal(pixels.overlays[0].bits, plane)


def test_values_in_the_upper_bits_come_down(save: SaveDataset) -> None:
    values = np.array([[1, 2], [3, 4095]], np.uint16)
    dataset = image_dataset(values << 4)
    dataset.BitsStored, dataset.HighBit = 12, 15
    pixels = shown(save(dataset))
    np.testing.assert_array_equal(pixels.stored, values)
    assert pixels.notes == ()


def test_a_high_bit_that_no_value_reaches_is_not_followed_and_said(save: SaveDataset) -> None:
    values = np.array([[1, 2], [3, 4095]], np.uint16)
    dataset = image_dataset(values)
    dataset.BitsStored, dataset.HighBit = 12, 15
    pixels = shown(save(dataset))
    np.testing.assert_array_equal(pixels.stored, values)
    assert "High Bit 15" in pixels.notes[0]


def test_planes_that_cannot_be_are_left_out() -> None:
    dataset = with_plane(image_dataset(np.zeros((4, 4), np.uint16)), np.ones((4, 4), np.uint8))
    dataset[0x60000010].value = 60000
    assert read_overlay_groups(dataset, is_little=True)[0].plane(0) is None
    dataset[0x60000010].value = 0
    assert read_overlay_groups(dataset, is_little=True) == ()
