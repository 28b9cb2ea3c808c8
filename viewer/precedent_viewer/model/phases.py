"""What repeats the places of a stack: echoes, b-values, time points. No Qt.

Files say much that may tell images of one place apart. What really does is found here, the most
telling first, and gives the phases their order and their names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Phase: TypeAlias = "tuple[tuple[str, float | str], ...]"
"""What a file says about echo, diffusion, time and the like: `(("echo", 4.6), ("b", 0.0))`."""
Said: TypeAlias = "Mapping[str, float | str]"
Places: TypeAlias = "Sequence[Sequence[int]]"

EXACT = (
    "segment", "echo", "inversion", "b", "direction", "energy", "cycle", "kind", "flip", "time",
    "acquisition",
)  # fmt: skip
"""Equal in all images of a phase, so that a missing image can be told; the most telling first."""
CLOCKS = ("trigger", "reference", "clock")
"""Rise from phase to phase at one place, yet differ from place to place. Seconds, or ms after the
trigger."""
PLACES_ASKED = 16
"""What tells phases apart is looked for at so many places."""
LEAST_FILLED = 0.5
"""A pattern of phases that lacks more of its images than this is no pattern."""
WORDS = {
    "segment": "Segment {:g}",
    "echo": "Echo {:g} ms",
    "inversion": "TI {:g} ms",
    "b": "b {:g}",
    "energy": "{:g} kV",
    "cycle": "{:g} % of the heartbeat",
    "flip": "Flip angle {:g}°",
    "trigger": "{:g} ms after the trigger",
}
KINDS = {
    "M": "magnitude", "MAGNITUDE": "magnitude", "P": "phase image", "PHASE": "phase image",
    "R": "real part", "REAL": "real part", "I": "imaginary part", "IMAGINARY": "imaginary part",
    "W": "water", "F": "fat", "IP": "in phase", "IN_PHASE": "in phase", "OP": "opposed phase",
    "OPP_PHASE": "opposed phase", "OUT_PHASE": "opposed phase", "OUT_OF_PHASE": "opposed phase",
}  # fmt: skip
"""How values of Image Type are called that makers abbreviate. PS3.3 C.8.13.3.1.1 and makers'."""


@dataclass(frozen=True, slots=True)
class Phases:
    """Images of a stack, phase by phase, each along the stack."""

    order: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]
    missing: int = 0
    """Images that phases lack against the others; where any lack, phases differ in length."""


def find_phases(places: Places, said: Sequence[Said]) -> Phases | None:
    """Sort images that share their places into phases; None when there is no pattern.

    places: numbers of images in file order, place by place along the stack; said: what the file of
    each image says.
    """
    counts = {len(place) for place in places}
    if counts == {1}:
        return None
    keys = _Keys(places, said)
    if len(counts) == 1:
        return _complete(places, keys)
    return _incomplete(places, keys)


