"""What is asked and told of an answer's evidence, in JSON, to and from `evidence/findings.py`.

A request is that of the question itself; `precedent.evidence` adds the answer and the parts wanted.
A finding is an object whose `kind` says which of the dataclasses it is.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import get_args

from precedent_inference.errors import EngineError, PromptError
from precedent_inference.evidence.findings import (
    PARTS,
    Agreement,
    Baseline,
    Certainty,
    Evidence,
    EvidenceRequest,
    Finding,
    Influence,
    OcclusionMap,
    Part,
    Rectangle,
    Reliance,
    Removal,
    Repetition,
    Rerun,
    Rest,
    Rule,
    Verdict,
)
from precedent_inference.json_border import Table
from precedent_inference.protocol import Loading, Waiting
from precedent_inference.wire.answer import progress_from_json
from precedent_inference.wire.request import Asked, request_from_json, request_to_json

Json = dict[str, object]

KINDS: dict[type[Finding], str] = {
    Certainty: "certainty",
    Influence: "influence",
    Agreement: "agreement",
    Reliance: "reliance",
    Baseline: "baseline",
    OcclusionMap: "occlusion",
    Verdict: "verdict",
}


def evidence_request_to_json(request: EvidenceRequest, *, stream: bool, client: str) -> Json:
    """Give the body of `POST /v1/precedent/evidence`."""
    body = request_to_json(Asked(request.asked, stream, wants_progress=True, client=client))
    wanted = {"evidence": {"answer": request.answer, "parts": list(request.parts)}}
    ours = Table.of(body["precedent"], "The request", PromptError)
    return body | {"precedent": {**ours.values, **wanted}}


def evidence_request_from_json(raw: object) -> tuple[Asked, EvidenceRequest]:
    """Read the body of an examination. Raises PromptError with the place of a mistake."""
    asked = request_from_json(raw)
    body = Table.of(raw, "The request", PromptError)
    wanted = body.table("precedent", {}).table("evidence")
    named = wanted.texts("parts", PARTS)
    unknown = [name for name in named if name not in PARTS]
    if unknown:
        raise PromptError(
            f"{wanted.where}: there is no part {unknown[0]!r}.", f"Ask for {', '.join(PARTS)}."
        )
    parts: tuple[Part, ...] = tuple(part for part in PARTS if part in named)
    return asked, EvidenceRequest(asked.request, wanted.text("answer"), parts)


def finding_to_json(finding: Finding) -> Json:
    """Give one finding as an object with its kind."""
    return {"kind": KINDS[type(finding)], **asdict(finding)}


def finding_event(finding: Finding) -> Json:
    """Give the streamed event of a finding."""
    return {"precedent": {"finding": finding_to_json(finding)}}


def evidence_to_json(evidence: Evidence) -> Json:
    """Give the whole evidence, as a streamed examination ends and an unstreamed one answers."""
    findings = [finding_to_json(finding) for finding in evidence.findings]
    return {"precedent": {"evidence": {"findings": findings, "seconds": evidence.seconds}}}


def evidence_event(raw: object) -> Finding | Evidence | Waiting | Loading | None:
    """Read an event of an examination; None for what this version does not know."""
    ours = Table.of(raw, "The engine's evidence", EngineError).table("precedent", {})
    progress = progress_from_json(ours)
    if progress is not None:
        return progress
    if "finding" in ours.values:
        return _finding(ours.table("finding"))
    if "evidence" not in ours.values:
        return None
    whole = ours.table("evidence")
    read = [_finding(table) for table in whole.tables("findings")]
    known = tuple(finding for finding in read if finding is not None)
    return Evidence(known, whole.number("seconds"))


def _finding(table: Table) -> Finding | None:
    read = _READERS.get(table.text("kind"))
    return None if read is None else read(table)


def _certainty(table: Table) -> Certainty:
    return Certainty(
        table.number("log_probability"),
        table.number("per_token"),
        table.optional_text("rival"),
        table.optional_number("margin"),
    )


def _influence(table: Table) -> Influence:
    return Influence(table.integer("shot"), table.text("case_id"), table.number("change"))


def _agreement(table: Table) -> Agreement:
    runs = tuple(
        Rerun(run.text("answer"), run.flag("agrees", default=False), run.integers("shots"))
        for run in table.tables("runs")
    )
    return Agreement(table.choice("by", get_args(Repetition)), runs, table.number("entropy"))


def _reliance(table: Table) -> Reliance:
    return Reliance(
        table.choice("without", get_args(Removal)),
        table.text("answer"),
        table.flag("has_moved", default=False),
        table.number("change"),
        table.optional_text("expected"),
    )


def _baseline(table: Table) -> Baseline:
    return Baseline(
        table.choice("rule", get_args(Rule)),
        table.optional_text("answer"),
        table.flag("agrees", default=False),
        None if table.values.get("shot") is None else table.integer("shot"),
        table.optional_number("share"),
    )


def _occlusion(table: Table) -> OcclusionMap:
    rows = tuple(
        Table({"row": row}, f"{table.where}: drops[{at}]", table.error).numbers("row")
        for at, row in enumerate(table.items("drops"))
    )
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise table.error(f"{table.where}: drops must be rows of equal length.")
    area = table.table("area")
    sides = (area.number(name) for name in ("left", "top", "width", "height"))
    return OcclusionMap(table.integer("picture"), rows, Rectangle(*sides))


def _verdict(table: Table) -> Verdict:
    return Verdict(table.choice("rests", get_args(Rest)), table.text("sentence"))


_READERS: dict[str, Callable[[Table], Finding]] = {
    "certainty": _certainty,
    "influence": _influence,
    "agreement": _agreement,
    "reliance": _reliance,
    "baseline": _baseline,
    "occlusion": _occlusion,
    "verdict": _verdict,
}
