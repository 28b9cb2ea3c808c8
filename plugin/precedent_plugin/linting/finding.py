"""What linting finds: where, why, and how it can be repaired."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Weight = Literal["must", "should"]
"""Whether it stops an export until somebody has looked, or is advice."""
Box = tuple[int, int, int, int]
"""Left, top, width and height in pixels of the picture."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at."""

    kind: str
    """"date", "burned-in text", "two answers" …"""
    weight: Weight
    case_id: str
    sentence: str
    field: str = ""
    """"question", "answer", "rationale" …; empty for a picture."""
    span: tuple[int, int] | None = None
    """Where in the field's text."""
    text: str = ""
    """What stands there."""
    picture: int = 0
    box: Box | None = None
    """Where in the case's picture of that number."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found in some cases."""

    cases: int
    findings: tuple[Finding, ...]
    looked_at_pictures: bool = True

    @property
    def must(self) -> tuple[Finding, ...]:
        """What stops an export."""
        return tuple(found for found in self.findings if found.weight == "must")

    @property
    def sentence(self) -> str:
        """Say in one sentence how it stands."""
        others = len(self.findings) - len(self.must)
        if not self.findings:
            return f"Nothing to look at in {_cases(self.cases)}."
        if not self.must:
            return f"{others:,} pieces of advice on {_cases(self.cases)}; nothing stops an export."
        return (
            f"{len(self.must):,} findings in {_cases(self.cases)} must be looked at before the "
            f"casebook is shared, and {others:,} are advice."
        )

    def document(self) -> dict[str, Any]:
        """Give the JSON object of the command line."""
        return {
            "cases": self.cases,
            "must": len(self.must),
            "looked_at_pictures": self.looked_at_pictures,
            "findings": [asdict(found) for found in self.findings],
        }


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count:,} cases"
