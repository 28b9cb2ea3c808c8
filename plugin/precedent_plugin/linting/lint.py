"""Linting cases: their words by rules, their pictures by a recogniser."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from precedent_inference.errors import Cancelled
from precedent_plugin.cases import Case
from precedent_plugin.errors import CasebookError
from precedent_plugin.linting.burned_in import TextFinder
from precedent_plugin.linting.finding import Finding, Report
from precedent_plugin.linting.identity import find_identity
from precedent_plugin.linting.kind import find_clashes
from precedent_plugin.linting.wording import find_wording

Progress = Callable[[int, int], object]
"""Called with how many cases are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Linter:
    """What it takes to look at cases."""

    picture: Callable[[str], bytes]
    """Gives the PNG of a hash."""
    finder: TextFinder | None = None
    """Looks for text in pictures; None leaves pictures alone."""

    def lint(
        self,
        cases: Sequence[Case],
        cancel: threading.Event | None = None,
        progress: Progress = lambda *_: None,
    ) -> Report:
        """Look at cases. Raises Cancelled, PluginError where pictures cannot be looked at."""
        findings: list[Finding] = []
        for done, case in enumerate(cases):
            if cancel is not None and cancel.is_set():
                raise Cancelled("The cases were not all looked at.")
            progress(done, len(cases))
            findings += lint_words(case)
            if self.finder is not None:
                findings += self._lint_pictures(case, self.finder)
        progress(len(cases), len(cases))
        return Report(len(cases), tuple(findings), self.finder is not None)

    def _lint_pictures(self, case: Case, finder: TextFinder) -> Iterator[Finding]:
        for number, sha256 in enumerate(case.images):
            for found in finder.find(self.picture(sha256)):
                words = f"The picture says “{found.text}”."
                harmless = found.is_harmless
                yield Finding(
                    "side or scale" if harmless else "burned-in text",
                    "should" if harmless else "must",
                    case.id,
                    words,
                    text=found.text,
                    picture=number,
                    box=found.box,
                )


def lint_words(case: Case) -> Iterator[Finding]:
    """Look at the words of a case."""
    texts = {
        "question": case.question,
        "answer": case.answer,
        "rationale": case.rationale or "",
        "teaching point": case.teaching_point or "",
        "task": case.task,
        "tags": ", ".join(case.tags),
        "source": case.provenance.source,
    }
    for field, text in texts.items():
        for found in find_identity(text):
            said = text[found.start : found.end]
            yield Finding(
                found.rule.kind,
                found.rule.weight,
                case.id,
                f"The {field} holds {found.rule.words}: “{said}”.",
                field,
                (found.start, found.end),
                said,
            )
    for advice in find_wording(case.question, case.answer):
        yield Finding(advice.kind, "should", case.id, advice.sentence, advice.field, advice.span)
    spoken = {name: texts[name] for name in ("question", "answer")}
    for clash in find_clashes(case.provenance.modality, spoken):
        sentence = f"The {clash.field} speaks of {clash.named} (“{clash.word}”); the picture is "
        yield Finding(
            "other modality", "should", case.id, f"{sentence}{clash.shown}.", clash.field,
            clash.span, clash.word,
        )  # fmt: skip


def advice_on(cases: Sequence[Case]) -> str:
    """Say in a sentence what there is to look at in words that were taken in; empty for nothing."""
    found = [one for case in cases for one in lint_words(case)]
    if not found:
        return ""
    must = sum(one.weight == "must" for one in found)
    return (
        f"{len(found):,} things to look at in the words, {must:,} of them before it is shared; an "
        "export shows them."
    )


def require_clean(report: Report) -> None:
    """Raise CasebookError where something must be looked at before the cases are shared."""
    if report.must:
        first = report.must[0]
        raise CasebookError(
            f"{len(report.must)} findings must be looked at before this is shared. The first: "
            f"{first.sentence}",
            "`precedent casebook lint` lists them; --accept-findings exports all the same.",
        )