class _Keys:
    """What tells the images of one place apart, by as few attributes as do."""

    def __init__(self, places: Places, said: Sequence[Said]) -> None:
        self.said = said
        self._shared = [place for place in places if len(place) > 1]
        self.names = self._telling()
        # Words have no order of their own: they come as the files do.
        self._rank: dict[str, int] = {}
        for one in said:
            for name in self.names:
                if isinstance(value := one.get(name), str):
                    self._rank.setdefault(value, len(self._rank))

    def _telling(self) -> tuple[str, ...]:
        """Find the attributes on some places, spread over the stack: a series may hold thousands
        of images, and is sorted anew while it grows."""
        some = self._shared[:: max(len(self._shared) // PLACES_ASKED, 1)]
        names: tuple[str, ...] = ()
        counts = [1] * len(some)
        for name in (*EXACT, *CLOCKS):
            if all(count == len(place) for count, place in zip(counts, some, strict=True)):
                break
            if not all(name in self.said[at] for place in some for at in place):
                continue
            with_it = [self._separated((*names, name), place) for place in some]
            further = sum(now > before for now, before in zip(with_it, counts, strict=True))
            if further > len(some) // 2:
                names, counts = (*names, name), with_it
        return names

    def is_exact(self) -> bool:
        """Whether images of one phase have one key, and images of one place different ones."""
        return (
            bool(self.names)
            and not set(self.names) & set(CLOCKS)
            and all(name in one for name in self.names for one in self.said)
            and all(self._separated(self.names, place) == len(place) for place in self._shared)
        )

    def order(self, at: int) -> tuple[float, ...]:
        """Give what an image's phase is known by as numbers that sort; what is missing first."""
        said = self.said[at]
        return tuple(
            self._rank[value] if isinstance(value := said.get(name, -math.inf), str) else value
            for name in self.names
        )

    def _separated(self, names: tuple[str, ...], place: Sequence[int]) -> int:
        said = self.said
        if len(names) == 1:
            return len({said[at].get(names[0]) for at in place})
        return len({tuple([said[at].get(name) for name in names]) for at in place})


def _complete(places: Places, keys: _Keys) -> Phases:
    """Every place has the same number of images: the first of each are one phase, and so on."""
    ordered = [sorted(place, key=keys.order) for place in places] if keys.names else places
    order = tuple(zip(*ordered, strict=True))
    exact = [name for name in keys.names if name in EXACT]
    if any(len({keys.said[at].get(name) for at in phase}) > 1 for phase in order for name in exact):
        # A name that held at the first place alone would be wrong at the others.
        exact = []
    firsts = [keys.said[one[0]] for one in order]
    names = (*exact, *(name for name in keys.names if name in CLOCKS))
    known = tuple(name for name in names if all(name in one for one in firsts))
    return Phases(order, _names(known, firsts))


def _incomplete(places: Places, keys: _Keys) -> Phases | None:
    """Put images of one key into one phase, although some places lack some."""
    if not keys.is_exact():
        return None
    phases: dict[tuple[float, ...], list[int]] = {}
    for place in places:
        for at in place:
            phases.setdefault(keys.order(at), []).append(at)
    whole = len(phases) * len(places)
    held = sum(map(len, phases.values()))
    if held < LEAST_FILLED * whole:
        return None
    order = tuple(tuple(phases[key]) for key in sorted(phases))
    return Phases(order, _names(keys.names, [keys.said[one[0]] for one in order]), whole - held)


def _names(names: tuple[str, ...], firsts: Sequence[Said]) -> tuple[str, ...]:
    """Name phases by what varies among them; by their number where nothing has a word."""
    varying = [name for name in names if len({one[name] for one in firsts}) > 1]
    columns = [column for name in varying if (column := _column(name, firsts))]
    joined = [", ".join(filter(None, words)) for words in zip(*columns, strict=True)]
    whole = [words[:1].upper() + words[1:] if words[:2] != "b " else words for words in joined]
    if not all(whole) or not whole or "time" in varying[:1]:
        return _numbered(varying, firsts)
    seen: dict[str, int] = {}
    named: list[str] = []
    for words in whole:
        seen[words] = seen.get(words, 0) + 1
        named.append(f"{words}, no. {seen[words]}" if whole.count(words) > 1 else words)
    return tuple(named)


def _numbered(varying: Sequence[str], firsts: Sequence[Said]) -> tuple[str, ...]:
    """Number phases; with the seconds since the first where a clock says them."""
    clock = next((name for name in varying if name in ("reference", "clock")), None)
    if clock is None:
        return tuple(f"Phase {number}" for number in range(1, len(firsts) + 1))
    times = [float(one[clock]) for one in firsts]
    return tuple(
        f"Phase {number}, {time - times[0]:.3g} s" for number, time in enumerate(times, start=1)
    )


def _column(name: str, firsts: Sequence[Said]) -> list[str]:
    """Give each phase its words for one attribute; empty when it has none."""
    values = [one[name] for one in firsts]
    if name in WORDS:
        return [WORDS[name].format(value) for value in values]
    if name == "direction":
        known = list(dict.fromkeys(value for value in values if value))
        return [f"direction {known.index(value) + 1}" if value else "" for value in values]
    if name == "kind":
        return _kinds([str(value) for value in values])
    return []


def _kinds(values: Sequence[str]) -> list[str]:
    """Give the parts of Image Type that tell phases apart, in words."""
    parts = [value.split("\\") for value in values]
    common = set(parts[0]).intersection(*parts[1:])
    own = [[one for one in part if one not in common] for part in parts]
    return [" ".join(KINDS.get(one, one.lower()) for one in some) or "plain" for some in own]
