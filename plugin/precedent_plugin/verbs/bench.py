"""`precedent bench`: benchmarks, each in the house whose work it times.

They are entry points of the group `precedent.benchmarks`, so that no import runs against the table
of houses.
"""

import importlib.metadata
from collections.abc import Callable
from typing import Final

from precedent_plugin.errors import UsageError
from precedent_plugin.output import say

GROUP: Final = "precedent.benchmarks"


def main(argv: list[str]) -> int:
    """Run a benchmark and give its exit status."""
    points = {point.name: point for point in importlib.metadata.entry_points(group=GROUP)}
    names = ", ".join(sorted(points))
    if argv and argv[0] in ("-h", "--help"):
        say(f"usage: precedent bench {'|'.join(sorted(points))} …")
        return 0
    if not argv or argv[0] not in points:
        said = f"There is no benchmark {argv[0]!r}." if argv else "Which benchmark?"
        raise UsageError(said, f"There are: {names}.")
    benchmark: Callable[[list[str]], int] = points[argv[0]].load()
    return benchmark(argv[1:])
