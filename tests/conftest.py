"""What every test shares: a quiet screen and a home of its own."""

import os
from pathlib import Path

import pytest

# Windows that a test opens never reach a screen; must be said before Qt is imported.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture
def samples() -> Path:
    """The shipped samples."""
    from precedent_resources import resource

    return resource("samples")


@pytest.fixture
def shared_data() -> Path:
    """Data sets that are not part of the project; the test is skipped where they are not."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("the folder shared/ is not beside this checkout")
    return folder


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests out of the settings, library and caches of whoever runs them."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home))
    for name in ("APPDATA", "LOCALAPPDATA", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
