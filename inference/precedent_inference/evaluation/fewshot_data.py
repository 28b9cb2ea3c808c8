"""Labelled pictures for an evaluation, and the episodes drawn from them."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from precedent_inference.errors import EvaluationError

MANIFEST = "manifest.csv"
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"})


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled picture."""

    path: Path
    label: str
    task: str = ""
    """Labels are compared within a task only; empty when the folder has one task."""


@dataclass(frozen=True, slots=True)
class Episode:
    """Shots and a query by their numbers among the examples."""

    shots: tuple[int, ...]
    query: int
    labels: tuple[str, ...]
    """The labels in play, in random order."""


def read_examples(folder: Path, task: str | None = None) -> list[Example]:
    """List the labelled pictures of a folder, sorted by path.

    The folder holds `manifest.csv` (columns `path` or `file`, `label`, perhaps `task`) or one
    sub-folder of pictures for each class. Raises EvaluationError when it holds neither, or nothing
    of `task`.
    """
    if not folder.is_dir():
        raise EvaluationError(f"{folder} is not a folder.", "Name a folder of labelled pictures.")
    manifest = folder / MANIFEST
    examples = _from_manifest(manifest) if manifest.is_file() else _from_folders(folder)
    if task is not None:
        tasks = sorted({example.task for example in examples})
        examples = [example for example in examples if example.task == task]
        if not examples:
            raise EvaluationError(f"There is no task {task!r} in {folder}; there are: {tasks}.")
    if not examples:
        raise EvaluationError(
            f"{folder} holds no labelled pictures.",
            f"Put one sub-folder of pictures for each class into it, or a {MANIFEST}.",
        )
    return sorted(examples, key=lambda example: (example.task, example.label, str(example.path)))


def draw_episodes(
    examples: Sequence[Example], ways: int, shots: int, episodes: int, seed: int
) -> list[Episode]:
    """Draw episodes: classes of one task, `shots` pictures of each, and a query beside them.

    Raises EvaluationError when no task has enough classes with enough pictures.
    """
    tasks = _tasks(examples, shots + 1)
    usable = {task: classes for task, classes in tasks.items() if len(classes) >= ways}
    if not usable:
        raise EvaluationError(
            f"No task has {ways} classes of at least {shots + 1} pictures.",
            "Ask for fewer ways or shots.",
        )
    names = sorted(usable)
    drawn: list[Episode] = []
    for number in range(episodes):
        rng = np.random.default_rng([seed, number])
        classes = usable[names[rng.integers(len(names))]]
        labels = [str(label) for label in rng.permutation(sorted(classes))[:ways]]
        picked = {label: rng.permutation(classes[label])[: shots + 1] for label in labels}
        asked = labels[rng.integers(ways)]
        references = [int(at) for label in labels for at in picked[label][:shots]]
        order = tuple(references[at] for at in rng.permutation(len(references)))
        drawn.append(Episode(order, int(picked[asked][shots]), tuple(labels)))
    return drawn


def pairs_by_task(examples: Sequence[Example]) -> list[tuple[str, str, str]]:
    """Give every (task, label, label) with two different labels of one task."""
    tasks = _tasks(examples, 1)
    return [
        (task, first, second)
        for task in sorted(tasks)
        for first in sorted(tasks[task])
        for second in sorted(tasks[task])
        if first < second
    ]


def _tasks(examples: Sequence[Example], least: int) -> dict[str, dict[str, list[int]]]:
    """Give task, label, numbers of examples; labels with fewer than `least` are left out."""
    tasks: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, example in enumerate(examples):
        tasks[example.task][example.label].append(at)
    return {
        task: {label: numbers for label, numbers in labels.items() if len(numbers) >= least}
        for task, labels in tasks.items()
    }


def _from_manifest(manifest: Path) -> list[Example]:
    try:
        with manifest.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EvaluationError(f"{manifest} cannot be read: {error}.") from error
    columns = set(rows[0]) if rows else set()
    name = next((column for column in ("path", "file") if column in columns), None)
    if name is None or "label" not in columns:
        raise EvaluationError(f"{manifest} needs the columns path (or file) and label.")
    examples = [
        Example(manifest.parent / row[name], row["label"].strip(), (row.get("task") or "").strip())
        for row in rows
        if row[name] and (row["label"] or "").strip()
    ]
    for example in examples:
        if not example.path.is_file():
            raise EvaluationError(f"{manifest} names {example.path.name}, which is not there.")
    return examples


def _from_folders(folder: Path) -> list[Example]:
    return [
        Example(path, inner.name)
        for inner in sorted(folder.iterdir())
        if inner.is_dir()
        for path in sorted(inner.rglob("*"))
        if path.suffix.lower() in PICTURES
    ]
