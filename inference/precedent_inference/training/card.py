"""The starter model's card: what it is, measured figures beside their baselines, what it is not.

The text is made from `measured.json` beside the weights, so that no figure is typed by hand. That
file is gathered from what the run and the two measuring verbs wrote:

    precedent train measure --json > procedural.json
    precedent evaluate fewshot SETS --ways 2 --shots 3 --all-pairs --json > real.json
    python -m precedent_inference.training.card FOLDER --curve language.csv \\
        --procedural procedural.json --real real.json --episodes 400 --note "..."

With FOLDER alone the text is written anew from `measured.json` as it is.
"""

import argparse
import csv
import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from precedent_inference.models import CARD_FILE

MEASURED_FILE = "measured.json"
CURVE_STEPS = 500
"""A row of the learning curve is a mean over so many steps."""

TARGETS: tuple[tuple[str, float], ...] = (
    ("2-way 1-shot", 0.93),
    ("2-way 3-shot", 0.95),
    ("4-way 1-shot", 0.85),
)
REAL_TARGET = 0.88
REAL_GAP = 0.05
"""How far under the nearest neighbour on its own features the model may fall on a task."""

HEAD = """# Starter model

A small Flamingo (OpenFlamingo V2's placement: text sees the preceding image) that ships with
Precedent, so that a fresh machine without internet can answer. **It demonstrates comparison in
context and has no medical knowledge**: it compares the query's picture with the reference cases and
copies the answer of those that look alike. Without references its answer means nothing. It sees
96 x 96 pixels of the middle square.

For teaching and tests. Not for diagnosis. Licence: GPL-3.0-or-later.

## How it was made

From random weights, on computed pictures alone: thirteen families (noise, waves, Voronoi cells,
shapes, blobs and vessels, lattices, random networks; sections, projections, branching bones,
stained tissue, blood smears, lesions), each class a random draw of a family's parameters. No
photographs, no patients' pictures, no ready-made weights. Words of the answers: element names of
the DICOM standard (from pydicom's dictionary, MIT), a short list of clinical words, and syllables
drawn anew; answers are assigned at random in every episode. `precedent train starter` does it
again from a seed.
"""


def card_text(measured: Mapping[str, Any]) -> str:
    """Give the card, Markdown, for the figures of `measured.json`."""
    parts = [
        HEAD,
        _training(measured["training"]),
        _procedural(measured["procedural"], int(measured["episodes"])),
        _real(measured["real"]),
        _verdict(measured["procedural"], measured["real"]),
    ]
    return "\n".join(parts)


def missed_targets(procedural: Mapping[str, Any], real: Mapping[str, Any]) -> list[str]:
    """Name every target that the figures miss, with both numbers."""
    missed = [
        f"{name}: {procedural[name]['exact']:.3f}, wanted at least {target}"
        for name, target in TARGETS
        if procedural[name]["exact"] < target
    ]
    for name, _ in TARGETS:
        unseen = procedural[f"{name}, answers never used in training"]["exact"]
        if unseen < procedural[name]["exact"] - 0.05:
            missed.append(f"{name} with answers never used in training: {unseen:.3f}")
    places = [score["exact"] for name, score in procedural.items() if "match at place" in name]
    if max(places) - min(places) > 0.05:
        missed.append(
            f"the matching reference's place changes accuracy by {max(places) - min(places):.3f}, "
            "wanted at most 0.05"
        )
    if real["mean"]["accuracy"] < REAL_TARGET:
        mean = real["mean"]["accuracy"]
        missed.append(f"real pictures, mean: {mean:.3f}, wanted at least {REAL_TARGET}")
    if real["mean"]["accuracy"] <= real["mean"]["raw_pixels"]:
        missed.append(
            f"real pictures, mean: {real['mean']['accuracy']:.3f}, wanted more than the nearest "
            f"neighbour on raw pixels, {real['mean']['raw_pixels']:.3f}"
        )
    behind = [
        f"{pair['task']}: {' / '.join(pair['labels'])}"
        for pair in real["pairs"]
        if pair["accuracy"]["value"] < pair["baselines"]["nearest_features"]["value"] - REAL_GAP
    ]
    if behind:
        missed.append(
            f"more than {REAL_GAP} under its own nearest neighbour on {len(behind)} of "
            f"{len(real['pairs'])} real tasks ({'; '.join(behind)})"
        )
    return missed


