"""No key of the viewer is one of the plugin's as well."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication

from precedent_plugin.hosts import builtin
from precedent_viewer.app import App
from precedent_viewer.extensions import installed_extensions
from precedent_viewer.panels.log import MemoryLog
from precedent_viewer.settings import SettingsStore


@pytest.fixture
def whole(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """A window with everything that is installed."""
    monkeypatch.setattr(builtin, "default_folder", lambda: tmp_path / "library")
    app = App(qapp, SettingsStore(tmp_path / "settings"), MemoryLog(), installed_extensions())
    yield app
    app.window.close()
    app.window.deleteLater()


def test_every_key_has_one_meaning(whole: App) -> None:
    assert whole.registry.get("ask.focus-question") is not None
    assert whole.registry.clashes() == {}
