"""Shots that are shown otherwise than the picture: in another window, at another scale."""

from collections.abc import Callable, Iterator

from precedent_plugin.cases import Provenance
from precedent_plugin.warnings.likeness import modality_of
from precedent_plugin.warnings.repair import MatchScale, MatchWindow
from precedent_plugin.warnings.warning import PromptWarning, Proposal, references

WIDER = 1.5
"""Windows differ when one is wider than the other by more than this ratio, or when their centers
are further apart than half the narrower width."""
COARSER = 1.5
"""Scales differ when the pixels of one are further apart by more than this ratio."""


def mixed_windows(proposal: Proposal) -> Iterator[PromptWarning]:
    """Find shots of the picture's modality that are shown in another window."""
    window = None if proposal.image is None else proposal.image.provenance.window
    if window is None:
        return
    numbers = _of_the_same_kind(proposal, lambda where: _differs(where.window, window))
    if numbers:
        ids = proposal.ids(numbers)
        center, width = window
        yield PromptWarning(
            "mixed-window",
            f"{references(numbers)} shown in another window than the picture "
            f"({center:g} / {width:g}).",
            ids,
            MatchWindow(ids, window),
        )


def mixed_scales(proposal: Proposal) -> Iterator[PromptWarning]:
    """Find shots of the picture's modality whose pixels are much nearer or further apart."""
    spacing = None if proposal.image is None else proposal.image.provenance.pixel_mm
    if spacing is None:
        return
    numbers = _of_the_same_kind(proposal, lambda where: _is_apart(where.pixel_mm, spacing))
    if numbers:
        ids = proposal.ids(numbers)
        yield PromptWarning(
            "mixed-scale",
            f"{references(numbers)} shown at another scale than the picture ({spacing:.3g} mm a "
            "pixel).",
            ids,
            MatchScale(ids, spacing),
        )


def _of_the_same_kind(proposal: Proposal, differs: Callable[[Provenance], bool]) -> list[int]:
    """Number the shots of the picture's modality of which something is true."""
    assert proposal.image is not None
    kind = modality_of(proposal.image.provenance)
    return [
        number
        for number, case in enumerate(proposal.cases, start=1)
        if modality_of(case.provenance) == kind and differs(case.provenance)
    ]


def _differs(shown: tuple[float, float] | None, window: tuple[float, float]) -> bool:
    if shown is None:
        return False
    (center, width), (other_center, other_width) = window, shown
    narrow, wide = sorted((width, other_width))
    return wide > WIDER * narrow or abs(center - other_center) > narrow / 2


def _is_apart(shown: float | None, spacing: float) -> bool:
    if shown is None:
        return False
    fine, coarse = sorted((shown, spacing))
    return coarse > COARSER * fine
