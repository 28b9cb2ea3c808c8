"""The public reference's own environment: made on first use, kept for the next.

open-flamingo 0.0.2 states torch 1.13 and other pins that exclude each other today. The versions
here are those with which its numbers were reproduced; torch is ours, so that both sides run the
same arithmetic library.
"""

import hashlib
import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import platformdirs

from precedent_inference.errors import EngineError

NAME = "open-flamingo"
PACKAGES = (
    "open-flamingo==0.0.2",
    "open_clip_torch==2.16.0",
    "transformers==4.28.1",
    "tokenizers==0.13.3",
    "huggingface_hub==0.25.2",
    "timm==0.9.2",
    "torchvision",
    "einops",
    "einops-exts",
    "ftfy",
    "wcwidth",
    "regex",
    "requests",
    "urllib3",
    "certifi",
    "idna",
    "charset-normalizer",
    "pyyaml",
    "tqdm",
    "packaging",
    "filelock",
    "safetensors",
    "sentencepiece",
    "protobuf",
    "pillow",
    "psutil",
    "numpy",
)
WORKER = Path(__file__).with_name("peer_worker.py")
STAMP = "precedent-peer.json"

# torch 2.N goes with torchvision 0.(N + 15).
_TORCHVISION_OFFSET = 15


def peer_python(report: Callable[[str], object]) -> Path:
    """Give the interpreter of the reference's environment; make it when it is not there.

    Raises EngineError when a package cannot be had.
    """
    torch_version = version("torch").split("+")[0]
    packages = [_pinned(package, torch_version) for package in PACKAGES]
    wanted = hashlib.sha256(json.dumps([torch_version, *packages]).encode()).hexdigest()
    folder = platformdirs.user_cache_path("precedent", appauthor=False) / "bench" / NAME
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    report(f"Making an environment for {NAME} (once; about 1.5 GB).")
    venv.create(folder, clear=True, with_pip=True)
    _install(python, [f"torch=={torch_version}"])
    # Without their dependencies: the packages' own pins exclude each other and this torch.
    _install(python, ["--no-deps", *packages])
    stamp.write_text(wanted, encoding="utf-8")
    return python


def _pinned(package: str, torch_version: str) -> str:
    if package != "torchvision":
        return package
    minor = int(torch_version.split(".")[1])
    return f"torchvision==0.{minor + _TORCHVISION_OFFSET}.*"


def _install(python: Path, arguments: list[str]) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": ""}
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise EngineError(
            f"The environment of {NAME} cannot be made: {lines[-1] if lines else done.stderr}",
            "Connect to the internet once, or run the benchmark without --against.",
        )
