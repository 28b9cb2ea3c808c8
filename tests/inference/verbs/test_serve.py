"""`precedent serve`: secrets stay in files that only the user can read."""

import json
import stat
import sys
from pathlib import Path

import pytest

from precedent_inference.verbs.serve import write_private


def test_a_private_file_holds_its_content(tmp_path: Path) -> None:
    path = write_private(tmp_path / "inner" / "engine.json", {"port": 1, "token": "t"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"port": 1, "token": "t"}
    assert [child.name for child in path.parent.iterdir()] == ["engine.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the folder private instead")
def test_a_private_file_is_only_the_users(tmp_path: Path) -> None:
    path = write_private(tmp_path / "engine.json", {"port": 1})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
