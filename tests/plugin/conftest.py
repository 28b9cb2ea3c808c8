"""A library on a fresh folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from precedent_plugin.library import CaseLibrary


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def library(folder: Path) -> Iterator[CaseLibrary]:
    opened = CaseLibrary.open(folder)
    yield opened
    opened.close()
