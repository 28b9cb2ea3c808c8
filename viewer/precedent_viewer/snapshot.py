"""What the view is at one moment, as an extension gets it. No Qt, no objects of the viewer."""

from dataclasses import dataclass

from precedent_viewer.model.orientation import EdgeLetters, edge_letters
from precedent_viewer.model.study import Frame
from precedent_viewer.view import View


@dataclass(frozen=True, slots=True)
class ViewSnapshot:
    """The painted frame and how it is painted. Texts are "" where the file says nothing."""

    sop_instance_uid: str
    series_uid: str
    study_uid: str
    frame_index: int
    """In its file, from 0."""
    number_of_frames: int
    modality: str
    body_part: str
    laterality: str
    window: tuple[float, float] | None
    """Center and width in modality units; None for colour."""
    inverted: bool
    rotation_quarters: int
    """Clockwise, after `flipped`."""
    flipped: bool
    """Whether it is mirrored left to right; top to bottom is that and two quarters more."""
    pixel_spacing_mm: tuple[float, float] | None
    """Between rows, then between columns."""
    orientation_letters: tuple[str, str, str, str] | None
    """Left, right, top, bottom as seen on the screen."""
    region: tuple[int, int, int, int] | None
    """x, y, width, height in pixels of the unturned image."""
    title: str
    """Series and image number; never the patient's name."""
    patient_key_source: str
    """PatientID, to be turned into a pseudonym; neither shown nor logged."""
    study_key_source: str
    """StudyInstanceUID, likewise."""
    notes: tuple[str, ...]
    """What the picture lacks against the file."""


def snapshot_of(view: View) -> ViewSnapshot | None:
    """Describe what is painted, None when no image is."""
    frame, pixels, series = view.shown_frame, view.pixels, view.series
    if frame is None or pixels is None or series is None:
        return None
    instance, viewport, window = frame.instance, view.place.viewport, view.grey.shown_window
    region = view.region
    said = instance.description
    return ViewSnapshot(
        sop_instance_uid=instance.sop_instance_uid,
        series_uid=instance.series_uid,
        study_uid=instance.study_uid,
        frame_index=frame.index,
        number_of_frames=instance.number_of_frames,
        modality=instance.modality,
        body_part=said.body_part,
        laterality=said.laterality,
        window=None if window is None else (window.center, window.width),
        inverted=view.grey.choice.inverted,
        rotation_quarters=(viewport.rotation_quarters + 2 * viewport.flipped_vertically) % 4,
        flipped=viewport.flipped_horizontally != viewport.flipped_vertically,
        pixel_spacing_mm=instance.pixel_spacing_mm,
        orientation_letters=letters_of(view, frame),
        region=None if region is None else (region.x, region.y, region.width, region.height),
        title=f"{series.title}, image {place_of(view, frame)} of {view.frame_count}",
        patient_key_source=said.patient_id,
        study_key_source=instance.study_uid,
        notes=pixels.notes,
    )


def place_of(view: View, frame: Frame) -> int:
    """Give a frame's place in the series, from 1: the painted one may lag behind the wanted one."""
    series = view.series
    if view.frame == frame or series is None or frame not in series.frames:
        return view.index + 1
    return series.frames.index(frame) + 1


def letters_of(view: View, frame: Frame) -> EdgeLetters | None:
    """Give the letters at the screen's edges for a frame as it is turned now."""
    viewport, plane = view.place.viewport, frame.plane
    return edge_letters(
        None if plane is None else plane.orientation,
        frame.instance.patient_orientation,
        rotation_quarters=viewport.rotation_quarters,
        flipped_horizontally=viewport.flipped_horizontally,
        flipped_vertically=viewport.flipped_vertically,
    )
