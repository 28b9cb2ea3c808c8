"""`precedent bench library`: how fast a large library takes cases in, searches and suggests."""

import argparse
from dataclasses import asdict

from precedent_plugin.bench.library import (
    FRAME_MS,
    IMPORTS_PER_MINUTE,
    INFLUENCE_RATIO,
    RECALL,
    SEARCH_MS,
    SUGGEST_MS,
    LibraryFigures,
    LibraryOrder,
    measure_library,
)
from precedent_plugin.errors import UsageError
from precedent_plugin.output import note, say, say_json

EXIT_MISSED = 1
USUAL = LibraryOrder()


def main(argv: list[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    arguments = _parser().parse_args(argv)
    order = LibraryOrder(arguments.cases, arguments.width, arguments.imports, arguments.queries)
    if min(asdict(order).values()) < 1 or order.cases < order.queries:
        raise UsageError("Each number must be at least 1, and the cases as many as the queries.")
    found = measure_library(order, note)
    if arguments.json:
        targets = {
            "imports_per_minute": IMPORTS_PER_MINUTE,
            "suggest_ms": SUGGEST_MS,
            "recall_at_10": RECALL,
            "search_ms": SEARCH_MS,
            "frame_ms": FRAME_MS,
            "influence_ratio": INFLUENCE_RATIO,
        }
        ratio = found.influence.ratio
        say_json(
            {
                **asdict(found),
                "influence_ratio": ratio,
                "targets": targets,
                "missed": list(found.missed),
            }
        )
    else:
        say(_table(found))
    return EXIT_MISSED if found.missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="precedent bench library", description=__doc__)
    parser.add_argument("--cases", type=int, default=USUAL.cases, metavar="N")
    parser.add_argument(
        "--width", type=int, default=USUAL.width, metavar="N", help="numbers a vector"
    )
    parser.add_argument(
        "--imports", type=int, default=USUAL.imports, metavar="N", help="cases of the file taken in"
    )
    parser.add_argument("--queries", type=int, default=USUAL.queries, metavar="N")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _table(found: LibraryFigures) -> str:
    lines = [
        f"import            {found.imports_per_minute:10,.0f} cases a minute   "
        f"target {IMPORTS_PER_MINUTE:,.0f}",
        f"search            {found.search_ms.p50:10.1f} ms, 95 % within "
        f"{found.search_ms.p95:.1f}   target {SEARCH_MS:g}",
        f"list              {found.page_ms.p50:10.1f} ms, 95 % within {found.page_ms.p95:.1f}",
    ]
    frame, cost = found.frame_ms, found.influence
    lines += [
        f"scroll            {frame.p50:10.1f} ms a frame, 95 % within {frame.p95:.1f}   "
        f"target {FRAME_MS:g}",
        f"influence         {cost.ratio:10.1f} first tokens with pictures known "
        f"({cost.influence_ms:.0f} ms)   target {INFLUENCE_RATIO:g}",
    ]
    for layout, one in found.suggest.items():
        lines.append(
            f"suggest {layout:9} {one.ms.p50:10.1f} ms, 95 % within {one.ms.p95:.1f}   "
            f"target {SUGGEST_MS:g}; recall {one.recall_at_10:.3f}   target {RECALL:g}; "
            f"first use {one.load_s:.1f} s"
        )
    if found.missed:
        lines.append(f"missed: {', '.join(found.missed)}")
    return "\n".join(lines)
