"""Waveforms as channels with units and a time axis. PS3.3 C.10.9."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from precedent_viewer.dicom.opened import open_dicom
from precedent_viewer.dicom.values import integer, item, items, number, text, value
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.errors import DecodeError, UnsupportedError
from precedent_viewer.objects.report import date_words, time_words

FORMATS: dict[tuple[int, str], str] = {
    (8, "SB"): "i1", (8, "UB"): "u1", (16, "SS"): "i2", (16, "US"): "u2",
    (32, "SL"): "i4", (32, "UL"): "u4", (64, "SV"): "i8", (64, "UV"): "u8",
}  # fmt: skip
"""Bits allocated and Waveform Sample Interpretation (5400,1006)."""
MU_LAW = ("MB", "AB")


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """One trace."""

    label: str
    units: str
    """UCUM code, such as "uV" or "mm[Hg]"; "" when the file does not say."""
    samples: NDArray[np.float64]
    """In units; NaN where the file holds the padding value."""
    start_s: float
    """Of the first sample, after the group's beginning."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Channels that were sampled together."""

    label: str
    frequency_hz: float
    channels: tuple[Channel, ...]

    @property
    def duration_s(self) -> float:
        """How long it lasts."""
        longest = max((channel.samples.size for channel in self.channels), default=0)
        return longest / self.frequency_hz


@dataclass(frozen=True, slots=True, eq=False)
class Waveform:
    """A waveform object."""

    title: str
    facts: tuple[tuple[str, str], ...]
    groups: tuple[Group, ...]
    notes: tuple[str, ...] = ()
    """What of it is not shown."""


def read_waveform(path: Path) -> Waveform:
    """Read a waveform. Raises FileError, DecodeError or UnsupportedError."""
    opened = open_dicom(path)
    with warnings_collected():
        return waveform_of(opened.dataset, path.name, is_little=opened.is_little_endian)


def waveform_of(dataset: Dataset, name: str, *, is_little: bool = True) -> Waveform:
    """Read the multiplex groups of a dataset; a broken one is left out and noted."""
    groups: list[Group] = []
    notes: list[str] = []
    for number_, one in enumerate(items(dataset, "WaveformSequence"), start=1):
        try:
            groups.append(_group(one, number_, name, is_little=is_little))
        except (DecodeError, UnsupportedError) as error:
            notes.append(error.message)
    if not groups:
        raise DecodeError(notes[0] if notes else f"{name}: it holds no waveform.")
    moment = text(dataset, "AcquisitionDateTime")
    facts = (
        ("Acquired", f"{date_words(moment[:8])} {time_words(moment[8:])}".strip()),
        ("Manufacturer", text(dataset, "Manufacturer")),
    )
    return Waveform(
        title=text(dataset, "SeriesDescription") or text(dataset, "StudyDescription") or "Waveform",
        facts=tuple((what, said) for what, said in facts if said),
        groups=tuple(groups),
        notes=tuple(notes),
    )


def _group(one: Dataset, number_: int, name: str, *, is_little: bool) -> Group:
    count, length = (
        integer(one, "NumberOfWaveformChannels"),
        integer(one, "NumberOfWaveformSamples"),
    )
    frequency = number(one, "SamplingFrequency")
    if not count or not length or not frequency or count < 0 or length < 0 or frequency <= 0:
        raise DecodeError(
            f"{name}: waveform group {number_} lacks its channels, samples or sampling frequency."
        )
    kind = (integer(one, "WaveformBitsAllocated") or 0, text(one, "WaveformSampleInterpretation"))
    if kind not in FORMATS:
        what = "mu-law or A-law" if kind[1] in MU_LAW else f"{kind[0]}-bit {kind[1][:4]}"
        raise UnsupportedError(f"{name}: waveform group {number_} has {what} samples, not shown.")
    form = np.dtype(("<" if is_little else ">") + FORMATS[kind])
    raw = value(one, "WaveformData")
    if not isinstance(raw, bytes) or len(raw) < count * length * form.itemsize:
        raise DecodeError(f"{name}: waveform group {number_} is cut off.")
    stored = np.frombuffer(raw, form, count * length).reshape(length, count)
    padding = value(one, "WaveformPaddingValue")
    is_padded = np.zeros(stored.shape, np.bool_)
    if isinstance(padding, bytes) and len(padding) >= form.itemsize:
        is_padded = stored == np.frombuffer(padding, form, 1)[0]
    every = items(one, "ChannelDefinitionSequence")
    channels = tuple(
        _channel(
            every[at] if at < len(every) else Dataset(),
            np.where(is_padded[:, at], np.nan, stored[:, at].astype(np.float64)),
            at, frequency,
        )
        for at in range(count)
    )  # fmt: skip
    return Group(text(one, "MultiplexGroupLabel") or f"Group {number_}", frequency, channels)


def _channel(one: Dataset, stored: NDArray[np.float64], at: int, frequency: float) -> Channel:
    """Scale samples: (stored + baseline) x sensitivity x correction. PS3.3 C.10.9.1.4.

    The baseline is given in units of the sensitivity, so it is added after the scaling.
    """
    sensitivity = number(one, "ChannelSensitivity")
    samples, units = stored, ""
    if sensitivity is not None:
        factor = number(one, "ChannelSensitivityCorrectionFactor")
        samples = stored * sensitivity * (1.0 if factor is None else factor)
        samples = samples + (number(one, "ChannelBaseline") or 0.0)
        code = item(one, "ChannelSensitivityUnitsSequence")
        units = "" if code is None else text(code, "CodeValue")
    source = item(one, "ChannelSourceSequence")
    label = text(one, "ChannelLabel") or ("" if source is None else text(source, "CodeMeaning"))
    skew = (number(one, "ChannelTimeSkew") or 0.0) / 1000
    skew += (number(one, "ChannelSampleSkew") or 0.0) / frequency
    return Channel(label or f"Channel {at + 1}", units, samples, skew)
