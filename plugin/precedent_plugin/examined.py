"""What an answer rests on, without a window: as JSON and as lines of text."""

import math
from dataclasses import asdict
from typing import Any, Final

from precedent_inference.evidence.findings import (
    Agreement,
    Baseline,
    Evidence,
    OcclusionMap,
    Reliance,
    Removal,
    Repetition,
)
from precedent_plugin.cutout import Cutout

REPEATED: Final[dict[Repetition, str]] = {"orders": "in other orders", "samples": "drawn again"}
TAKEN: Final[dict[Removal, str]] = {
    "query-picture": "the picture",
    "shot-pictures": "the references' pictures",
    "shot-answers": "the references' own answers",
}
SHOWN: Final = 0.005
"""A smaller influence would be printed as none."""


def evidence_json(evidence: Evidence, cutout: Cutout | None) -> dict[str, Any]:
    """Give the object `evidence` of `ask --json`; its fields are a contract.

    cutout: of the picture that was asked about.
    """
    verdict, certainty = evidence.verdict, evidence.certainty
    return {
        "verdict": None if verdict is None else asdict(verdict),
        "certainty": None if certainty is None else asdict(certainty),
        "influence": [asdict(found) for found in evidence.influences],
        "agreement": {found.by: _agreement(found) for found in evidence.agreements},
        "reliance": {found.without: _rest(found, "without") for found in evidence.reliances},
        "baselines": {found.rule: _rest(found, "rule") for found in evidence.baselines},
        "occlusion": [_map(found, cutout) for found in evidence.maps],
        "seconds": evidence.seconds,
    }


def examined_lines(evidence: Evidence) -> list[str]:
    """Give the same for people, the verdict first."""
    lines: list[str] = []
    if evidence.verdict is not None:
        lines.append(f"Verdict    {evidence.verdict.sentence}")
    certainty = evidence.certainty
    if certainty is not None and certainty.margin is not None:
        lines.append(f"Rival      {certainty.rival}, {_times(certainty.margin)}")
    lines += [
        f"Repeated   {found.agreeing} of {len(found.runs)} say the same {REPEATED[found.by]}"
        for found in evidence.agreements
    ]
    ranked = sorted(evidence.influences, key=lambda found: -abs(found.change))
    if ranked:
        words = [
            f"reference {found.shot + 1}: {found.change:+.2f}"
            for found in ranked
            if abs(found.change) >= SHOWN
        ]
        lines.append(f"Influence  {', '.join(words) or 'none of any single reference'}")
    if evidence.reliances:
        lines.append(f"Without    {'; '.join(map(_without, evidence.reliances))}")
    ruled = [f"{found.rule}: {found.answer}" for found in evidence.baselines if found.answer]
    if ruled:
        lines.append(f"By rule    {'; '.join(ruled)}")
    return [*lines, *map(_place, evidence.maps)]


def _agreement(found: Agreement) -> dict[str, Any]:
    runs = [asdict(run) | {"shots": list(run.shots)} for run in found.runs]
    counts = {"agreeing": found.agreeing, "of": len(found.runs), "entropy": found.entropy}
    return counts | {"runs": runs}


def _rest(found: Reliance | Baseline, name: str) -> dict[str, Any]:
    return {field: value for field, value in asdict(found).items() if field != name}


def _map(found: OcclusionMap, cutout: Cutout | None) -> dict[str, Any]:
    peak = found.cell(*found.peak)
    in_mm = None if cutout is None else cutout.in_mm(peak)
    return {
        "picture": found.picture,
        "drops": [list(row) for row in found.drops],
        "area": asdict(found.area),
        "peak": list(found.peak),
        "is_telling": found.is_telling,
        "peak_on_image": None if cutout is None else asdict(cutout.on_image(peak)),
        "peak_mm": None if in_mm is None else asdict(in_mm),
    }


def _times(margin: float) -> str:
    word = "less" if margin > 0 else "more"
    return f"{math.exp(min(abs(margin), 20)):.1f} times {word} likely"


def _without(found: Reliance) -> str:
    return f"{TAKEN[found.without]}: {found.answer if found.has_moved else 'the same'}"


def _place(found: OcclusionMap) -> str:
    rows, columns = len(found.drops), len(found.drops[0])
    if not found.is_telling:
        return "Place      none alone carries the answer"
    row, column = (at + 1 for at in found.peak)
    return f"Place      row {row}, column {column} of {rows} x {columns} carries the answer most"
