"""Evidence in JSON: there and back, and every mistake in words."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.inference.tiny import tiny_request

from precedent_inference.errors import EngineError, PromptError
from precedent_inference.evidence.findings import (
    PARTS,
    Agreement,
    Baseline,
    Certainty,
    Evidence,
    EvidenceRequest,
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
from precedent_inference.protocol import Loading, Waiting
from precedent_inference.wire.answer import progress_chunk
from precedent_inference.wire.evidence import (
    evidence_event,
    evidence_request_from_json,
    evidence_request_to_json,
    evidence_to_json,
    finding_event,
)

TEXT, NUMBER = st.text(max_size=9), st.floats(-99, 99)
SHOT = st.integers(0, 8)
RERUNS = st.builds(Rerun, TEXT, st.booleans(), st.lists(SHOT, max_size=3).map(tuple))
ROWS = st.integers(1, 3).flatmap(
    lambda width: st.lists(
        st.lists(NUMBER, min_size=width, max_size=width).map(tuple), min_size=1, max_size=3
    ).map(tuple)
)
FINDINGS = st.one_of(
    st.builds(Certainty, NUMBER, NUMBER, st.none() | TEXT, st.none() | NUMBER),
    st.builds(Influence, SHOT, TEXT, NUMBER),
    st.builds(
        Agreement,
        st.sampled_from(get_args(Repetition)),
        st.lists(RERUNS, max_size=3).map(tuple),
        NUMBER,
    ),
    st.builds(
        Reliance,
        st.sampled_from(get_args(Removal)),
        TEXT,
        st.booleans(),
        NUMBER,
        st.none() | TEXT,
    ),
    st.builds(
        Baseline,
        st.sampled_from(get_args(Rule)),
        st.none() | TEXT,
        st.booleans(),
        st.none() | SHOT,
        st.none() | NUMBER,
    ),
    st.builds(OcclusionMap, SHOT, ROWS, st.builds(Rectangle, NUMBER, NUMBER, NUMBER, NUMBER)),
    st.builds(Verdict, st.sampled_from(get_args(Rest)), TEXT),
)


@given(FINDINGS)
def test_a_finding_comes_back_as_it_was(finding: object) -> None:
    body = json.loads(json.dumps(finding_event(finding)))  # type: ignore[arg-type] # hypothesis
    assert evidence_event(body) == finding


@given(st.lists(FINDINGS, max_size=4).map(tuple), st.floats(0, 99))
def test_the_whole_comes_back_as_it_was(findings: tuple[Verdict, ...], seconds: float) -> None:
    evidence = Evidence(findings, seconds)
    assert evidence_event(json.loads(json.dumps(evidence_to_json(evidence)))) == evidence


@given(st.sets(st.sampled_from(PARTS)))
def test_a_request_comes_back_as_it_was(wanted: set[str]) -> None:
    parts: tuple[Part, ...] = tuple(part for part in PARTS if part in wanted)
    request = EvidenceRequest(tiny_request(2), "mass", parts)
    asked, back = evidence_request_from_json(
        json.loads(json.dumps(evidence_request_to_json(request, stream=True, client="me")))
    )
    assert back == request
    assert (asked.stream, asked.client) == (True, "me")


@pytest.mark.parametrize("progress", [Waiting(3), Loading("starter", 0.4, "Reading")])
def test_what_is_waited_for_is_read_as_for_a_question(progress: Waiting | Loading) -> None:
    assert evidence_event(progress_chunk("starter", progress)) == progress


def test_an_event_of_a_later_version_is_passed_over() -> None:
    assert evidence_event({"precedent": {"finding": {"kind": "dream"}}}) is None
    assert evidence_event({"precedent": {"other": 1}}) is None


def test_an_unknown_part_is_named() -> None:
    body = evidence_request_to_json(
        EvidenceRequest(tiny_request(1), "mass"), stream=False, client=""
    )
    body["precedent"] = {"evidence": {"answer": "mass", "parts": ["dreams"]}}
    with pytest.raises(PromptError, match="no part 'dreams'"):
        evidence_request_from_json(body)


def test_a_request_without_its_answer_is_refused() -> None:
    body = evidence_request_to_json(
        EvidenceRequest(tiny_request(1), "mass"), stream=False, client=""
    )
    body["precedent"] = {"evidence": {}}
    with pytest.raises(PromptError, match="lacks the field answer"):
        evidence_request_from_json(body)


def test_a_map_with_ragged_rows_is_refused() -> None:
    finding = OcclusionMap(0, ((1.0, 2.0), (3.0,)), Rectangle(0, 0, 1, 1))
    with pytest.raises(EngineError, match="equal length"):
        evidence_event(finding_event(finding))
