"""What tells images of one place apart: echo, diffusion, energy, time, kind.

Only what a file says is read; which of it varies within a stack is for the stack to find out.
Source: PS3.3 C.8.3.1 (MR), C.8.2.1 (CT), C.8.9.4 (PET), C.7.6.2.1, C.7.6.16.2.
"""

import datetime
from collections.abc import Iterator

from pydicom.dataset import Dataset

from precedent_viewer.dicom.diffusion import private_b_value
from precedent_viewer.dicom.functional_groups import FunctionalGroups
from precedent_viewer.dicom.values import item, number, numbers, text, texts
from precedent_viewer.model.phases import Phase

Said = float | str | None
OF_MODALITY: dict[str, tuple[tuple[str, str], ...]] = {
    "MR": (
        ("EchoTime", "echo"), ("InversionTime", "inversion"), ("FlipAngle", "flip"),
        ("TriggerTime", "trigger"),
    ),
    "CT": (("KVP", "energy"), ("NominalPercentageOfCardiacPhase", "cycle")),
    "PT": (("FrameReferenceTime", "reference"), ("TriggerTime", "trigger")),
    "NM": (("TriggerTime", "trigger"),),
}  # fmt: skip
"""Numbers that single-frame images of a modality have, by keyword, with what they tell."""
OF_ANY = (("TemporalPositionIdentifier", "time"), ("AcquisitionNumber", "acquisition"))
IN_MACROS: tuple[tuple[str, str, str], ...] = (
    ("SegmentIdentificationSequence", "ReferencedSegmentNumber", "segment"),
    ("MREchoSequence", "EffectiveEchoTime", "echo"),
    ("MRModifierSequence", "InversionTimes", "inversion"),
    ("MRTimingAndRelatedParametersSequence", "FlipAngle", "flip"),
    ("MRDiffusionSequence", "DiffusionBValue", "b"),
    ("CTXRayDetailsSequence", "KVP", "energy"),
    ("CardiacSynchronizationSequence", "NominalPercentageOfCardiacPhase", "cycle"),
    ("CardiacSynchronizationSequence", "NominalCardiacTriggerDelayTime", "trigger"),
    ("FrameContentSequence", "TemporalPositionIndex", "time"),
    ("FrameContentSequence", "FrameAcquisitionNumber", "acquisition"),
)
"""The same in the functional groups of enhanced objects."""


def read_phases(
    dataset: Dataset, groups: FunctionalGroups, number_of_frames: int
) -> tuple[Phase, ...]:
    """Give what the file says of each frame's phase: one for all, or one a frame."""
    if groups.is_per_frame:
        return tuple(_kept(_of_frame(groups, index)) for index in range(number_of_frames))
    modality = text(dataset, "Modality")
    return (_kept((*_of_image(dataset, modality), *_diffusion_of_image(dataset, modality))),)


def _kept(found: Iterator[tuple[str, Said]] | tuple[tuple[str, Said], ...]) -> Phase:
    return tuple((name, said) for name, said in found if said is not None)


def _of_image(dataset: Dataset, modality: str) -> Iterator[tuple[str, Said]]:
    for keyword, name in (*OF_MODALITY.get(modality, ()), *OF_ANY):
        yield name, _scaled(name, number(dataset, keyword))
    # The third value and those after it are of this image; the first two of how it was made.
    yield "kind", "\\".join(texts(dataset, "ImageType")[2:]) or None
    if modality != "PT":
        at = _seconds(text(dataset, "AcquisitionTime")) if modality == "CT" else None
        yield "clock", at or _seconds(text(dataset, "ContentTime"))


def _scaled(name: str, value: float | None) -> float | None:
    """Give times of a clock in seconds; PET has milliseconds. PS3.3 C.8.9.4.1.6."""
    return value / 1000 if value is not None and name == "reference" else value


def _diffusion_of_image(dataset: Dataset, modality: str) -> Iterator[tuple[str, Said]]:
    if modality != "MR":
        return
    b_value = number(dataset, "DiffusionBValue")
    yield "b", private_b_value(dataset) if b_value is None else b_value
    yield "direction", _direction(numbers(dataset, "DiffusionGradientOrientation"))


def _of_frame(groups: FunctionalGroups, index: int) -> Iterator[tuple[str, Said]]:
    for sequence, keyword, name in IN_MACROS:
        macro = groups.macro(sequence, index)
        yield name, None if macro is None else number(macro, keyword)
    diffusion = groups.macro("MRDiffusionSequence", index)
    if diffusion is not None:
        gradient = item(diffusion, "DiffusionGradientDirectionSequence")
        along = () if gradient is None else numbers(gradient, "DiffusionGradientOrientation")
        yield "direction", _direction(along)
    for sequence in ("MRImageFrameTypeSequence", "CTImageFrameTypeSequence"):
        kind = groups.macro(sequence, index)
        if kind is not None:
            parts = (*texts(kind, "FrameType")[2:], text(kind, "ComplexImageComponent"))
            yield "kind", "\\".join(part for part in parts if part) or None
    content = groups.macro("FrameContentSequence", index)
    if content is not None:
        yield "reference", _seconds(text(content, "FrameReferenceDateTime"))
        yield "clock", _seconds(text(content, "FrameAcquisitionDateTime"))


def _direction(along: tuple[float, ...]) -> str:
    """Name a gradient's direction so that equal ones have equal names; "" for none."""
    return " ".join(f"{part:.4f}" for part in along) if len(along) == 3 and any(along) else ""


def _seconds(said: str) -> float | None:
    """Give a TM or DT value in seconds, counted from some day's midnight. PS3.5 6.2."""
    whole, _, fraction = said.split("+")[0].partition(".")
    day, clock = (whole[:8], whole[8:]) if len(whole) > 8 else ("", whole)
    if not clock.isdecimal() or len(clock) % 2 or not (fraction.isdecimal() or not fraction):
        return None
    hours, minutes, seconds = (int(clock[at : at + 2] or 0) for at in (0, 2, 4))
    try:
        days = datetime.datetime.strptime(day, "%Y%m%d").toordinal() if day else 0
    except ValueError:
        return None
    return 86400 * days + 3600 * hours + 60 * minutes + seconds + float(f"0.{fraction or 0}")