def _training(training: Mapping[str, Any]) -> str:
    rows = [
        [f"{row['step']:,}", row["kind"], row["loss"], row["exact"]] for row in training["curve"]
    ]
    return (
        f"{training['note']}\n\nLearning curve of the decoder (share of answer tokens that are"
        " right; text: copying alone, synthetic: random latents, real: the encoder's latents):\n\n"
        + _table(["step", "episodes", "loss", "tokens right"], rows)
    )


def _procedural(scores: Mapping[str, Any], episodes: int) -> str:
    rows = [
        [name, score["exact"], score["first_token"], score["neighbour"]]
        for name, score in scores.items()
    ]
    return (
        f"## Computed classes that it never saw\n\nExact text, greedy, {episodes} episodes each,"
        " beside the nearest neighbour on the model's own features. Permuted: every reference"
        " carries another class's answer, and the model is right when it follows.\n\n"
        + _table(["setting", "exact", "first token", "nearest neighbour"], rows)
    )


def _real(real: Mapping[str, Any]) -> str:
    rows = [
        [
            f"{pair['task']}: {' / '.join(pair['labels'])}",
            pair["accuracy"]["value"],
            pair["baselines"]["nearest_features"]["value"],
            pair["baselines"]["nearest_raw_pixels"]["value"],
            pair["baselines"]["zero_shot"]["value"],
            pair["label_permuted"]["follows_permuted"]["value"],
        ]
        for pair in real["pairs"]
    ]
    mean = real["mean"]
    names = ("accuracy", "features", "raw_pixels", "zero_shot", "follows_permuted")
    rows.append(["**mean**", *(mean[name] for name in names)])
    head = ["task", "exact", "own features", "raw pixels", "zero-shot", "follows permuted labels"]
    return (
        "## Real pictures, none of which it was trained on\n\nPairs of classes, 3 references each"
        f" class, real class names, {real['pairs'][0]['episodes']} episodes a pair. The sets are"
        " small and easy (64-pixel anatomy, blood cells, children's chest films); they say nothing"
        " of clinical accuracy.\n\n" + _table(head, rows)
    )


def _verdict(procedural: Mapping[str, Any], real: Mapping[str, Any]) -> str:
    missed = missed_targets(procedural, real)
    if not missed:
        return "## Targets\n\nAll were met.\n"
    return "## Targets that were missed\n\n" + "".join(f"- {line}\n" for line in missed)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def write_card(folder: Path) -> None:
    """Write `card.md` of a model folder from its `measured.json`."""
    measured = json.loads((folder / MEASURED_FILE).read_text(encoding="utf-8"))
    (folder / CARD_FILE).write_text(card_text(measured), encoding="utf-8", newline="\n")


def curve_rows(path: Path) -> list[dict[str, Any]]:
    """Read a decoder's learning curve; one row for each kind of episode every `CURVE_STEPS`."""
    with path.open(newline="", encoding="utf-8") as file:
        steps = list(csv.DictReader(file))

    def place(row: Mapping[str, str]) -> tuple[int, str]:
        return -(-int(row["step"]) // CURVE_STEPS) * CURVE_STEPS, row["kind"]

    table: list[dict[str, Any]] = []
    for (step, kind), group in groupby(sorted(steps, key=place), place):
        rows = list(group)
        table.append(
            {
                "step": step,
                "kind": kind,
                "loss": sum(float(row["answer"]) for row in rows) / len(rows),
                "exact": sum(float(row["tokens"]) for row in rows) / len(rows),
            }
        )
    return table


def main() -> None:
    """Gather the figures when they are given, then write the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for name in ("--curve", "--procedural", "--real"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--episodes", type=int, default=400)
    parser.add_argument("--note", default="")
    given = parser.parse_args()
    if given.curve is not None:
        measured = {
            "training": {"note": given.note, "curve": curve_rows(given.curve)},
            "episodes": given.episodes,
            "procedural": json.loads(given.procedural.read_text(encoding="utf-8")),
            "real": json.loads(given.real.read_text(encoding="utf-8")),
        }
        text = json.dumps(measured, indent=1) + "\n"
        (given.folder / MEASURED_FILE).write_text(text, encoding="utf-8", newline="\n")
    write_card(given.folder)


if __name__ == "__main__":
    main()
