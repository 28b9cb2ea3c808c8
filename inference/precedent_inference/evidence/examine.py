"""The examination of one answer: each finding is told as soon as it is made."""

import threading
import time
from collections.abc import Callable, Iterator

from precedent_inference.answering import Answerer
from precedent_inference.errors import Cancelled, PromptError
from precedent_inference.evidence.agreement import repeat
from precedent_inference.evidence.baselines import compare
from precedent_inference.evidence.certainty import weigh_certainty
from precedent_inference.evidence.findings import PARTS, Evidence, EvidenceRequest, Finding, Part
from precedent_inference.evidence.influence import weigh_influences
from precedent_inference.evidence.occlusion import map_occlusions
from precedent_inference.evidence.reliance import take_away
from precedent_inference.evidence.subject import Subject
from precedent_inference.evidence.verdict import conclude
from precedent_inference.prompt import require_text

NEEDED: frozenset[Part] = frozenset({"agreement", "reliance", "baselines"})
"""Without these parts there is no verdict."""

_WORK: dict[Part, Callable[[Subject], Iterator[Finding]]] = {
    "certainty": lambda subject: iter([weigh_certainty(subject)]),
    "influence": weigh_influences,
    "agreement": repeat,
    "reliance": take_away,
    "baselines": compare,
    "occlusion": map_occlusions,
}


def examine(
    answerer: Answerer,
    request: EvidenceRequest,
    tell: Callable[[Finding], object],
    cancel: threading.Event,
) -> Evidence:
    """Find out what an answer rests on; `tell` gets every finding when it is made.

    The parts asked for come in their fixed order, the verdict last. Raises PromptError, ImageError,
    or Cancelled soon after `cancel` is set.
    """
    require_text(request.answer, "answer to be examined")
    if request.asked.options and request.answer.strip() not in request.asked.options:
        raise PromptError("The answer to be examined is none of the options.")
    started = time.perf_counter()
    subject = Subject(answerer, request, cancel)
    found: list[Finding] = []

    def take(finding: Finding) -> None:
        if cancel.is_set():
            raise Cancelled("The examination was stopped.")
        found.append(finding)
        tell(finding)

    for part in PARTS:
        if part in request.parts:
            for finding in _WORK[part](subject):
                take(finding)
    if set(request.parts) >= NEEDED:
        take(conclude(subject.given, subject.shot_answers, found))
    return Evidence(tuple(found), time.perf_counter() - started)
