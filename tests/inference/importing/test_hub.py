"""A release is fetched whole or not at all: resumed, checked by hash, or said to be elsewhere."""

import socket
import threading
from pathlib import Path

import pytest
from huggingface_hub import constants
from tests.inference.importing.fake_hub import NAME, REVISION, FakeHub

from precedent_inference.errors import Cancelled, ModelError
from precedent_inference.importing.convert import Progress
from precedent_inference.importing.hub import Hub

WORD = f"hf:{NAME}"
NEVER = threading.Event()
FILES = {"model.safetensors": bytes(range(256)) * 40, "config.json": b'{"model_type": "llama"}'}


def fetch(hub: FakeHub, folder: Path) -> Path:
    return Hub(hub.endpoint, folder).fetch(WORD, lambda _: None, NEVER)


def contents(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_a_release_is_fetched_whole(tmp_path: Path) -> None:
    with FakeHub(FILES) as hub:
        folder = fetch(hub, tmp_path)
    assert contents(folder) == FILES
    assert folder.name == REVISION


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    with FakeHub(FILES) as hub:
        fetch(hub, tmp_path)
        hub.asked.clear()
        fetch(hub, tmp_path)
    assert hub.asked == []


def test_a_broken_transfer_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with FakeHub(FILES, breaks_after=4000) as hub:
        folder = fetch(hub, tmp_path)
    assert contents(folder) == FILES
    ranges = [asked for name, asked in hub.asked if name == "model.safetensors"]
    assert ranges == [None, "bytes=4000-", "bytes=8000-"]


def test_a_later_run_goes_on_where_an_earlier_one_stopped(tmp_path: Path) -> None:
    started = tmp_path / "owner--model" / REVISION / "model.safetensors.unfinished"
    started.parent.mkdir(parents=True)
    started.write_bytes(FILES["model.safetensors"][:5000])
    with FakeHub(FILES) as hub:
        folder = fetch(hub, tmp_path)
    assert contents(folder) == FILES
    assert ("model.safetensors", "bytes=5000-") in hub.asked


def test_the_rest_of_another_file_is_seen_by_its_hash(tmp_path: Path) -> None:
    started = tmp_path / "owner--model" / REVISION / "model.safetensors.unfinished"
    started.parent.mkdir(parents=True)
    started.write_bytes(b"x" * 5000)
    with FakeHub(FILES) as hub:
        with pytest.raises(ModelError, match="arrived altered"):
            fetch(hub, tmp_path)
        assert contents(fetch(hub, tmp_path)) == FILES


@pytest.mark.parametrize("name", list(FILES))
def test_an_altered_file_is_refused_and_not_kept(tmp_path: Path, name: str) -> None:
    with (
        FakeHub(FILES, altered=frozenset({name})) as hub,
        pytest.raises(ModelError, match=f"{name} arrived altered"),
    ):
        fetch(hub, tmp_path)
    assert name not in {path.name for path in tmp_path.rglob("*")}


def test_a_hub_that_sends_nothing_more_is_given_up(tmp_path: Path) -> None:
    with (
        FakeHub(FILES, breaks_after=0) as hub,
        pytest.raises(ModelError, match="cannot be reached"),
    ):
        fetch(hub, tmp_path)


def test_a_cancelled_fetch_keeps_what_it_has(tmp_path: Path) -> None:
    cancel = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.done > 0:
            cancel.set()

    with FakeHub(FILES, breaks_after=4000) as hub, pytest.raises(Cancelled):
        Hub(hub.endpoint, tmp_path).fetch(WORD, stop, cancel)
    (draft,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert draft.name == "model.safetensors.unfinished"


def test_progress_ends_with_all_bytes(tmp_path: Path) -> None:
    seen: list[Progress] = []
    with FakeHub(FILES) as hub:
        Hub(hub.endpoint, tmp_path).fetch(WORD, seen.append, NEVER)
    total = sum(map(len, FILES.values()))
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert (seen[-1].done, seen[-1].total) == (total, total)


def test_only_what_an_import_reads_is_fetched(tmp_path: Path) -> None:
    junk = {
        "pytorch_model.bin": b"the same in the older form",
        "tf_model.h5": b"another framework's",
        "optimizer.pt": b"of a training",
        "README.md": b"# A model",
        ".gitattributes": b"*.bin",
    }
    with FakeHub(FILES | junk) as hub:
        assert contents(fetch(hub, tmp_path)) == FILES


@pytest.mark.parametrize("name", ["../outside.json", "/etc/outside.json", "a/../../b.json"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with FakeHub(FILES | {name: b"{}"}) as hub, pytest.raises(ModelError, match="outside"):
        fetch(hub, tmp_path)


def test_a_repository_without_weights_is_refused(tmp_path: Path) -> None:
    with FakeHub({"config.json": b"{}"}) as hub, pytest.raises(ModelError, match="no weights"):
        fetch(hub, tmp_path)


@pytest.mark.parametrize("status", [401, 404, 503])
def test_a_refusal_states_its_status(tmp_path: Path, status: int) -> None:
    with (
        FakeHub(FILES, status=status) as hub,
        pytest.raises(ModelError, match=f"status {status}") as caught,
    ):
        fetch(hub, tmp_path)
    assert "model.pt of the Flamingo checkpoint" in str(caught.value)


def test_without_internet_the_files_to_carry_are_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    hub = Hub(f"http://127.0.0.1:{port}", tmp_path)
    with pytest.raises(ModelError, match="cannot be reached") as caught:
        hub.fetch(WORD, lambda _: None, NEVER)
    for part in ("model.pt", "LLaMA-7B folder", "CLIP ViT-L/14", "one folder"):
        assert part in (caught.value.hint or "")


def test_a_hub_that_is_switched_off_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="switched off"):
        Hub("http://127.0.0.1:9", tmp_path).fetch(WORD, lambda _: None, NEVER)


@pytest.mark.parametrize("word", ["hf:", "hf:model", "hf:a/b/c", "hf:../etc", "hf:a b/c"])
def test_what_is_no_id_is_said(tmp_path: Path, word: str) -> None:
    with pytest.raises(ModelError, match="is not an id such as"):
        Hub("http://127.0.0.1:9", tmp_path).fetch(word, lambda _: None, NEVER)
