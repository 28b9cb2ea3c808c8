"""Where in what is open an instance that an object names is shown."""

from collections.abc import Sequence
from pathlib import Path

from precedent_viewer.linking.nearest import middle_of, nearest_frame, share_space
from precedent_viewer.model.document import Reference
from precedent_viewer.model.study import Frame, Series, StudyTree


def find_reference(tree: StudyTree, reference: Reference) -> tuple[Series, int] | None:
    """Give the series and the index of the (first) named frame; None when it is not open."""
    wanted = reference.frames[0] - 1 if reference.frames else 0
    for study in tree.studies:
        for series in study.series:
            uids = {one.sop_instance_uid for one in series.instances}
            if reference.sop_instance_uid not in uids:
                continue
            first = None
            for index, frame in enumerate(series.frames):
                if frame.instance.sop_instance_uid != reference.sop_instance_uid:
                    continue
                first = index if first is None else first
                if frame.index == wanted:
                    return series, index
            return None if first is None else (series, first)
    return None


def find_around(tree: StudyTree, path: Path, shown: Frame | None) -> tuple[Series, int] | None:
    """Give an image that lies in the space of a file's own frames, nearest to their middle.

    shown: what the reader looks at. None when that is such an image already, or none is open.
    """
    every = [series for study in tree.studies for series in study.series if series.frames]
    own = next((one for one in every if one.frames[0].instance.path == path), None)
    if own is None:
        return None
    middle = own.frames[len(own.frames) // 2]
    if shown is not None and shown.instance.path != path and share_space(shown, middle):
        return None
    overlays = {document.path for document in tree.documents}
    point = middle_of(middle)
    for series in every:
        is_image = not any(one.path in overlays for one in series.instances)
        if point is None or not is_image or not share_space(series.frames[0], middle):
            continue
        index = nearest_frame(series.frames, point)
        if index is not None:
            return series, index
    return None


def find_any(tree: StudyTree, references: Sequence[Reference]) -> tuple[Series, int] | None:
    """Give the place of the first of several instances that is open."""
    for reference in references:
        found = find_reference(tree, reference)
        if found is not None:
            return found
    return None
