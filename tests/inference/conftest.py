"""The tiny model as fixtures."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path

import pytest
import torch
from tests.inference.tiny import write_tiny_model

from precedent_inference.answering import Answerer
from precedent_inference.loading import load_answerer
from precedent_inference.models import ModelFolder
from precedent_inference.profile import read_profile

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny model under both placement rules."""
    folder = tmp_path_factory.mktemp("models")
    write_tiny_model(folder / "tiny-previous", "previous")
    write_tiny_model(folder / "tiny-next", "next")
    return folder


@pytest.fixture(scope="session")
def tiny(models_folder: Path) -> ModelFolder:
    """The tiny model whose text sees the preceding image."""
    folder = models_folder / "tiny-previous"
    return ModelFolder(folder, read_profile(folder))


@pytest.fixture
def answerer(tiny: ModelFolder) -> Answerer:
    """The tiny model, loaded afresh with empty caches."""
    return load_answerer(tiny, "pytorch")
