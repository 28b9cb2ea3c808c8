"""`precedent bench engine`: the engine's times, alone or beside the public reference."""

import argparse
import json
import sys
from typing import cast

from precedent_inference.errors import ModelError

EXIT_MISSED = 1


def main(argv: list[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    args = _parser().parse_args(argv)
    from precedent_inference.bench.engine import BenchOrder, measure_engine

    if args.repeats < 1 or args.threads < 1 or args.questions < 0:
        raise ModelError("Repeats and threads must be at least 1, questions at least 0.")
    order = BenchOrder(
        size=args.size,
        against_peer=args.against is not None,
        repeats=args.repeats,
        threads=args.threads,
        questions=args.questions,
        device=args.device,
    )
    found = measure_engine(order, lambda line: sys.stderr.write(line + "\n"))
    if args.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _say(found)
    influence = cast("dict[str, object]", found["influence"])
    return EXIT_MISSED if found.get("missed") or influence["is_missed"] else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="precedent bench engine", description=__doc__)
    parser.add_argument(
        "--against", choices=("open-flamingo",), help="run the public reference beside ours"
    )
    parser.add_argument("--size", choices=("tiny", "middle", "real"), default="middle")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--questions", type=int, default=1000, help="asked over one tray; 0 leaves it out"
    )
    parser.add_argument("--device", default="cpu", help="cpu, or cuda with bf16 weights")
    parser.add_argument("--json", action="store_true")
    return parser


def _say(found: dict[str, object]) -> None:
    """Print the figures as a table."""
    ours = cast("dict[str, dict[str, float]]", found["ours"])["seconds"]
    peer = cast("dict[str, dict[str, float]]", found.get("open-flamingo", {})).get("seconds", {})
    ratios = cast("dict[str, float]", found.get("ratios", {}))
    targets = cast("dict[str, float]", found.get("targets", {}))
    missed = cast("list[str]", found.get("missed", []))
    for name, seconds in ours.items():
        line = f"{name:18} {seconds * 1000:10.1f} ms"
        if name in ratios:
            line += f"   reference {peer[name] * 1000:10.1f} ms   ratio {ratios[name]:6.2f}"
        if name in targets:
            line += f"   target {targets[name]:g}{', missed' if name in missed else ''}"
        sys.stdout.write(line + "\n")
    if "peak_memory" in ratios:
        sys.stdout.write(f"{'peak_memory':18} ratio {ratios['peak_memory']:.2f}\n")
    ceiling = cast("dict[str, float]", found["ceiling"])
    sys.stdout.write(
        f"decoding: {ceiling['measured_tokens_per_s']:.1f} tokens a second, "
        f"{100 * ceiling['measured_over_ceiling']:.0f} % of what a copy's bandwidth allows\n"
    )
    influence = cast("dict[str, float]", found["influence"])
    sys.stdout.write(
        f"influence of six cases: {influence['all_cases_s'] * 1000:.1f} ms, as "
        f"{influence['cached_first_tokens']:.1f} first tokens with known pictures; target "
        f"{influence['target']:g}{', missed' if influence['is_missed'] else ''}\n"
    )
    if "memory_growth" in found:
        growth = cast("dict[str, int]", found["memory_growth"])
        more = growth["bytes_after_all"] - growth["bytes_after_a_few"]
        sys.stdout.write(f"memory after {growth['questions']} questions: {more / 1e6:+.1f} MB\n")
