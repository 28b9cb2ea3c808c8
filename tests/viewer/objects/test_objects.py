"""Documents of real studies, against pydicom's own reading of them and numbers by hand."""

from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from pydicom import dcmread

from precedent_viewer.dicom.frames import read_frame
from precedent_viewer.dicom.index import read_instance, read_item
from precedent_viewer.model.document import Document
from precedent_viewer.model.study import Frame, Series
from precedent_viewer.objects.contour_placing import roi_marks
from precedent_viewer.objects.key_objects import read_key_objects
from precedent_viewer.objects.overlays import Overlay, first_look, overlay_content
from precedent_viewer.objects.pdf import read_pdf
from precedent_viewer.objects.presentation import read_presentation
from precedent_viewer.objects.presented import PresentedReader, presented_series
from precedent_viewer.objects.report import read_report
from precedent_viewer.objects.segment_placing import placed_segments
from precedent_viewer.objects.segmentation import read_segmentation
from precedent_viewer.objects.structures import read_structures
from precedent_viewer.objects.value_grid import placed_values, read_value_grid
from precedent_viewer.objects.waveform import read_waveform
from precedent_viewer.render.display import render

PYDICOM = Path(pydicom.data.__file__).parent / "test_files"


def items_in(dataset: pydicom.Dataset) -> int:
    """Count the items of a content tree."""
    return 1 + sum(items_in(one) for one in dataset.get("ContentSequence", []))


def test_a_report_has_every_item_of_its_file() -> None:
    path = PYDICOM / "test-SR.dcm"
    item = read_item(path)
    assert isinstance(item, Document)
    assert item.kind == "sr"
    report = read_report(path)
    assert sum(1 for _ in report.root.walk()) == items_in(dcmread(path))
    texts = {str(one.TextValue) for one in dcmread(path).ContentSequence if "TextValue" in one}
    assert texts <= {one.value for one in report.root.walk()}


def test_traces_have_pydicoms_samples() -> None:
    path = PYDICOM / "waveform_ecg.dcm"
    theirs = dcmread(path)
    waveform = read_waveform(path)
    assert len(waveform.groups) == len(theirs.WaveformSequence)
    for number, group in enumerate(waveform.groups):
        expected = theirs.waveform_array(number)
        for at, channel in enumerate(group.channels):
            np.testing.assert_allclose(channel.samples, expected[:, at], rtol=1e-12)
    assert waveform.groups[0].frequency_hz == 1000
    assert waveform.groups[0].duration_s == pytest.approx(10)


@pytest.mark.parametrize(("said", "units", "times"), [("GY", "Gy", 1), ("RELATIVE", "%", 100)])
def test_a_dose_is_scaled_to_gray_or_to_percent(
    tmp_path: Path, said: str, units: str, times: int
) -> None:
    header = dcmread(PYDICOM / "rtdose.dcm")
    header.DoseUnits = said
    header.save_as(tmp_path / "dose.dcm")
    grid = read_value_grid(tmp_path / "dose.dcm")
    assert grid.units == units
    expected = times * header.pixel_array * float(header.DoseGridScaling)
    assert grid.highest == pytest.approx(float(expected.max()), rel=1e-6)


def test_a_dose_lies_on_its_own_planes_with_its_own_values() -> None:
    path = PYDICOM / "rtdose.dcm"
    header = dcmread(path)
    frame = Frame(read_instance(path), 4)
    values = placed_values(read_value_grid(path), frame)
    assert values is not None
    # The file's dose is relative: told in percent.
    expected = 100 * header.pixel_array[4] * float(header.DoseGridScaling)
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-6)


def test_a_pdf_comes_out_as_it_went_in(tmp_path: Path) -> None:
    header = dcmread(PYDICOM / "test-SR.dcm")
    header.SOPClassUID = "1.2.840.10008.5.1.4.1.1.104.1"
    header.file_meta.MediaStorageSOPClassUID = header.SOPClassUID
    content = b"%PDF-1.4\n%odd length"
    header.EncapsulatedDocument = content + b"\0" * (len(content) % 2)
    header.EncapsulatedDocumentLength, header.DocumentTitle = len(content), "Letter"
    header.save_as(tmp_path / "letter.dcm")
    pdf = read_pdf(tmp_path / "letter.dcm")
    assert (pdf.title, pdf.content) == ("Letter", content)


