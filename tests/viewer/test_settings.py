"""Settings in a file: complete, atomic, forgiving."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as settings_profile
from hypothesis import strategies as st

from precedent_viewer.settings import (
    RECENT_LIMIT,
    Settings,
    SettingsError,
    SettingsStore,
    settings_from_json,
    write_settings,
)

settings = st.builds(
    Settings,
    theme=st.sampled_from(["dark", "light"]),
    show_overlay=st.booleans(),
    memory_mib=st.integers(512, 1 << 20),
    prefetch_frames=st.integers(0, 200),
    recent_paths=st.lists(st.text(max_size=9), max_size=4).map(tuple),
    shortcuts=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4),
)


@settings_profile(max_examples=25)
@given(settings)
def test_what_is_written_is_read_again(wanted: Settings) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "new" / "viewer.json"
        write_settings(path, wanted)
        assert settings_from_json(path.read_text(encoding="utf-8")) == wanted
        assert [one.name for one in path.parent.iterdir()] == ["viewer.json"]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"theme": "pink"}', '{"memory_mib": 1}', '{"memory_mib": true}',
     '{"recent_paths": [1]}', '{"shortcuts": {"a": 3}}', '{"shortcuts": []}',
     '{"prefetch_frames": -1}'],
)  # fmt: skip
def test_damaged_settings_become_defaults_and_are_kept(tmp_path: Path, text: str) -> None:
    (tmp_path / "viewer.json").write_text(text)
    store = SettingsStore(tmp_path)
    assert store.current == Settings()
    assert store.problem is not None
    assert (tmp_path / "viewer.damaged.json").read_text() == text


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    assert store.problem is None
    assert store.current == Settings()


def test_fields_of_a_newer_version_are_ignored() -> None:
    assert settings_from_json('{"theme": "light", "hologram": 3}') == Settings(theme="light")


def test_listeners_hear_only_of_changes(tmp_path: Path) -> None:
    store, heard = SettingsStore(tmp_path), list[Settings]()
    store.changed.connect(heard.append)
    store.update(theme="dark")
    store.update(theme="light")
    assert heard == [Settings(theme="light")]


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="could not be saved"):
        write_settings(tmp_path / "file" / "viewer.json", Settings())


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "viewer.json"
    write_settings(path, Settings())

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SettingsError, match="No space left"):
        write_settings(path, Settings(theme="light"))
    assert json.loads(path.read_text())["theme"] == "dark"
    assert list(tmp_path.iterdir()) == [path]


def test_recent_paths_are_few_and_the_newest_is_first() -> None:
    now = Settings()
    for number in range(RECENT_LIMIT + 3):
        now = now.with_recent(Path(f"/p{number}"))
    now = now.with_recent(Path("/p5"))
    assert now.recent_paths[0] == str(Path("/p5"))
    assert len(now.recent_paths) == RECENT_LIMIT
    assert len(set(now.recent_paths)) == RECENT_LIMIT


def test_a_number_out_of_bounds_is_refused() -> None:
    with pytest.raises(SettingsError, match="between 512 and 1048576"):
        replace(Settings(), memory_mib=3)


def test_paths_that_are_no_text_are_kept(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    store.set(store.current.with_recent(Path("scan \udcff \u65e5.dcm")))
    store.save()
    again = SettingsStore(tmp_path)
    assert again.current.recent_paths == ("scan \udcff \u65e5.dcm",)
