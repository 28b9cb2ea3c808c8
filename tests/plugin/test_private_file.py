"""A private file appears whole, is written once, and only its owner may read it."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from precedent_plugin.private_file import create_private, restrict


def test_first_writer_wins(tmp_path: Path) -> None:
    create_private(tmp_path / "key", b"first")
    create_private(tmp_path / "key", b"second")
    assert (tmp_path / "key").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_folder_without_hard_links_gets_the_file_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    create_private(tmp_path / "key", b"first")
    create_private(tmp_path / "key", b"second")
    assert (tmp_path / "key").read_bytes() == b"first"


@pytest.mark.skipif(sys.platform == "win32", reason="rights are an access list on Windows")
def test_owner_alone_may_read(tmp_path: Path) -> None:
    create_private(tmp_path / "key", b"first")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_windows_gets_an_access_list_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []

    def run(command: list[str], **_: Any) -> None:
        called.append(command)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("USERNAME", "jane")
    monkeypatch.setenv("LOGNAME", "jane")
    restrict(tmp_path / "key")
    assert called == [["icacls", str(tmp_path / "key"), "/inheritance:r", "/grant:r", "jane:F"]]