def test_a_segment_covers_the_pixels_that_its_file_says(shared_data: Path) -> None:
    folder = shared_data / "dicom/derived/dcmqi_ct_with_seg"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    headers = {path: dcmread(path, stop_before_pixels=True) for path in files}
    seg_path = next(path for path, one in headers.items() if one.Modality == "SEG")
    seg = dcmread(seg_path)
    checked = 0
    for at, groups in enumerate(seg.PerFrameFunctionalGroupsSequence):
        source = groups.DerivationImageSequence[0].SourceImageSequence[0]
        uid = str(source.ReferencedSOPInstanceUID)
        image = next((p for p, one in headers.items() if one.SOPInstanceUID == uid), None)
        if image is None:
            continue
        number = int(groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
        placed = placed_segments(
            read_segmentation(seg_path), Frame(read_instance(image), 0), {number}
        )
        np.testing.assert_array_equal(placed[number] > 0.5, seg.pixel_array[at] > 0)
        checked += 1
    assert checked > 0


def test_a_contour_goes_through_its_millimetres(shared_data: Path) -> None:
    folder = shared_data / "dicom/radiotherapy/breast_boost"
    structures = read_structures(folder / "rtss.dcm")
    image = dcmread(folder / "ct.0.dcm", stop_before_pixels=True)
    body = next(roi for roi in structures.rois if roi.name == "BODY")
    marks = roi_marks(body, Frame(read_instance(folder / "ct.0.dcm"), 0))
    assert marks
    origin, spacing = image.ImagePositionPatient, image.PixelSpacing
    level = float(origin[2])
    contour = min(body.contours, key=lambda one: abs(float(one.points[0][2]) - level))
    x, y = marks[0].points[0]
    assert x == pytest.approx((contour.points[0][0] - float(origin[0])) / spacing[1] + 0.5)
    assert y == pytest.approx((contour.points[0][1] - float(origin[1])) / spacing[0] + 0.5)


def test_regions_of_another_space_say_why_they_are_not_shown(shared_data: Path) -> None:
    folder = shared_data / "dicom/radiotherapy/phantom"
    structures = read_structures(folder / "rt.dcm")
    overlay = Overlay(folder / "rt.dcm", "study", structures)
    frame = Frame(read_instance(folder / "ct_1.dcm"), 0)
    content = overlay_content(overlay, first_look(structures), frame)
    assert "frame of reference" in content.notes[0]


def test_key_objects_name_every_image_of_the_file(shared_data: Path) -> None:
    folder = shared_data / "series/mr_brain_two_series"
    path = next(
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and dcmread(path, stop_before_pixels=True).Modality == "KO"
    )
    named = [
        str(one.ReferencedSOPSequence[0].ReferencedSOPInstanceUID)
        for one in dcmread(path).ContentSequence
        if one.ValueType == "IMAGE"
    ]
    found = [one.sop_instance_uid for one in read_key_objects(path).objects]
    assert found == named


def test_scrambled_tables_become_even_ramps(shared_data: Path) -> None:
    """The image is noise until all three tables of its presentation state are applied in order."""
    folder = shared_data / "dicom/presentation_state"
    presentation = read_presentation(folder / "prLUTs.dcm")
    series = presented_series(Series.of(read_instance(folder / "imageForPrLUTs.dcm")), presentation)
    levels = render(read_frame(series.frames[0]), None).astype(int)
    top = levels[100]
    assert (np.diff(top) >= 0).all()
    assert top[-1] - top[0] > 200


def test_six_overlays_of_the_image_its_unused_bits_and_its_presentation(shared_data: Path) -> None:
    # The image itself says what is to be seen: two planes in bits 15 and 14 of the pixels, two in
    # its own groups 6004 and 6006, two in groups 6008 and 600A of the presentation state.
    folder = shared_data / "dicom/presentation_state"
    image = read_instance(folder / "overlay.dcm")
    plain = read_frame(Frame(image, 0))
    assert sorted(one.group for one in plain.overlays) == [0x6000, 0x6002, 0x6004, 0x6006]
    state = read_presentation(folder / "prOverlay.dcm")
    seen = PresentedReader(image, state).read(0)
    groups = [0x6000, 0x6002, 0x6004, 0x6006, 0x6008, 0x600A]
    assert sorted(one.group for one in seen.overlays) == groups
    assert all(one.bits.any() for one in seen.overlays)
