"""What a window does with models: an import in its own process, taking away and bringing back."""

import json
import sys
import threading
from pathlib import Path

import pytest
from tests.inference.tiny import write_tiny_model

from precedent_inference.errors import Cancelled, ModelError
from precedent_inference.model_jobs import (
    ImportJob,
    ImportProgress,
    ImportWish,
    bring_back,
    check_model,
    delete_for_good,
    list_models,
    removed_models,
    set_aside,
)

WISH = ImportWish((Path("release"),), "med")


def says(*lines: object, status: int = 0, waits: bool = False) -> list[str]:
    """A command that prints lines of JSON, as the import does."""
    code = (
        "import sys, json\n"
        f"for line in {list(lines)!r}:\n"
        "    print(json.dumps(line), flush=True)\n"
        f"if {waits}:\n"
        "    sys.stdin.read()\n"
        "    print(json.dumps({'cancelled': True}))\n"
        f"sys.exit({status})\n"
    )
    return [sys.executable, "-c", code]


STAGE = {"stage": "Converting weights", "done": 5, "total": 10, "unit": "bytes"}


def test_an_import_tells_its_progress_and_its_name() -> None:
    seen: list[ImportProgress] = []
    done = {"imported": {"name": "med", "path": "x", "size_bytes": 1}}
    assert ImportJob(WISH, says(STAGE, done)).run(progress=seen.append) == "med"
    assert [(one.stage, one.done, one.total) for one in seen] == [("Converting weights", 5, 10)]


def test_what_went_wrong_is_told_with_its_remedy() -> None:
    error = {"error": {"message": "The weights lack a tensor.", "hint": "Copy it again."}}
    with pytest.raises(ModelError) as caught:
        ImportJob(WISH, says(error, status=2)).run()
    assert (caught.value.message, caught.value.hint) == (
        "The weights lack a tensor.",
        "Copy it again.",
    )


def test_a_process_that_dies_is_told() -> None:
    with pytest.raises(ModelError, match="ended with status 9 and no reason"):
        ImportJob(WISH, says(STAGE, status=9)).run()


def test_an_import_is_cancelled_by_letting_go_of_its_input() -> None:
    job = ImportJob(WISH, says(STAGE, status=130, waits=True))
    begun = threading.Event()

    def cancel() -> None:
        begun.wait()
        job.cancel()

    threading.Thread(target=cancel).start()
    with pytest.raises(Cancelled):
        job.run(progress=lambda _: begun.set())


def test_an_import_cancelled_before_it_began_starts_nothing() -> None:
    job = ImportJob(WISH, ["/no/such/command"])
    job.cancel()
    with pytest.raises(Cancelled):
        job.run()


def test_the_wish_becomes_the_commands_words(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def stop(command: list[str], **_: object) -> None:
        seen.append(command)
        raise OSError

    monkeypatch.setattr("precedent_inference.model_jobs.subprocess.Popen", stop)
    with pytest.raises(OSError):  # noqa: PT011  only the words matter here
        ImportJob(ImportWish((Path("a"), Path("b")), "med", "previous"), ["x"]).run()
    words = "x a b --kind flamingo --name med --progress-json --placement previous"
    assert seen == [words.split()]


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of models, with one in it."""
    for module in ("models", "model_jobs"):
        name = f"precedent_inference.{module}.user_models_folder"
        monkeypatch.setattr(name, lambda: tmp_path / "models")
    write_tiny_model(tmp_path / "models" / "tiny-previous", "previous")
    return tmp_path / "models"


def names() -> set[str]:
    return {entry.name for entry in list_models()}


@pytest.mark.usefixtures("own_folder")
def test_a_model_that_was_set_aside_comes_back() -> None:
    (entry,) = [one for one in list_models() if one.name == "tiny-previous"]
    set_aside(entry)
    assert "tiny-previous" not in names()
    (removed,) = removed_models()
    assert removed.size_bytes == entry.size_bytes
    bring_back(removed)
    assert "tiny-previous" in names()
    assert removed_models() == ()


def test_a_model_is_deleted_for_good(own_folder: Path) -> None:
    (entry,) = [one for one in list_models() if one.name == "tiny-previous"]
    set_aside(entry)
    delete_for_good(removed_models()[0])
    assert list(own_folder.iterdir()) == []


@pytest.mark.usefixtures("own_folder")
def test_nothing_is_brought_back_over_another_model(own_folder: Path) -> None:
    (entry,) = [one for one in list_models() if one.name == "tiny-previous"]
    set_aside(entry)
    write_tiny_model(own_folder / "tiny-previous", "previous")
    with pytest.raises(ModelError, match="another model called tiny-previous"):
        bring_back(removed_models()[0])


def test_the_starter_cannot_be_removed() -> None:
    (starter,) = [one for one in list_models() if one.name == "starter"]
    assert starter.is_shipped
    with pytest.raises(ModelError, match="part of Precedent"):
        set_aside(starter)


def test_an_altered_file_is_found(own_folder: Path) -> None:
    config = own_folder / "tiny-previous" / "config.json"
    config.write_text(json.dumps({}))
    asked: list[str] = []
    states = check_model("tiny-previous", progress=asked.append)
    assert states["config.json"] == "differs"
    assert asked == list(states)


def test_what_cannot_be_used_is_listed_with_its_reason(own_folder: Path) -> None:
    (own_folder / "tiny-previous" / "profile.json").write_text("{}")
    (entry,) = [one for one in list_models() if one.name == "tiny-previous"]
    assert "profile.json" in entry.problem
