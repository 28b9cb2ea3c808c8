"""One measured number, and the target it must keep. No Qt."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Target:
    """A bound that a figure must keep."""

    bound: float
    sense: Literal["at most", "at least"] = "at most"

    def is_kept(self, value: float) -> bool:
        """Say whether a value is within the bound; the bound itself is."""
        return value <= self.bound if self.sense == "at most" else value >= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a benchmark."""

    name: str
    """`area.what`, unique in one run."""
    value: float
    unit: str
    target: Target | None = None
    """None for a number that only explains others."""

    @property
    def is_missed(self) -> bool:
        """Whether it has a target and does not keep it."""
        return self.target is not None and not self.target.is_kept(self.value)


def record_of(figure: Figure) -> dict[str, object]:
    """Give a figure as it stands in the JSON."""
    record: dict[str, object] = {
        "name": figure.name, "value": round(figure.value, 3), "unit": figure.unit,
    }  # fmt: skip
    if figure.target is not None:
        record["target"] = f"{figure.target.sense} {figure.target.bound:g}"
        record["missed"] = figure.is_missed
    return record


def line_of(figure: Figure) -> str:
    """Give a figure as one line of the table."""
    target = "" if figure.target is None else f"{figure.target.sense} {figure.target.bound:g}"
    mark = "  MISSED" if figure.is_missed else ""
    return f"{figure.name:<46}{figure.value:>12,.2f}  {figure.unit:<10}{target}{mark}"


def middle(values: list[float]) -> float:
    """Give the median, the larger one of two in the middle."""
    return sorted(values)[len(values) // 2]


def nearly_worst(values: list[float]) -> float:
    """Give the value that 19 of 20 do not exceed."""
    return sorted(values)[min(len(values) * 19 // 20, len(values) - 1)]
