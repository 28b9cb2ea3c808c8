"""Standardised uptake values by body weight. No Qt.

SUVbw [g/ml] = activity [Bq/ml] * weight [g] / dose [Bq], the dose decayed to the time to which the
images were corrected. Source: QIBA FDG-PET/CT profile, the vendor-neutral computation; PS3.3 C.8.9.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydicom.dataset import Dataset

from precedent_viewer.dicom.values import item, number, text, texts
from precedent_viewer.errors import ViewerError

PHILIPS_GROUP, PHILIPS_CREATOR = 0x7053, "Philips PET Private Group"
PHILIPS_SUV, PHILIPS_BQML = 0x00, 0x09
"""Elements in the creator's block: usually (7053,1000) and (7053,1009)."""
_NONE = timedelta(0)
LONGEST_WAIT = timedelta(days=1)
"""An injection further back than this, in half-lives of PET tracers, is an error of the clock."""


class SuvError(ViewerError):
    """Uptake values cannot be computed; the sentence names what is missing."""


@dataclass(frozen=True, slots=True)
class SuvScale:
    """From modality values to SUVbw."""

    factor: float
    """SUVbw [g/ml] per modality value."""
    chain: str
    """How the factor came about, for a receipt."""


def suv_scale(dataset: Dataset) -> SuvScale:
    """Find the factor from an image's own header. Raises SuvError."""
    units = text(dataset, "Units")
    if units == "GML":
        return _from_grams(dataset)
    corrections = texts(dataset, "CorrectedImage")
    if units not in ("BQML", "CNTS"):
        raise SuvError(
            f"The PET image is in {units or 'no unit'}; SUV needs BQML, CNTS with the maker's "
            "factor, or GML."
        )
    if units == "CNTS":
        return _from_counts(dataset)
    if "ATTN" not in corrections or "DECY" not in corrections:
        raise SuvError("The PET image is not corrected for attenuation and decay, which SUV needs.")
    weight, dose, chain = _weight_and_dose(dataset)
    return SuvScale(weight * 1000 / dose, chain)


def _from_grams(dataset: Dataset) -> SuvScale:
    """Take values in g/ml as they are when they are by body weight. Source: PS3.3 C.8.9.1."""
    kind = text(dataset, "SUVType") or "BW"
    if kind != "BW":
        raise SuvError(
            f"The PET image holds SUV by {kind} (0054,1006), which is not the SUV by body weight."
        )
    return SuvScale(1.0, "The file holds SUVbw (g/ml) already.")


def _from_counts(dataset: Dataset) -> SuvScale:
    """Use the factors that one maker writes into private elements."""
    direct = _private(dataset, PHILIPS_SUV)
    if direct:
        return SuvScale(direct, f"Counts times the maker's SUV factor {direct:g} (7053,1000).")
    to_activity = _private(dataset, PHILIPS_BQML)
    if not to_activity:
        raise SuvError(
            "The PET image is in counts, and the maker's factors (7053,1000) and (7053,1009) are "
            "missing."
        )
    weight, dose, chain = _weight_and_dose(dataset)
    whole = f"Counts times {to_activity:g} Bq/ml (7053,1009). {chain}"
    return SuvScale(to_activity * weight * 1000 / dose, whole)


def _private(dataset: Dataset, element: int) -> float:
    """Read one of the maker's elements, in whichever block its creator reserved; 0 for none."""
    try:
        block = dataset.private_block(PHILIPS_GROUP, PHILIPS_CREATOR)
        found = float(str(block[element].value))
    except (KeyError, ValueError):
        return 0.0
    return found if math.isfinite(found) and found > 0 else 0.0


