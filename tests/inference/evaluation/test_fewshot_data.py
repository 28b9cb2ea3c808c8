"""Labelled pictures and the episodes drawn from them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_inference.errors import EvaluationError
from precedent_inference.evaluation.fewshot_data import (
    Example,
    draw_episodes,
    pairs_by_task,
    read_examples,
)

EXAMPLES = [
    Example(Path(f"{task}-{label}-{at}.png"), label, task)
    for task, labels in (("one", "abc"), ("two", "ax"))
    for label in labels
    for at in range(6)
]


@given(st.integers(2, 3), st.integers(1, 5), st.integers(0, 99))
def test_an_episode_is_whole(ways: int, shots: int, seed: int) -> None:
    for episode in draw_episodes(EXAMPLES, ways, shots, 5, seed):
        used = [EXAMPLES[at] for at in (*episode.shots, episode.query)]
        labels = [EXAMPLES[at].label for at in episode.shots]
        assert len(set(used)) == ways * shots + 1
        assert len({example.task for example in used}) == 1
        assert all(labels.count(label) == shots for label in episode.labels)
        assert EXAMPLES[episode.query].label in episode.labels


def test_a_seed_draws_the_same_episodes() -> None:
    assert draw_episodes(EXAMPLES, 2, 1, 9, 4) == draw_episodes(EXAMPLES, 2, 1, 9, 4)


def test_too_many_shots_are_refused() -> None:
    with pytest.raises(EvaluationError, match="2 classes of at least 7 pictures"):
        draw_episodes(EXAMPLES, 2, 6, 1, 0)


def test_pairs_stay_within_a_task() -> None:
    expected = [("one", "a", "b"), ("one", "a", "c"), ("one", "b", "c"), ("two", "a", "x")]
    assert pairs_by_task(EXAMPLES) == expected


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_a_sub_folder_is_a_class(tmp_path: Path) -> None:
    touch(tmp_path, "b/1.png", "a/2.JPG", "a/notes.txt", "loose.png")
    found = [(example.path.name, example.label) for example in read_examples(tmp_path)]
    assert found == [("2.JPG", "a"), ("1.png", "b")]


@pytest.mark.parametrize("column", ["path", "file"])
def test_a_manifest_names_pictures_labels_and_tasks(tmp_path: Path, column: str) -> None:
    touch(tmp_path, "x/1.png", "2.png", "3.png")
    rows = f"{column},task,label\nx/1.png,t,mass\n2.png,u,cyst\n3.png,t,\n"
    (tmp_path / "manifest.csv").write_text(rows, encoding="utf-8")
    assert [(e.task, e.label) for e in read_examples(tmp_path)] == [("t", "mass"), ("u", "cyst")]
    assert [e.label for e in read_examples(tmp_path, "u")] == ["cyst"]
    with pytest.raises(EvaluationError, match="no task 'v'"):
        read_examples(tmp_path, "v")


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("", "needs the columns"),
        ("picture,label\n1.png,a\n", "needs the columns"),
        ("path,label\nmissing.png,a\n", r"names missing\.png"),
    ],
)
def test_a_wrong_manifest_is_refused(tmp_path: Path, manifest: str, words: str) -> None:
    (tmp_path / "manifest.csv").write_text(manifest, encoding="utf-8")
    with pytest.raises(EvaluationError, match=words):
        read_examples(tmp_path)


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no labelled pictures"):
        read_examples(tmp_path)
    with pytest.raises(EvaluationError, match="not a folder"):
        read_examples(tmp_path / "none")
