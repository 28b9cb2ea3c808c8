"""Where in what is open an instance that an object names is shown."""

from collections.abc import Sequence

from precedent_viewer.model.document import Reference
from precedent_viewer.model.study import Series, StudyTree


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


def find_any(tree: StudyTree, references: Sequence[Reference]) -> tuple[Series, int] | None:
    """Give the place of the first of several instances that is open."""
    for reference in references:
        found = find_reference(tree, reference)
        if found is not None:
            return found
    return None