def _weight_and_dose(dataset: Dataset) -> tuple[float, float, str]:
    """Give kilograms, becquerels at the time of correction, and how they came about."""
    drug = item(dataset, "RadiopharmaceuticalInformationSequence")
    weight = number(dataset, "PatientWeight")
    dose = None if drug is None else number(drug, "RadionuclideTotalDose")
    half_life = None if drug is None else number(drug, "RadionuclideHalfLife")
    missing = [
        name
        for name, value in (
            ("the patient's weight (0010,1030)", weight),
            ("the injected dose (0018,1074)", dose),
            ("the half-life (0018,1075)", half_life),
        )
        if value is None or not math.isfinite(value) or value <= 0
    ]
    if missing:
        raise SuvError(f"SUV cannot be computed: {_listed(missing)} is missing or not positive.")
    assert drug is not None
    assert weight is not None
    assert dose is not None
    assert half_life is not None
    correction = text(dataset, "DecayCorrection")
    if correction == "ADMIN":
        return weight, dose, f"{weight:g} kg, {dose / 1e6:.4g} MBq, corrected to the injection."
    if correction != "START":
        raise SuvError(
            f"The decay correction is {correction or 'not told'} (0054,1102); SUV needs START or "
            "ADMIN."
        )
    start = _start_of_scan(dataset, half_life)
    wait = start - _injection(drug, start, _parted(text(dataset, "TimezoneOffsetFromUTC"))[1])
    if not timedelta(0) <= wait <= LONGEST_WAIT:
        raise SuvError(
            f"The injection lies {wait} before the scan, which cannot be; check both times."
        )
    left = dose * 2 ** (-wait.total_seconds() / half_life)
    minutes = wait.total_seconds() / 60
    chain = (
        f"{weight:g} kg, {dose / 1e6:.4g} MBq decayed over {minutes:.1f} min with a half-life of "
        f"{half_life / 60:.1f} min to {left / 1e6:.4g} MBq."
    )
    return weight, left, chain


def _start_of_scan(dataset: Dataset, half_life_s: float) -> datetime:
    """Give the time to which START corrects: the series', unless it was made anew later."""
    series = _moment(text(dataset, "SeriesDate"), text(dataset, "SeriesTime"))
    acquired = _moment(text(dataset, "AcquisitionDate"), text(dataset, "AcquisitionTime"))
    if series is not None and (acquired is None or series <= acquired):
        return series
    if acquired is None:
        raise SuvError("SUV cannot be computed: the time of the scan is missing.")
    # A series time after the images was written by a workstation. The image's reference time is
    # that of its mean count rate, counted from the start that is looked for.
    reference = number(dataset, "FrameReferenceTime")
    lasted = number(dataset, "ActualFrameDuration")
    if reference is None or not lasted or lasted <= 0:
        return acquired
    decay = math.log(2) / half_life_s
    seconds = lasted / 1000
    mean_at = math.log(decay * seconds / -math.expm1(-decay * seconds)) / decay
    return acquired + timedelta(seconds=mean_at - reference / 1000)


def _injection(drug: Dataset, start: datetime, here: timedelta | None) -> datetime:
    """Give the moment of the injection; a time without a date is on the day of the scan."""
    whole = text(drug, "RadiopharmaceuticalStartDateTime")
    if whole:
        clock, offset = _parted(whole[8:])
        moment = _moment(whole[:8], clock)
        if moment is not None:
            # Times of the series are local; an offset of the injection's own counts against it.
            return moment + (here - offset if here is not None and offset is not None else _NONE)
    moment = _moment(start.strftime("%Y%m%d"), text(drug, "RadiopharmaceuticalStartTime"))
    if moment is None:
        raise SuvError("SUV cannot be computed: the time of the injection (0018,1072) is missing.")
    return moment


def _parted(clock: str) -> tuple[str, timedelta | None]:
    """Part a time from its offset from UTC, `+hhmm` or `-hhmm`. PS3.5 table 6.2-1, DT."""
    for sign in "+-":
        time, found, offset = clock.partition(sign)
        if found and len(offset) >= 4 and offset[:4].isdecimal():
            away = timedelta(hours=int(offset[:2]), minutes=int(offset[2:4]))
            return time, away if sign == "+" else -away
    return clock, None


def _moment(day: str, clock: str) -> datetime | None:
    digits = clock.split(".", 1)[0]
    if not digits:
        return None
    fraction = clock.partition(".")[2][:6].ljust(6, "0")
    try:
        moment = datetime.strptime(day + digits.ljust(6, "0")[:6], "%Y%m%d%H%M%S")
        return moment + timedelta(microseconds=int(fraction or 0))
    except ValueError:
        return None


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
