"""Draw the contours of a region on a shown frame, whatever its angle.

On an image that lies parallel the contours of its own slice are drawn. An image that cuts the
contours shows the stretches that lie inside of them (even-odd rule), one a contour.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.layers import Mark
from precedent_viewer.model.plane import Plane
from precedent_viewer.model.study import Frame
from precedent_viewer.objects.structures import Contour, Roi

FLAT_MM = 0.2
"""A contour whose points differ by less along the image's normal lies parallel to it."""
USUAL_GAP_MM = 1.0
"""Distance between contours that is assumed where a region has a single one."""
Points = NDArray[np.float64]


def can_place(roi: Roi, frame: Frame) -> bool:
    """Say whether a region's millimetres are those of a frame."""
    if frame.plane is None or frame.plane.pixel_spacing_mm is None:
        return False
    space = frame.instance.frame_of_reference_uid
    if space and roi.frame_of_reference_uid:
        return space == roi.frame_of_reference_uid
    uid = frame.instance.sop_instance_uid
    return any(one.sop_instance_uid == uid for one in roi.contours)


def roi_marks(roi: Roi, frame: Frame) -> tuple[Mark, ...]:
    """Give what of a region is drawn on a frame."""
    plane = frame.plane
    if plane is None or not can_place(roi, frame):
        return ()
    normal = np.array(plane.normal)
    level = float(np.array(plane.position) @ normal)
    named: list[Contour] = []
    flat: list[tuple[float, Contour]] = []
    marks: list[Mark] = []
    for contour in roi.contours:
        away = contour.points @ normal - level
        if contour.sop_instance_uid == frame.instance.sop_instance_uid:
            named.append(contour)
        elif float(np.ptp(away)) < FLAT_MM or contour.kind == "POINT":
            flat.append((abs(float(away.mean())), contour))
        elif contour.kind == "CLOSED":
            marks += _crossings(contour.points, away, plane, roi.colour)
    shown = named or _of_this_slice(flat, roi)
    return (*(_outline(one, plane, roi.colour) for one in shown), *marks)


def _of_this_slice(flat: list[tuple[float, Contour]], roi: Roi) -> list[Contour]:
    """Keep the contours of the nearest slice, when it is nearer than half their distance."""
    if not flat:
        return []
    nearest = min(away for away, _ in flat)
    if nearest > (roi.slice_gap_mm or USUAL_GAP_MM) / 2 + 1e-3:
        return []
    return [one for away, one in flat if away <= nearest + FLAT_MM / 2]


def _outline(contour: Contour, plane: Plane, colour: str) -> Mark:
    points = tuple((float(x), float(y)) for x, y in project(contour.points, plane))
    return Mark(points, colour, closed=contour.kind == "CLOSED")


def project(points: Points, plane: Plane) -> Points:
    """Give the image points (n, 2) under patient points (n, 3); the inverse of PS3.3 C.7.6.2.1."""
    assert plane.pixel_spacing_mm is not None
    between_rows, between_columns = plane.pixel_spacing_mm
    away = points - np.array(plane.position)
    x = away @ np.array(plane.orientation[:3]) / between_columns + 0.5
    y = away @ np.array(plane.orientation[3:]) / between_rows + 0.5
    return np.column_stack([x, y])


def _crossings(points: Points, away: Points, plane: Plane, colour: str) -> Iterator[Mark]:
    """Give the stretches of the image inside a contour that crosses it."""
    following, next_away = np.roll(points, -1, axis=0), np.roll(away, -1)
    is_crossed = (away < 0) != (next_away < 0)
    if int(is_crossed.sum()) < 2:
        return
    start, end = points[is_crossed], following[is_crossed]
    share = away[is_crossed] / (away[is_crossed] - next_away[is_crossed])
    cuts = start + share[:, np.newaxis] * (end - start)
    spread = cuts - cuts.mean(axis=0)
    axis = np.linalg.svd(spread)[2][0]
    ordered = project(cuts[np.argsort(spread @ axis)], plane)
    for at in range(0, len(ordered) - 1, 2):
        (x0, y0), (x1, y1) = ordered[at], ordered[at + 1]
        yield Mark(((float(x0), float(y0)), (float(x1), float(y1))), colour)
