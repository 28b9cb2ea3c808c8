"""Trials written by hand."""

from precedent_plugin.casebook_check.trials import Trial


def trial(
    name: str,
    *,
    right: bool,
    shots: int = 2,
    group: int | None = None,
    confidence: float = 0.9,
    used: tuple[str, ...] = (),
) -> Trial:
    """A trial of `case-N`, whose answer is "yes" and whose patient is N unless said otherwise."""
    number = int(name.removeprefix("case-")) if group is None else group
    return Trial(name, number, shots, used, "Yes." if right else "no", "yes", confidence)
