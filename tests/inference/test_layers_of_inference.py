"""What the rest of Precedent imports of the engine stays light."""

import subprocess
import sys

import pytest

RUNTIMES = {"torch", "onnxruntime", "transformers", "onnx"}
LIBRARIES = RUNTIMES | {"PIL", "tokenizers", "numpy", "PyQt6"}


def loaded_by(module: str) -> set[str]:
    """Give the top-level modules that importing one module of the engine loads."""
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        f"import precedent_inference.{module}\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    "module",
    [
        "client",
        "protocol",
        "prompt",
        "errors",
        "wire.request",
        "wire.answer",
        "wire.evidence",
        "evidence.findings",
    ],
)
def test_a_border_module_loads_no_heavy_library(module: str) -> None:
    assert loaded_by(module).isdisjoint(LIBRARIES)


@pytest.mark.parametrize("module", ["verbs.serve", "verbs.model", "verbs.evaluate", "engine"])
def test_the_engine_loads_no_runtime_before_a_model(module: str) -> None:
    assert loaded_by(module).isdisjoint(RUNTIMES | {"PyQt6"})
