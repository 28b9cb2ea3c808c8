"""What a hanging protocol knows of studies and series: words and counts, no pixels. No Qt."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from precedent_viewer.model.stacks import orientation_word
from precedent_viewer.model.study import Series, Study


@dataclass(frozen=True, slots=True)
class SeriesSummary:
    """One stack, by what its files say."""

    uid: str
    modality: str
    description: str = ""
    number: int | None = None
    orientation: str = ""
    """`axial`, `coronal`, `sagittal`, `oblique`; "" without positions."""
    body_part: str = ""
    laterality: str = ""
    images: int = 1

    @property
    def words(self) -> frozenset[str]:
        """The words of its description, in small letters."""
        return frozenset(words_of(self.description))

    @property
    def title(self) -> str:
        """How a reader calls it."""
        number = "" if self.number is None else f" {self.number}"
        return self.description or f"{self.modality} series{number}"


@dataclass(frozen=True, slots=True)
class StudySummary:
    """One study."""

    uid: str
    patient: str = ""
    """Equal for studies of one patient; "" when the files name none."""
    date: str = ""
    """YYYYMMDD, and the time after it where it is known."""
    description: str = ""
    series: tuple[SeriesSummary, ...] = ()

    @property
    def words(self) -> frozenset[str]:
        """The words of its description, in small letters."""
        return frozenset(words_of(self.description))

    @property
    def modalities(self) -> frozenset[str]:
        """Those of its series."""
        return frozenset(one.modality for one in self.series)

    @property
    def day(self) -> str:
        """Its date, `2025-03-01`; "" without one."""
        day = self.date[:8]
        return f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else ""

    @property
    def title(self) -> str:
        """Date, description and modalities, without the patient."""
        kinds = "/".join(sorted(one for one in self.modalities if one))
        words = ", ".join(part for part in (self.description or "Study", kinds) if part)
        return f"{self.day}  {words}" if self.day else words


def words_of(text: str) -> tuple[str, ...]:
    """Give the words of a text in small letters: letters and digits, split at all else."""
    return tuple(re.findall(r"[^\W_]+", text.casefold()))


def summary_of(study: Study) -> StudySummary:
    """Sum up an open study."""
    said = study.description
    return StudySummary(
        study.uid,
        said.patient_id or said.patient_name,
        _moment(said.study_date, said.study_time),
        said.study_description,
        tuple(_series_summary(one) for one in study.series),
    )


def _moment(date: str, time: str) -> str:
    """Give date and time so that later ones sort later; dots are of ACR-NEMA files."""
    day = date.replace(".", "").strip()
    return day + time if len(day) == 8 and day.isdigit() else ""


def _series_summary(series: Series) -> SeriesSummary:
    said, frames = series.description, series.frames
    plane = frames[len(frames) // 2].plane if frames else None
    return SeriesSummary(
        uid=series.uid,
        modality=series.modality,
        description=said.series_description,
        number=said.series_number,
        orientation="" if plane is None else orientation_word(plane),
        body_part=said.body_part.strip().upper(),
        laterality=said.laterality.strip().upper(),
        images=len(frames),
    )


def priors_of(study: StudySummary, others: Iterable[StudySummary]) -> tuple[StudySummary, ...]:
    """Give the earlier studies of the same patient, the newest first.

    A study without patient or date has no priors and is none.
    """
    if not (study.patient and study.date):
        return ()
    earlier = [
        one
        for one in others
        if one.uid != study.uid and one.patient == study.patient and one.date
        if one.date < study.date
    ]
    return tuple(sorted(earlier, key=lambda one: one.date, reverse=True))
