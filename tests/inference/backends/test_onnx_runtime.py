"""The ONNX Runtime backend: equal to torch, says what ran, steps down aloud, prints nothing."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from onnxruntime.capi.onnxruntime_pybind11_state import (  # type: ignore[import-untyped]  # no stubs
    EPFail,
)
from tests.inference.tiny import tiny_request, write_tiny_model

from precedent_inference.backends.base import FloatArray, Step
from precedent_inference.backends.onnx.backend import OnnxBackend
from precedent_inference.backends.onnx.providers import (
    CPU,
    CUDA,
    TENSORRT,
    Session,
    open_session,
    provider_options,
    report_of,
    wanted_providers,
)
from precedent_inference.errors import EngineError, ModelError
from precedent_inference.loading import load_answerer
from precedent_inference.models import GRAPHS, ModelFolder, find_models, seal

SHIPPED = [model for model in find_models().models if model.has_onnx]


@pytest.fixture(scope="module")
def graphs() -> Path:
    """The graphs of the model that ships."""
    return SHIPPED[0].path / "onnx"


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.profile.name)
def test_a_shipped_model_answers_the_same_on_both_backends(model: ModelFolder) -> None:
    request = tiny_request(3, model=model.profile.name)
    answers = [load_answerer(model, backend).answer(request) for backend in ("onnx", "pytorch")]
    assert answers[0].text == answers[1].text
    assert answers[0].confidence == pytest.approx(answers[1].confidence, rel=1e-3)


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.profile.name)
def test_prefixes_from_the_cache_give_the_answer_of_a_cold_run(model: ModelFolder) -> None:
    answerer = load_answerer(model, "onnx")
    request = tiny_request(3, model=model.profile.name)
    cold, warm = (answerer.answer(request) for _ in range(2))
    assert warm.cache.prompt_tokens_reused == warm.cache.prompt_tokens - 1
    assert warm.text == cold.text
    assert warm.confidence == pytest.approx(cold.confidence, rel=1e-4)


@pytest.mark.skipif(not SHIPPED, reason="no exported model ships yet")
def test_opening_graphs_prints_nothing() -> None:
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from pathlib import Path\n"
        "from precedent_inference.backends.onnx.backend import open_onnx_backend\n"
        f"open_onnx_backend(Path({str(SHIPPED[0].path)!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_an_encoded_image_survives_its_bytes(graphs: Path) -> None:
    backend = OnnxBackend(graphs, [CPU])
    (image,) = backend.encode(np.zeros((1, 3, 96, 96), np.float32))
    again = backend.unpack(backend.pack(image))
    np.testing.assert_array_equal(again.latents, image.latents)
    np.testing.assert_array_equal(again.keys, backend.unpack(backend.pack(again)).keys)
    with pytest.raises(ValueError, match="not an encoded image"):
        backend.unpack(b"noise")


def test_rows_that_are_picked_are_copies(graphs: Path) -> None:
    backend = OnnxBackend(graphs, [CPU])
    media = backend.join([[]])
    step = Step(np.array([[1, 5, 6]], np.int64), np.zeros((1, 3), np.int64))
    _, state = backend.forward(step, media, backend.start([], 8))
    two = backend.pick(state, [0, 0])
    after = Step(np.array([[7], [7]], np.int64), np.zeros((2, 1), np.int64))
    logits, _ = backend.forward(after, backend.join([[], []]), two)
    np.testing.assert_allclose(logits[0], logits[1], atol=1e-5)
    alone, _ = backend.forward(
        Step(np.array([[7]], np.int64), np.zeros((1, 1), np.int64)), media, state
    )
    np.testing.assert_allclose(logits[0], alone[0], atol=1e-5)


# Which provider runs, and what is said of it.


def ran(name: str) -> dict[str, str]:
    return dict.fromkeys(GRAPHS, name)


def test_a_provider_that_could_not_run_is_a_warning() -> None:
    report = report_of(ran(CPU), [CUDA, CPU], "fp32")
    assert report.device == "CPU"
    assert report.warnings == ("CUDA is on this machine but could not be used; CPU answers.",)


def test_the_provider_of_each_graph_is_reported() -> None:
    report = report_of(ran(CUDA) | {"vision": CPU}, [CUDA, CPU], "fp16")
    assert report.precision == "fp16"
    assert dict(report.graphs) == dict.fromkeys(GRAPHS, "CUDA") | {"vision": "CPU"}
    assert report.warnings == ("The graph vision runs on CPU, the decoder on CUDA.",)


def test_the_wanted_provider_is_no_warning() -> None:
    assert report_of(ran(CPU), [CPU], "fp32").warnings == ()


def test_the_cpu_is_always_the_last_resort() -> None:
    assert wanted_providers()[-1] == CPU


def test_tensorrt_keeps_its_engines_by_graph(tmp_path: Path) -> None:
    one, two = tmp_path / "one.onnx", tmp_path / "two.onnx"
    one.write_bytes(b"one")
    two.write_bytes(b"two")
    first, second = (provider_options(TENSORRT, graph, "fp16") for graph in (one, two))
    assert first["trt_engine_cache_enable"] == first["trt_fp16_enable"] == "1"
    assert first["trt_engine_cache_path"] != second["trt_engine_cache_path"]
    assert Path(first["trt_engine_cache_path"]).is_dir()
    assert provider_options(TENSORRT, one, "fp32")["trt_fp16_enable"] == "0"
    assert provider_options(CUDA, one, "fp16") == {}


class Failing:
    """A session that says it runs on a GPU, and fails at the wanted run."""

    def __init__(self, session: Session, left: int, providers: Sequence[str]) -> None:
        self._session = session
        self._left = left
        self._providers = list(providers)

    def get_providers(self) -> list[str]:
        return self._providers

    def get_inputs(self) -> object:
        return self._session.get_inputs()

    def get_outputs(self) -> object:
        return self._session.get_outputs()

    def io_binding(self) -> object:
        return self._session.io_binding()

    def run_with_iobinding(self, binding: object) -> None:
        if self._left == 0:
            raise EPFail("CUDA error 700\nand more")
        self._left -= 1
        self._session.run_with_iobinding(binding)


class OnFailingCuda(OnnxBackend):
    """Its CUDA is the processor in disguise, so that values lie on the host."""

    def _open(self, providers: Sequence[str]) -> None:
        super()._open(providers)
        self._device = "cpu"


def on_failing_cuda(graphs: Path, runs: int, wanted: Sequence[str] = (CUDA, CPU)) -> OnFailingCuda:
    """A backend whose GPU fails at each graph's run after `runs` that succeeded."""

    def open_graph(path: Path, providers: Sequence[str], precision: str) -> Session:
        session = open_session(path, [CPU], precision)
        failing: object = Failing(session, runs, providers)
        return failing if providers[0] != CPU else session  # type: ignore[return-value]

    return OnFailingCuda(graphs, wanted, open_graph)


