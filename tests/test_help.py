"""The page of all commands is what the commands say."""

from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication
from tests.plugin.hosts.test_builtin import NoEngine
from tests.plugin.hosts.window import real_window

from precedent_viewer.help.commands_page import commands_markdown

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"


def test_the_page_of_commands_is_current(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with real_window(qapp, tmp_path / "window", monkeypatch, NoEngine) as window:
        made = commands_markdown(window.app.registry)
    fresh = tmp_path / "commands.md"
    fresh.write_text(made, encoding="utf-8")
    known = PAGE.read_text(encoding="utf-8")
    assert known == made, f"The commands have changed: copy {fresh} over {PAGE} and read it."
