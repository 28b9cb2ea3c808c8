"""Files to painted pixels without a window, for the command line and for tests. No Qt."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import read_frame
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.errors import FileError
from precedent_viewer.model.study import Frame
from precedent_viewer.painted import as_colour
from precedent_viewer.render.display import default_window, render


@dataclass(frozen=True, slots=True, eq=False)
class PaintedFile:
    """One frame as the viewer would first show it."""

    pixels: NDArray[np.uint8]
    """(rows, columns, 3)."""
    modality: str
    body_part: str
    laterality: str
    window: tuple[float, float] | None
    """Center and width; None for colour."""
    pixel_spacing_mm: tuple[float, float] | None
    """Between rows, then between columns."""
    notes: tuple[str, ...]
    """What the picture lacks against the file."""
    patient_key_source: str
    """PatientID, to be turned into a pseudonym; neither shown nor logged."""
    study_key_source: str
    """StudyInstanceUID, likewise."""


def render_file(path: Path, *, index: int = 0) -> PaintedFile:
    """Paint one frame of a file with the window it opens with.

    Raises a ViewerError with one sentence when the file cannot be shown or has no such frame.
    """
    instance = read_instance(path)
    if not 0 <= index < instance.number_of_frames:
        last = instance.number_of_frames - 1
        raise FileError(f"{path.name} has no image {index}.", f"Choose one from 0 to {last}.")
    pixels = read_frame(Frame(instance, index))
    window = None if pixels.is_colour else default_window(pixels)
    return PaintedFile(
        pixels=as_colour(render(pixels, None)),
        modality=instance.modality,
        body_part=instance.description.body_part,
        laterality=instance.description.laterality,
        window=None if window is None else (window.center, window.width),
        pixel_spacing_mm=instance.pixel_spacing_mm,
        notes=pixels.notes,
        patient_key_source=instance.description.patient_id,
        study_key_source=instance.study_uid,
    )


def frame_count(path: Path) -> int:
    """Count the frames of a file. Raises a ViewerError when it cannot be shown."""
    return read_instance(path).number_of_frames
