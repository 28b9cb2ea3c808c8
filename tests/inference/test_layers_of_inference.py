"""What the rest of Precedent imports of the engine stays light."""

import subprocess
import sys

import pytest

LIGHT = ("client", "protocol", "prompt", "errors", "wire")
PROBE = """
import sys
sys.path[:0] = {path!r}
import precedent_inference.{module}
heavy = {{"torch", "onnxruntime", "transformers", "onnx", "PIL", "tokenizers", "PyQt6"}}
print(sorted(heavy & set(sys.modules)))
"""


@pytest.mark.parametrize("module", LIGHT)
def test_a_border_module_loads_no_heavy_library(module: str) -> None:
    code = PROBE.format(path=sys.path, module=module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_server_starts_without_torch() -> None:
    code = (
        PROBE.format(path=sys.path, module="verbs.serve")
        .replace("'PIL'", "")
        .replace('"PIL", "tokenizers", ', "")
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
