"""Repairs of what linting finds: text in pictures is painted over, undoable in the library."""

from collections import defaultdict
from collections.abc import Iterable

from precedent_plugin.library import CaseLibrary
from precedent_plugin.linting.finding import Box, Finding
from precedent_plugin.linting.masking import masked


def mask_findings(library: CaseLibrary, findings: Iterable[Finding]) -> int:
    """Paint over what findings mark in pictures; say in how many pictures. Raises LibraryError."""
    boxes: defaultdict[tuple[str, int], list[Box]] = defaultdict(list)
    for found in findings:
        if found.box is not None:
            boxes[found.case_id, found.picture].append(found.box)
    for (case_id, number), marked in boxes.items():
        case = library.find(case_id)
        if case is not None:
            png = masked(library.image(case.images[number]), marked)
            library.show_other_picture(case, number, png)
    return len(boxes)
