"""Exports: compared with torch before anybody sees them, whole or not at all."""

import errno
import json
import shutil
import threading
from pathlib import Path

import onnx
import pytest
import torch
from tests.inference.tiny import tiny_request

from precedent_inference.errors import Cancelled, ModelError
from precedent_inference.export import exporter
from precedent_inference.export import weights as export_weights
from precedent_inference.export.exporter import ExportOrder, ExportRecord, export_model
from precedent_inference.export.weights import Precision
from precedent_inference.loading import load_answerer
from precedent_inference.model.streamed import streamed_flamingo
from precedent_inference.model.weights import StoredWeights, load_flamingo
from precedent_inference.models import GRAPHS, ModelFolder, check_files, find_models
from precedent_inference.profile import read_profile

NEVER = threading.Event()


def silent(_stage: str, _done: int, _total: int) -> None:
    pass


def run(source: ModelFolder, target: Path, precision: Precision = "fp32") -> ExportRecord:
    return export_model(ExportOrder(source, target, precision), silent, NEVER)


@pytest.fixture(scope="module", params=["tiny-previous", "tiny-next"])
def source(request: pytest.FixtureRequest, models_folder: Path) -> ModelFolder:
    return find_models([models_folder]).named(request.param)


@pytest.mark.slow
def test_the_graphs_of_both_placements_equal_torch(source: ModelFolder, tmp_path: Path) -> None:
    record = run(source, tmp_path / "out")
    assert record.difference <= 1e-4
    assert record.same_tokens == record.tokens > 0
    found = ModelFolder(tmp_path / "out", read_profile(tmp_path / "out"))
    assert all(check.state == "ok" for check in check_files(found))
    request = tiny_request(2, model=source.profile.name)
    texts = [load_answerer(found, backend).answer(request).text for backend in ("onnx", "pytorch")]
    assert texts[0] == texts[1]


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp16", "int8", "int4"])
def test_lower_precisions_are_recorded_with_their_agreement(
    models_folder: Path, tmp_path: Path, precision: Precision
) -> None:
    source = find_models([models_folder]).named("tiny-previous")
    record = run(source, tmp_path / "out", precision)
    written = json.loads((tmp_path / "out" / "onnx" / "export.json").read_text())
    assert written["precision"] == precision
    assert written["tokens"] == record.tokens > 0
    found = ModelFolder(tmp_path / "out", read_profile(tmp_path / "out"))
    answer = load_answerer(found, "onnx").answer(tiny_request(1))
    assert answer.model.precision == precision


@pytest.mark.slow
def test_large_weights_lie_beside_their_graph(
    models_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_weights, "EXTERNAL_ELEMENTS", 10)
    source = find_models([models_folder]).named("tiny-previous")
    record = run(source, tmp_path / "out", "int8")
    assert record.tokens > 0
    folder = tmp_path / "out" / "onnx"
    names = {f"onnx/{name}.onnx.data" for name in GRAPHS}
    assert names <= {name for name, _ in read_profile(tmp_path / "out").hashes}
    assert (folder / "decoder.onnx").stat().st_size < (folder / "decoder.onnx.data").stat().st_size
    (folder / "decoder.onnx.data").write_bytes(b"altered")
    found = ModelFolder(tmp_path / "out", read_profile(tmp_path / "out"))
    with pytest.raises(ModelError, match=r"decoder\.onnx\.data .* differs from the hash"):
        load_answerer(found, "onnx")


@pytest.mark.slow
def test_graphs_that_differ_from_torch_are_not_published(
    models_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter, "TOLERANCE", 0.0)
    source = find_models([models_folder]).named("tiny-previous")
    with pytest.raises(ModelError, match="differ from torch by"):
        run(source, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_model_as_it_was(
    models_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tiny-previous"
    shutil.copytree(models_folder / "tiny-previous", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("onnx_ir.save", full)
    with pytest.raises(ModelError, match=r"cannot be written to .*: No space left on device"):
        run(ModelFolder(folder, read_profile(folder)), folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_cancelled_export_leaves_nothing(models_folder: Path, tmp_path: Path) -> None:
    cancel = threading.Event()

    def stop(stage: str, _done: int, _total: int) -> None:
        if stage.startswith("Writing"):
            cancel.set()

    source = find_models([models_folder]).named("tiny-previous")
    with pytest.raises(Cancelled):
        export_model(ExportOrder(source, tmp_path / "out"), stop, cancel)
    assert list(tmp_path.iterdir()) == []


@torch.inference_mode()
def test_a_streamed_model_gives_what_a_loaded_one_gives(models_folder: Path) -> None:
    folder = models_folder / "tiny-next"
    loaded, streamed = load_flamingo(folder), streamed_flamingo(StoredWeights(folder))
    pixels = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    latents = [model.encode_images(pixels) for model in (loaded, streamed)]
    torch.testing.assert_close(latents[0], latents[1], atol=0, rtol=0)
    assert all(parameter.is_meta for parameter in streamed.parameters())


@pytest.mark.parametrize("model", [m for m in find_models().models if m.has_onnx])
def test_the_shipped_graphs_hold_no_path_of_the_machine_that_made_them(model: ModelFolder) -> None:
    for name in GRAPHS:
        graph = onnx.load(model.path / "onnx" / f"{name}.onnx").graph
        assert not any(node.doc_string or node.metadata_props for node in graph.node)
        assert b"site-packages" not in (model.path / "onnx" / f"{name}.onnx").read_bytes()
