"""Sequences out of their bytes equal what pydicom makes of them; the rest is left to pydicom."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset
from pydicom.tag import Tag

from precedent_viewer.dicom.functional_groups import functional_groups
from precedent_viewer.dicom.geometry import read_geometry
from precedent_viewer.dicom.phases import read_phases
from precedent_viewer.dicom.raw_items import as_dataset, raw_items

PER_FRAME = Tag("PerFrameFunctionalGroupsSequence")


def nested(*, is_undefined: bool) -> Dataset:
    """Two frames with a macro, a nested sequence, an empty one and one of all forms of values."""
    made = Dataset()
    made.PerFrameFunctionalGroupsSequence = []
    for number in (1, 2):
        frame, place, gradient, diffusion = Dataset(), Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = [1.5, -2.25, 10.0 * number]
        gradient.DiffusionGradientOrientation = [0.0, 1.0, 0.5]
        diffusion.DiffusionBValue = 1000.0
        diffusion.DiffusionGradientDirectionSequence = [gradient]
        frame.PlanePositionSequence = [place]
        frame.MRDiffusionSequence = [diffusion]
        frame.FrameContentSequence = []
        frame.EncapsulatedDocument = b"\1\2\3\4"
        made.PerFrameFunctionalGroupsSequence.append(frame)
        for one in (frame, place, diffusion, gradient):
            one.is_undefined_length_sequence_item = is_undefined
        frame["MRDiffusionSequence"].is_undefined_length = is_undefined
        diffusion["DiffusionGradientDirectionSequence"].is_undefined_length = is_undefined
    return made


def reread(made: Dataset, *, is_implicit: bool, is_little: bool = True) -> Dataset:
    """Write a dataset and read it again, so that its elements are as in a file."""
    out = DicomBytesIO()
    out.is_implicit_VR, out.is_little_endian = is_implicit, is_little
    write_dataset(out, made)
    return read_dataset(io.BytesIO(out.getvalue()), is_implicit, is_little)


@pytest.mark.parametrize("is_undefined", [False, True])
@pytest.mark.parametrize(
    ("is_implicit", "is_little"), [(True, True), (False, True), (False, False)]
)
def test_items_equal_pydicoms(is_undefined: bool, is_implicit: bool, is_little: bool) -> None:
    made = nested(is_undefined=is_undefined)
    read = reread(made, is_implicit=is_implicit, is_little=is_little)
    element: object = read.get_item(PER_FRAME)
    assert isinstance(element, RawDataElement)
    items = raw_items(element)
    assert items is not None
    assert [as_dataset(one, element) for one in items] == list(
        made.PerFrameFunctionalGroupsSequence
    )


@pytest.mark.parametrize("is_undefined", [False, True])
def test_macros_are_the_same_by_both_ways(is_undefined: bool) -> None:
    made = nested(is_undefined=is_undefined)
    plain = functional_groups(reread(made, is_implicit=False))
    converted = functional_groups(made)
    for index in (0, 1):
        for keyword in ("PlanePositionSequence", "MRDiffusionSequence", "FrameContentSequence",
                        "PixelMeasuresSequence"):  # fmt: skip
            assert plain.macro(keyword, index) == converted.macro(keyword, index)


def both_ways(path: Path) -> None:
    """Compare what a file's frames say, out of its bytes and as pydicom converts it."""
    raw, converted = dcmread(path), dcmread(path)
    frames = len(converted.PerFrameFunctionalGroupsSequence)
    one, other = functional_groups(raw), functional_groups(converted)
    assert read_phases(raw, one, frames) == read_phases(converted, other, frames)
    assert read_geometry(raw, one, frames) == read_geometry(converted, other, frames)


def test_a_segmentation_says_the_same_by_both_ways() -> None:
    path = get_testdata_file("liver_1frame.dcm")
    assert isinstance(path, str)
    both_ways(Path(path))


@pytest.mark.parametrize(
    "name",
    [
        "dicom/modality/mr_enhanced_64f_fieldmap.dcm", "dicom/modality/mr_enhanced_8f_implicit.dcm",
        "dicom/modality/mr_enhanced_19f_knee.dcm", "series/odd/mr_enhanced_32f_dti/IM_001.dcm",
        "dicom/derived/seg_image_sm_control_labelmap.dcm",
    ],
)  # fmt: skip
def test_real_files_say_the_same_by_both_ways(shared_data: Path, name: str) -> None:
    both_ways(shared_data / name)


@given(st.data())
def test_damaged_bytes_are_left_to_pydicom_or_read(data: st.DataObject) -> None:
    element: object = reread(nested(is_undefined=True), is_implicit=False).get_item(PER_FRAME)
    assert isinstance(element, RawDataElement)
    value = bytearray(element.value or b"")
    for _ in range(data.draw(st.integers(1, 6))):
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(value)))
    found = raw_items(element._replace(value=bytes(value[:cut])))
    assert found is None or sum(len(one) for one in found) <= len(value) // 8


def test_sequences_too_deep_are_left_to_pydicom() -> None:
    inner = Dataset()
    inner.is_undefined_length_sequence_item = True
    for _ in range(40):
        outer = Dataset()
        outer.ContentSequence = [inner]
        outer["ContentSequence"].is_undefined_length = True
        outer.is_undefined_length_sequence_item = True
        inner = outer
    made = Dataset()
    made.PerFrameFunctionalGroupsSequence = [inner]
    assert raw_items(reread(made, is_implicit=False).get_item(PER_FRAME)) is None


def test_what_is_converted_is_left_as_it_is() -> None:
    assert raw_items(nested(is_undefined=False)[PER_FRAME]) is None
