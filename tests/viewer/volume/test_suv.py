"""Uptake values by hand, and every attribute that may be missing named."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from precedent_viewer.dicom.opened import open_dicom
from precedent_viewer.volume.suv import SuvError, suv_scale

PET = Path(__file__).parents[4] / "shared" / "data" / "series" / "pet_ct"


def header() -> Dataset:
    """70 kg, 370 MBq of fluorine-18 an hour before the scan."""
    made = Dataset()
    made.Units, made.CorrectedImage = "BQML", ["ATTN", "DECY", "SCAT"]
    made.DecayCorrection, made.PatientWeight = "START", 70
    made.SeriesDate, made.SeriesTime = "20250102", "110000"
    made.AcquisitionDate, made.AcquisitionTime = "20250102", "110000"
    drug = Dataset()
    drug.RadionuclideTotalDose, drug.RadionuclideHalfLife = 370e6, 6586.2
    drug.RadiopharmaceuticalStartTime = "100000.00"
    made.RadiopharmaceuticalInformationSequence = [drug]
    return made


def test_an_hour_of_decay_by_hand() -> None:
    # 370 MBq * 2^(-3600 / 6586.2) = 253.3 MBq; 70,000 g / 253.3e6 Bq.
    left = 370e6 * math.exp(-math.log(2) * 3600 / 6586.2)
    assert left == pytest.approx(253.3e6, rel=1e-3)
    assert suv_scale(header()).factor == pytest.approx(70_000 / left)


def test_a_correction_to_the_injection_needs_no_decay() -> None:
    made = header()
    made.DecayCorrection = "ADMIN"
    assert suv_scale(made).factor == pytest.approx(70_000 / 370e6)


def test_an_injection_before_midnight_has_its_own_date() -> None:
    made = header()
    made.SeriesTime = made.AcquisitionTime = "003000"
    drug = made.RadiopharmaceuticalInformationSequence[0]
    drug.RadiopharmaceuticalStartDateTime = "20250101233000"
    left = 370e6 * 2 ** (-3600 / 6586.2)
    assert suv_scale(made).factor == pytest.approx(70_000 / left)


def test_a_series_time_written_later_is_not_taken() -> None:
    made = header()
    made.SeriesTime = "180000"
    # The first frame of a scan begins at its start: a reference time of its own mean count rate.
    decay, seconds = math.log(2) / 6586.2, 120.0
    mean_at = math.log(decay * seconds / (1 - math.exp(-decay * seconds))) / decay
    made.ActualFrameDuration, made.FrameReferenceTime = 120_000, 1000 * mean_at
    left = 370e6 * 2 ** (-3600 / 6586.2)
    assert suv_scale(made).factor == pytest.approx(70_000 / left, rel=1e-6)


def test_grams_per_millilitre_are_suv_already() -> None:
    made = Dataset()
    made.Units = "GML"
    assert suv_scale(made).factor == 1


def test_grams_per_millilitre_by_lean_mass_are_not_by_weight() -> None:
    # PS3.3 C.8.9.1: SUV Type BW when absent; LBM is another quantity in the same unit.
    made = Dataset()
    made.Units, made.SUVType = "GML", "LBM"
    with pytest.raises(SuvError, match="LBM"):
        suv_scale(made)
    made.SUVType = "BW"
    assert suv_scale(made).factor == 1


def test_a_series_written_on_a_later_day_keeps_the_day_of_the_scan() -> None:
    made = header()
    made.SeriesDate, made.SeriesTime = "20250105", "090000"
    left = 370e6 * 2 ** (-3600 / 6586.2)
    assert suv_scale(made).factor == pytest.approx(70_000 / left)


def test_counts_need_the_makers_factor() -> None:
    made = header()
    made.Units = "CNTS"
    with pytest.raises(SuvError, match=r"\(7053,1000\)"):
        suv_scale(made)
    made.add_new(0x70530010, "LO", "Philips PET Private Group")
    made.add_new(0x70531000, "DS", "0.000587")
    assert suv_scale(made).factor == pytest.approx(0.000587)


def test_an_injection_in_another_time_zone_is_brought_to_the_scans() -> None:
    made = header()
    made.TimezoneOffsetFromUTC = "+0100"
    drug = made.RadiopharmaceuticalInformationSequence[0]
    # 09:00 in UTC is 10:00 where the scan was, an hour before it.
    drug.RadiopharmaceuticalStartDateTime = "20250102090000+0000"
    left = 370e6 * 2 ** (-3600 / 6586.2)
    assert suv_scale(made).factor == pytest.approx(70_000 / left)


def test_another_makers_private_elements_are_not_taken() -> None:
    made = header()
    made.Units = "CNTS"
    made.add_new(0x70530010, "LO", "SOMEBODY ELSE")
    made.add_new(0x70531000, "DS", "0.5")
    with pytest.raises(SuvError, match=r"\(7053,1000\)"):
        suv_scale(made)


Change = Callable[[Dataset], None]


def _without_weight(made: Dataset) -> None:
    del made.PatientWeight


def _without_drug(made: Dataset) -> None:
    del made.RadiopharmaceuticalInformationSequence


def _no_dose(made: Dataset) -> None:
    made.RadiopharmaceuticalInformationSequence[0].RadionuclideTotalDose = 0


def _no_time(made: Dataset) -> None:
    del made.RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStartTime


def _later(made: Dataset) -> None:
    made.RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStartTime = "120000"


def _uncorrected(made: Dataset) -> None:
    made.CorrectedImage = ["ATTN"]


def _other_correction(made: Dataset) -> None:
    made.DecayCorrection = "NONE"


def _percent(made: Dataset) -> None:
    made.Units = "PCNT"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without_weight, "patient's weight"),
        (_without_drug, "injected dose .* and the half-life"),
        (_no_dose, "injected dose"),
        (_no_time, "time of the injection"),
        (_later, "cannot be"),
        (_uncorrected, "not corrected"),
        (_other_correction, "NONE"),
        (_percent, "PCNT"),
    ],
)
def test_what_is_missing_is_named(change: Change, said: str) -> None:
    made = header()
    change(made)
    with pytest.raises(SuvError, match=said):
        suv_scale(made)


@pytest.mark.skipif(not PET.is_dir(), reason="the shared test data is not here")
def test_a_real_pet_image_is_scaled_by_its_own_header() -> None:
    files = [path for path in sorted(PET.rglob("*.dcm")) if path.is_file()]
    headers = (dcmread(path, stop_before_pixels=True) for path in files)
    made = next(one for one in headers if one.Modality == "PT")
    drug = made.RadiopharmaceuticalInformationSequence[0]

    def seconds(clock: str) -> float:
        return 3600 * int(clock[:2]) + 60 * int(clock[2:4]) + float(clock[4:])

    start = min(seconds(str(made.SeriesTime)), seconds(str(made.AcquisitionTime)))
    wait = start - seconds(str(drug.RadiopharmaceuticalStartTime))
    left = float(drug.RadionuclideTotalDose) * 2 ** (-wait / float(drug.RadionuclideHalfLife))
    wanted = 1000 * float(made.PatientWeight) / left
    assert suv_scale(open_dicom(Path(str(made.filename))).dataset).factor == pytest.approx(wanted)
