"""What files say about phases, out of public and private attributes."""

import pytest
from pydicom.dataset import Dataset

from precedent_viewer.dicom.functional_groups import functional_groups
from precedent_viewer.dicom.phases import read_phases
from precedent_viewer.model.phases import Phase


def phases_of(dataset: Dataset, frames: int = 1) -> tuple[Phase, ...]:
    return read_phases(dataset, functional_groups(dataset), frames)


def mr(**said: object) -> Dataset:
    made = Dataset()
    made.Modality = "MR"
    for keyword, value in said.items():
        setattr(made, keyword, value)
    return made


@pytest.mark.parametrize(
    ("maker", "creator", "tag", "vr", "value", "b"),
    [
        ("SIEMENS", "SIEMENS MR HEADER", 0x0019100C, "IS", "800", 800),
        ("Siemens Healthineers", "SIEMENS MR HEADER", 0x0019100C, "IS", "0", 0),
        ("Philips Medical Systems", "Philips Imaging DD 001", 0x20011003, "FL", 600.0, 600),
        ("GE MEDICAL SYSTEMS", "GEMS_PARM_01", 0x00431039, "IS", [1000001000, 8, 0, 0], 1000),
        ("UIH", "Image Private Header", 0x00651009, "FD", 50.0, 50),
        ("GE MEDICAL SYSTEMS", "SOMETHING ELSE", 0x00431039, "IS", [7, 8, 0, 0], None),
        ("Hitachi", "GEMS_PARM_01", 0x00431039, "IS", [7, 8, 0, 0], None),
    ],
)  # fmt: skip
def test_makers_keep_the_b_value_in_places_of_their_own(
    maker: str, creator: str, tag: int, vr: str, value: object, b: float | None
) -> None:
    made = mr(Manufacturer=maker)
    made.add_new((tag >> 16, 0x10), "LO", creator)
    made.add_new(tag, vr, value)
    assert dict(phases_of(made)[0]).get("b") == b


def test_the_public_b_value_goes_before_a_private_one() -> None:
    made = mr(Manufacturer="SIEMENS", DiffusionBValue=500.0)
    made.add_new(0x00190010, "LO", "SIEMENS MR HEADER")
    made.add_new(0x0019100C, "IS", "800")
    assert dict(phases_of(made)[0])["b"] == 500


def test_equal_gradients_have_equal_names_and_none_is_empty() -> None:
    said = [
        dict(phases_of(mr(DiffusionGradientOrientation=along))[0])["direction"]
        for along in ([1, 0, 0], [1.00001, 0, 0], [0, 1, 0], [0, 0, 0])
    ]
    assert said[0] == said[1] != said[2]
    assert said[3] == ""


def test_what_image_type_says_of_the_image_itself_is_kept() -> None:
    assert dict(phases_of(mr(ImageType=["ORIGINAL", "PRIMARY", "M", "ND"]))[0])["kind"] == "M\\ND"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("101530.25", 36930.25), ("1015", 36900), ("10", 36000), ("101", None), ("", None),
     ("ab", None)],
)  # fmt: skip
def test_times_of_the_day_are_read_in_seconds(text: str, seconds: float | None) -> None:
    made = Dataset()
    made.Modality, made.AcquisitionTime = "CT", text
    assert dict(phases_of(made)[0]).get("clock") == seconds


def test_frames_past_midnight_come_later() -> None:
    made = Dataset()
    made.PerFrameFunctionalGroupsSequence = []
    for moment in ("20240229235959.5", "20240301000001.0+0100"):
        content, frame = Dataset(), Dataset()
        content.FrameReferenceDateTime = moment
        frame.FrameContentSequence = [content]
        made.PerFrameFunctionalGroupsSequence.append(frame)
    before, after = (dict(one)["reference"] for one in phases_of(made, 2))
    assert float(after) - float(before) == pytest.approx(1.5)


def test_pet_gives_the_time_of_a_frame_in_milliseconds() -> None:
    made = Dataset()
    made.Modality, made.FrameReferenceTime = "PT", "12500"
    assert dict(phases_of(made)[0])["reference"] == 12.5