FAILED = "CUDA failed while it answered; CPU answers since."


@pytest.mark.parametrize("runs", range(4))
def test_the_next_provider_answers_the_same_question(graphs: Path, runs: int) -> None:
    model = SHIPPED[0]
    request = tiny_request(2, model=model.profile.name)
    wanted = load_answerer(model, "onnx").answer(request)
    answerer = load_answerer(model, "onnx")
    # The vision tower runs once, the decoder once for each token: a failure at every stage of it.
    answerer.engine.backend = on_failing_cuda(graphs, runs)
    answer = answerer.answer(request)
    assert answer.text == wanted.text
    assert answer.confidence == pytest.approx(wanted.confidence, rel=1e-4)
    assert FAILED in answer.warnings
    assert answer.model.device == "CPU"


def test_what_a_lost_provider_had_read_is_read_again(graphs: Path) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.standard_normal((2, 3, 96, 96), dtype=np.float32)
    tokens = rng.integers(4, 2000, (1, 9))
    index = np.array([[0, 1, 1, 1, 2, 2, 2, 2, 2]])
    found: list[FloatArray] = []
    for backend in (OnnxBackend(graphs, [CPU]), on_failing_cuda(graphs, runs=3)):
        media = backend.join([backend.encode(pixels)])
        # Four tokens come from a segment, three are read, two rows of them go on apart.
        before, state = backend.forward(
            Step(tokens[:, :4], index[:, :4]), media, backend.start([], 4)
        )
        started = backend.start([backend.cut(state, 0, 4)], 9)
        _, state = backend.forward(Step(tokens[:, 4:7], index[:, 4:7]), media, started)
        two = backend.pick(state, [0, 0])
        both = backend.join([backend.encode(pixels)] * 2)
        mask = np.ones((2, 8), np.int64)
        _, two = backend.forward(Step(tokens[:, [7, 8]].T, index[:, [7, 8]].T, mask), both, two)
        swapped = backend.pick(two, [1, 0])
        last = Step(tokens[:, [8, 8]].T, index[:, [8, 8]].T)
        logits, _ = backend.forward(last, both, swapped)
        found += [before, logits]
        assert two.length == 8
    np.testing.assert_allclose(found[0], found[2], atol=1e-4)
    np.testing.assert_allclose(found[1], found[3], atol=1e-4)
    assert backend.report.warnings == (FAILED,)


def test_every_provider_that_failed_is_named(graphs: Path) -> None:
    backend = on_failing_cuda(graphs, runs=0, wanted=[TENSORRT, CUDA, CPU])
    backend.encode(np.zeros((1, 3, 96, 96), np.float32))
    assert backend.report.warnings == (
        "TensorRT failed while it answered; CUDA answers since.",
        FAILED,
    )


def test_a_failure_of_the_last_provider_fails_the_question_alone(graphs: Path) -> None:
    backend = OnnxBackend(graphs, [CPU])
    with pytest.raises(EngineError, match="CPU failed while it answered"):
        backend.encode(np.zeros((1, 3, 95, 96), np.float32))
    assert len(backend.encode(np.zeros((1, 3, 96, 96), np.float32))) == 1


# Broken graphs.


@pytest.fixture
def broken(tmp_path: Path) -> ModelFolder:
    """A model whose graphs are none, though their hashes are right."""
    model = write_tiny_model(tmp_path / "tiny-previous", "previous")
    (model.path / "onnx").mkdir()
    for name in GRAPHS:
        (model.path / "onnx" / f"{name}.onnx").write_bytes(b"not a graph")
    (model.path / "onnx" / "export.json").write_text('{"precision": "fp32"}')
    return ModelFolder(model.path, seal(model.path, model.profile))


def test_a_broken_graph_is_refused_in_words(broken: ModelFolder) -> None:
    with pytest.raises(ModelError, match=r"graph vision\.onnx of model tiny-previous"):
        load_answerer(broken, "onnx")


def test_a_missing_record_is_refused_in_words(broken: ModelFolder) -> None:
    (broken.path / "onnx" / "export.json").write_text("{}")
    model = ModelFolder(broken.path, seal(broken.path, broken.profile))
    with pytest.raises(ModelError, match=r"The record export\.json"):
        load_answerer(model, "onnx")


def test_torch_steps_in_for_broken_graphs_and_every_answer_says_so(broken: ModelFolder) -> None:
    answer = load_answerer(broken).answer(tiny_request(1))
    assert answer.model.backend == "pytorch"
    assert answer.warnings[0].startswith("The exported graphs were not used: The graph vision.onnx")
