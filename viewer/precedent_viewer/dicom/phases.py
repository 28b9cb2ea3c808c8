"""What tells images of one place apart: echo, diffusion, time. PS3.3 C.8.13, C.7.6.16.2, C.12.

Only what a file says is read; which of it varies within a stack is for the stack to find out.
"""

from pydicom.dataset import Dataset

from precedent_viewer.dicom.functional_groups import FunctionalGroups
from precedent_viewer.dicom.values import number, numbers
from precedent_viewer.model.order import Phase

PLAIN: tuple[tuple[str, str], ...] = (
    ("EchoTime", "echo"),
    ("DiffusionBValue", "b"),
    ("TemporalPositionIdentifier", "time"),
    ("TriggerTime", "trigger"),
    ("ActualFrameDuration", "duration"),
    ("FrameReferenceTime", "reference"),
    ("AcquisitionNumber", "acquisition"),
)
"""Attributes of single-frame images, the most telling first."""
IN_MACROS: tuple[tuple[str, str, str], ...] = (
    ("MREchoSequence", "EffectiveEchoTime", "echo"),
    ("MRDiffusionSequence", "DiffusionBValue", "b"),
    ("FrameContentSequence", "TemporalPositionIndex", "time"),
    ("CardiacSynchronizationSequence", "NominalCardiacTriggerDelayTime", "trigger"),
    ("FrameContentSequence", "FrameReferenceDateTime", "reference"),
    ("FrameContentSequence", "FrameAcquisitionNumber", "acquisition"),
)
"""The same in the functional groups of enhanced objects."""


def read_phases(
    dataset: Dataset, groups: FunctionalGroups, number_of_frames: int
) -> tuple[Phase, ...]:
    """Give what the file says of each frame's phase: one for all, or one a frame."""
    if groups.is_per_frame:
        return tuple(_of_frame(groups, index) for index in range(number_of_frames))
    found = ((name, number(dataset, keyword)) for keyword, name in PLAIN)
    return (tuple((name, value) for name, value in found if value is not None),)


def _of_frame(groups: FunctionalGroups, index: int) -> Phase:
    found: list[tuple[str, float]] = []
    for sequence, keyword, name in IN_MACROS:
        macro = groups.macro(sequence, index)
        values = () if macro is None else numbers(macro, keyword)
        if values:
            found.append((name, values[0]))
    return tuple(found)
