"""The ONNX Runtime backend: it equals torch, says what ran, and prints nothing."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest
from tests.inference.tiny import tiny_request, write_tiny_model

from precedent_inference.backends.onnx_runtime import report_of, wanted_providers
from precedent_inference.errors import ModelError
from precedent_inference.export import TOLERANCE, export_model, largest_difference
from precedent_inference.loading import load_answerer
from precedent_inference.model.weights import load_flamingo
from precedent_inference.models import ModelFolder, find_models, seal

SHIPPED = [model for model in find_models().models if model.has_onnx]
CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.profile.name)
def test_a_shipped_models_graphs_equal_torch(model: ModelFolder) -> None:
    assert largest_difference(load_flamingo(model.path), model.path / "onnx") <= TOLERANCE


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.profile.name)
def test_a_shipped_model_answers_the_same_on_both_backends(model: ModelFolder) -> None:
    request = tiny_request(3, model=model.profile.name)
    answers = [load_answerer(model, backend).answer(request) for backend in ("onnx", "pytorch")]
    assert answers[0].text == answers[1].text
    assert answers[0].confidence == pytest.approx(answers[1].confidence, rel=1e-3)


@pytest.mark.skipif(not SHIPPED, reason="no exported model ships yet")
def test_opening_graphs_prints_nothing() -> None:
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from pathlib import Path\n"
        "from precedent_inference.backends.onnx_runtime import open_onnx_backend\n"
        f"open_onnx_backend(Path({str(SHIPPED[0].path)!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_provider_that_could_not_run_is_a_warning() -> None:
    report = report_of(CPU, [CUDA, CPU])
    assert report.device == "CPU"
    assert report.warnings == ("CUDA is on this machine but could not be used; CPU answers.",)


def test_the_wanted_provider_is_no_warning() -> None:
    assert report_of(CPU, [CPU]).warnings == ()


def test_the_cpu_is_always_the_last_resort() -> None:
    assert wanted_providers()[-1] == CPU


@pytest.fixture
def broken(tmp_path: Path) -> ModelFolder:
    """A model whose graphs are none, though their hashes are right."""
    model = write_tiny_model(tmp_path / "tiny-previous", "previous")
    (model.path / "onnx").mkdir()
    for name in ("vision", "media", "decoder"):
        (model.path / "onnx" / f"{name}.onnx").write_bytes(b"not a graph")
    return ModelFolder(model.path, seal(model.path, model.profile))


def test_a_broken_graph_is_refused_in_words(broken: ModelFolder) -> None:
    with pytest.raises(ModelError, match=r"graph vision\.onnx of model tiny-previous"):
        load_answerer(broken, "onnx")


def test_torch_steps_in_for_broken_graphs_and_every_answer_says_so(broken: ModelFolder) -> None:
    answer = load_answerer(broken).answer(tiny_request(1))
    assert answer.model.backend == "pytorch"
    assert answer.warnings[0].startswith("The exported graphs were not used: The graph vision.onnx")


@pytest.mark.slow
@pytest.mark.parametrize("placement", ["next", "previous"])
def test_an_exported_model_answers_as_its_source(tmp_path: Path, placement: str) -> None:
    source = write_tiny_model(tmp_path / "tiny", "next" if placement == "next" else "previous")
    target = export_model(source, tmp_path / "out")
    exported = find_models([target]).named(source.profile.name)
    request = tiny_request(2)
    first = load_answerer(source, "pytorch").answer(request)
    second = load_answerer(exported, "onnx").answer(request)
    assert first.text == second.text
    assert second.model.device in {"CPU", "CUDA", "TensorRT"}


@pytest.mark.slow
def test_graphs_that_differ_are_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_tiny_model(tmp_path / "tiny", "previous")
    monkeypatch.setattr("precedent_inference.export.TOLERANCE", 0.0)
    with pytest.raises(ModelError, match="differ from torch"):
        export_model(source, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny"]


def test_a_full_disk_leaves_the_model_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    source = write_tiny_model(tmp_path / "tiny", "previous")
    monkeypatch.setattr("precedent_inference.export.shutil.copytree", full)
    with pytest.raises(ModelError, match="No space left on device"):
        export_model(source, source.path)
    assert load_answerer(source, "pytorch").profile == source.profile
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]
