"""`precedent evaluate fewshot FOLDER`: how well a model answers by precedent, and beside what."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from precedent_inference.answering import Answerer
from precedent_inference.errors import EvaluationError
from precedent_inference.evaluation.fewshot import (
    DEFAULT_QUESTION,
    Gallery,
    Plan,
    Report,
    Score,
    evaluate,
    hang,
)
from precedent_inference.evaluation.fewshot_data import Example, pairs_by_task, read_examples
from precedent_inference.loading import BACKEND_CHOICES, load_answerer
from precedent_inference.models import find_models

ROWS = (
    ("model, exact text", "accuracy"),
    ("majority", "majority"),
    ("nearest shot on raw pixels", "raw_pixels"),
    ("nearest shot on own features", "features"),
    ("nearest class mean on own features", "features_mean"),
    ("model without shots", "zero_shot"),
    ("permuted labels, true label", "permuted"),
    ("permuted labels, follows them", "follows_permuted"),
)
RUNS = 3
"""Times each episode is put to the model: as it is, permuted, without shots."""


def main(argv: list[str]) -> int:
    """Measure and print a table, or one JSON object."""
    args = _parser().parse_args(argv)
    plan = Plan(args.ways, args.shots, args.episodes, args.seed, args.question, args.permute_labels)
    _require_sense(plan)
    examples = read_examples(args.folder, args.task)
    answerer = load_answerer(find_models(args.models).named(args.model), args.backend)
    started = time.perf_counter()
    reports = _run_all(answerer, examples, plan, all_pairs=args.all_pairs)
    seconds = time.perf_counter() - started
    body = _body(reports, seconds) if args.all_pairs else _flat(reports[0][1], seconds)
    if args.json:
        sys.stdout.write(json.dumps({"folder": args.folder.name} | body) + "\n")
    else:
        sys.stdout.write(_pair_table(reports) if args.all_pairs else _table(reports[0][1]))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="precedent evaluate")
    kinds = parser.add_subparsers(required=True)
    few = kinds.add_parser("fewshot", help="answer by precedent on labelled pictures")
    few.add_argument("folder", type=Path, help="one sub-folder a class, or a manifest.csv")
    few.add_argument("--ways", type=int, default=2, help="classes in an episode")
    few.add_argument("--shots", type=int, default=1, help="reference cases of each class")
    few.add_argument("--episodes", type=int, default=400)
    few.add_argument("--seed", type=int, default=0)
    few.add_argument("--model", default="starter")
    few.add_argument("--models", type=Path, action="append", default=[], metavar="FOLDER")
    few.add_argument("--backend", choices=BACKEND_CHOICES, default="auto")
    few.add_argument("--question", default=DEFAULT_QUESTION)
    few.add_argument("--task", help="only this task of the manifest")
    few.add_argument("--all-pairs", action="store_true", help="every pair of labels of each task")
    few.add_argument("--permute-labels", action="store_true", help="score with permuted labels")
    few.add_argument("--json", action="store_true")
    return parser


def _require_sense(plan: Plan) -> None:
    if plan.ways < 2 or plan.shots < 1 or plan.episodes < 1 or plan.seed < 0:
        raise EvaluationError(
            "An evaluation needs at least 2 ways, 1 shot, 1 episode and a seed of 0 or more."
        )


def _run_all(
    answerer: Answerer, examples: list[Example], plan: Plan, *, all_pairs: bool
) -> list[tuple[str, Report]]:
    groups: list[tuple[str, list[int]]] = [("", list(range(len(examples))))]
    if all_pairs:
        plan = replace(plan, ways=2)
        groups = [
            (task, _numbers(examples, task, (first, second)))
            for task, first, second in pairs_by_task(examples)
        ]
    runs = RUNS - plan.permute_labels
    with tqdm(total=len(examples), desc="pictures", disable=None) as bar:
        gallery = hang(answerer, examples, bar.update)
    reports: list[tuple[str, Report]] = []
    with tqdm(total=len(groups) * plan.episodes * runs, desc="episodes", disable=None) as bar:
        for task, numbers in groups:
            part = [examples[at] for at in numbers]
            hung = Gallery(
                [gallery.images[at] for at in numbers],
                gallery.raw[numbers],
                gallery.features[numbers],
            )
            reports.append((task, evaluate(answerer, part, hung, plan, bar.update)))
    return reports


def _numbers(examples: Sequence[Example], task: str, labels: tuple[str, str]) -> list[int]:
    return [
        at
        for at, example in enumerate(examples)
        if example.task == task and example.label in labels
    ]


def _flat(report: Report, seconds: float) -> dict[str, object]:
    """Give the JSON object of one measurement."""
    return {
        "model": report.model,
        **asdict(report.plan),
        "labels": list(report.labels),
        "accuracy": asdict(report.accuracy),
        "baselines": {
            "majority": asdict(report.majority),
            "nearest_raw_pixels": asdict(report.raw_pixels) | {"method": report.raw_method},
            "nearest_features": asdict(report.features) | {"method": report.features_method},
            "nearest_features_class_mean": asdict(report.features_mean),
            "zero_shot": asdict(report.zero_shot),
        },
        "label_permuted": {
            "true_label": asdict(report.permuted),
            "follows_permuted": asdict(report.follows_permuted),
        },
        "seconds": round(seconds, 2),
    }


def _body(reports: list[tuple[str, Report]], seconds: float) -> dict[str, object]:
    """Give the JSON object of all pairs: each one, and the means."""
    pairs = [{"task": task} | _flat(report, 0.0) for task, report in reports]
    mean = {name: _mean(reports, name) for _, name in ROWS}
    return {"pairs": pairs, "mean": mean, "seconds": round(seconds, 2)}


def _table(report: Report) -> str:
    plan, lines = report.plan, [f"{report.model['name']} on {', '.join(report.labels)}"]
    lines.append(f"{plan.ways} ways, {plan.shots} shots, {plan.episodes} episodes")
    for title, name in ROWS:
        score: Score = getattr(report, name)
        lines.append(f"  {title:<36}{score.value:6.3f}  ({score.low:.3f} to {score.high:.3f})")
    lines.append(f"  raw pixels: {report.raw_method}; own features: {report.features_method}")
    return "\n".join(lines) + "\n"


def _pair_table(reports: list[tuple[str, Report]]) -> str:
    heads = ("exact", "raw", "feat", "feat-mean", "zero", "perm", "follows")
    names = [name for _, name in ROWS if name != "majority"]
    lines = [f"{'task: pair':<40}" + "".join(f"{head:>10}" for head in heads)]
    for task, report in reports:
        numbers = "".join(f"{getattr(report, name).value:10.3f}" for name in names)
        lines.append(f"{task + ': ' + ' / '.join(report.labels):<40}{numbers}")
    means = "".join(f"{_mean(reports, name):10.3f}" for name in names)
    return "\n".join([*lines, f"{'mean':<40}{means}"]) + "\n"


def _mean(reports: list[tuple[str, Report]], name: str) -> float:
    return float(np.mean([getattr(report, name).value for _, report in reports]))
