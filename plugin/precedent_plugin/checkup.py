"""What `doctor` finds out: versions, devices, models and the library, without patient data.

Facts of the engine come from processes of the engine's own packages, so that this one imports
neither torch nor onnxruntime. What cannot be found out is said as such; nothing here raises.
"""

import importlib.metadata
import json
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from precedent_plugin.errors import LibraryError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.storage.store import DATABASE_NAME

PACKAGES: Final = (
    "precedent",
    "PyQt6",
    "pydicom",
    "pylibjpeg-openjpeg",
    "pyjpegls",
    "python-gdcm",
    "imagecodecs",
    "pillow",
    "SimpleITK",
    "numpy",
    "torch",
    "transformers",
    "tokenizers",
    "safetensors",
    "onnxruntime",
    "onnxruntime-gpu",
    "starlette",
    "uvicorn",
    "prometheus-client",
    "httpx",
)
PROBE_TIMEOUT_S: Final = 120
PROVIDERS: Final = (
    "import json, onnxruntime as ort; "
    "print(json.dumps({'version': ort.__version__, 'providers': ort.get_available_providers()}))"
)
DEVICES: Final = (
    "import json, torch; ok = torch.cuda.is_available(); "
    "print(json.dumps({'version': torch.__version__, 'cuda': torch.version.cuda, 'devices': "
    "[{'name': torch.cuda.get_device_name(i), 'memory_free_bytes': torch.cuda.mem_get_info(i)[0], "
    "'memory_total_bytes': torch.cuda.mem_get_info(i)[1]} "
    "for i in range(torch.cuda.device_count() if ok else 0)]}))"
)


def check_all(library_folder: Path) -> dict[str, Any]:
    """Find everything out; takes some seconds."""
    found = {
        "precedent": _version("precedent"),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: _version(name) for name in PACKAGES},
        "onnxruntime": _probe(["-c", PROVIDERS]),
        "torch": _probe(["-c", DEVICES]),
        "models": _probe(["-m", "precedent_plugin", "model", "verify", "--json"]),
        "library": check_library(library_folder),
    }
    hidden: dict[str, Any] = hide_home(found)
    return hidden


def check_library(folder: Path) -> dict[str, Any]:
    """Check the library, if there is one; its folder is named relative to the user's home."""
    where = shown(folder)
    if not (folder / DATABASE_NAME).exists():
        return {"folder": where, "state": "none yet"}
    try:
        with closing(CaseLibrary.open(folder)) as library:
            health = library.health()
    except LibraryError as error:
        return {"folder": where, "state": "failed", "problem": shown(str(error))}
    found = {**asdict(health), "folder": where}
    return {**found, "state": "sound" if health.is_sound else "damaged"}


def shown(text: str | Path) -> str:
    """Give a text with the home folder as `~`: its name is often the user's."""
    home = str(Path.home())
    return str(text).replace(home, "~") if len(home) > 1 else str(text)


def hide_home(found: Any) -> Any:
    """Give findings in which no text names the home folder."""
    if isinstance(found, dict):
        return {key: hide_home(value) for key, value in found.items()}
    if isinstance(found, list):
        return [hide_home(value) for value in found]
    return shown(found) if isinstance(found, str) else found


def is_well(found: dict[str, Any]) -> bool:
    """Whether nothing that was found needs the user."""
    return (
        found["library"]["state"] in ("none yet", "sound")
        and "problem" not in found["onnxruntime"]
        and bool(found["models"].get("ok") and found["models"]["models"])
    )


def as_text(found: dict[str, Any]) -> str:
    """Give the findings for people."""
    ort, torch, library = found["onnxruntime"], found["torch"], found["library"]
    lines = [
        f"Precedent   {found['precedent'] or 'not installed'}",
        f"Python      {found['python']}, {found['platform']}, SQLite {found['sqlite']}",
        f"onnxruntime {ort.get('problem') or _runtime(ort)}",
        f"torch       {torch.get('problem') or _devices(torch)}",
        *(f"Model       {line}" for line in _model_lines(found["models"])),
        f"Library     {_library_line(library)}",
        "Packages",
    ]
    packages = found["packages"]
    width = max(map(len, packages))
    lines += [f"  {name:<{width}}  {packages[name] or '-'}" for name in packages]
    return "\n".join(lines)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _probe(arguments: Sequence[str]) -> dict[str, Any]:
    """Run this Python for one JSON object; a failure is a finding."""
    try:
        run = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=PROBE_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"problem": f"could not be asked ({type(error).__name__})"}
    try:
        found = json.loads(run.stdout)
    except ValueError:
        found = None
    if isinstance(found, dict) and found:
        return found
    words = run.stderr.strip().splitlines()
    reason = words[-1] if words else f"exit status {run.returncode}"
    return {"problem": reason}


def _runtime(ort: dict[str, Any]) -> str:
    return f"{ort['version']}: {', '.join(ort['providers'])}"


def _devices(torch: dict[str, Any]) -> str:
    devices = torch["devices"]
    if not devices:
        return f"{torch['version']}, no CUDA device: it computes on the CPU"
    return "; ".join(
        f"{device['name']}, {device['memory_free_bytes'] / 1024**3:.1f} of "
        f"{device['memory_total_bytes'] / 1024**3:.1f} GiB free"
        for device in devices
    )


def _model_lines(models: dict[str, Any]) -> list[str]:
    if "problem" in models:
        return [str(models["problem"])]
    lines = [
        f"{model['name']}: "
        + (
            f"whole, hashes of {len(model['files'])} files agree, and it loads"
            if model["ok"]
            else f"broken. {_model_problem(model)}"
        )
        for model in models["models"]
    ]
    lines += [f"{item['path']}: cannot be used. {item['reason']}" for item in models["broken"]]
    return lines or ["none found; install Precedent anew, the starter model belongs to it"]


def _model_problem(model: dict[str, Any]) -> str:
    wrong = [
        f"{file['name']} is {file['state']}" for file in model["files"] if file["state"] != "ok"
    ]
    return model["error"] or ", ".join(wrong)


def _library_line(library: dict[str, Any]) -> str:
    state, folder = library["state"], library["folder"]
    if state == "failed":
        return str(library["problem"])
    if state == "none yet":
        return f"none yet at {folder}"
    return (
        f"{state}: {library['cases']} cases, {library['casebooks']} casebooks, "
        f"{library['questions']} questions, {library['pictures']} pictures "
        f"({library['missing_pictures']} missing, {library['damaged_pictures']} damaged), "
        f"integrity {library['integrity']}, at {folder}"
    )
