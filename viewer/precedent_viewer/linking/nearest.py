"""The frame of a series that is nearest to a place in the patient. No Qt."""

from collections.abc import Sequence

from precedent_viewer.model.plane import Plane, Point
from precedent_viewer.model.study import Frame


def share_space(one: Frame, other: Frame) -> bool:
    """Say whether the positions of two frames mean the same.

    The same frame of reference; where files do not name one, the same series.
    """
    mine, theirs = one.instance, other.instance
    if one.plane is None or other.plane is None:
        return False
    if mine.frame_of_reference_uid or theirs.frame_of_reference_uid:
        return mine.frame_of_reference_uid == theirs.frame_of_reference_uid
    return mine.series_uid == theirs.series_uid


def nearest_frame(frames: Sequence[Frame], point: Point, near: int = 0) -> int | None:
    """Give the index of the frame whose plane is nearest to a patient point.

    near: where several frames lie in one place (time points), the one nearest to this index.
    None when no frame lies in the patient.
    """
    best: tuple[float, int] | None = None
    found = None
    for index, frame in enumerate(frames):
        plane = frame.plane
        if plane is None:
            continue
        # To a thousandth of a millimetre: rounding must not decide between time points.
        away = (round(abs(plane.distance_to(point)), 3), abs(index - near))
        if best is None or away < best:
            best, found = away, index
    return found


def middle_of(frame: Frame) -> Point | None:
    """Give the patient point in the middle of a frame."""
    plane: Plane | None = frame.plane
    if plane is None:
        return None
    middle = plane.point_at(frame.instance.columns / 2, frame.instance.rows / 2)
    return plane.position if middle is None else middle
