"""Files of tensors, read one tensor at a time; nothing is ever unpickled into objects."""

import pickle
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from precedent_inference.errors import ModelError

NESTS = ("model_state_dict", "state_dict")
"""Under which training checkpoints keep the tensors, among other things."""

_POINTER = b"version https://git-lfs"
_CONSTANTS = "/constants.pkl"
"""In TorchScript archives alone."""
_GLOBAL = re.compile(r"GLOBAL ([\w.]+)")

KINDS = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
}


class TensorFile(Protocol):
    """Named tensors of one file; shapes are known without reading them."""

    path: Path

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Every tensor's shape, by its name in the file."""
        ...

    def dtype(self, name: str) -> torch.dtype:
        """Give a tensor's element type without reading it."""
        ...

    def read(self, name: str) -> Tensor:
        """Give one tensor. Raises ModelError when it cannot be read."""
        ...


class SafetensorsFile:
    """A safetensors file, mapped."""

    def __init__(self, path: Path) -> None:
        """Read the header. Raises ModelError when the file is missing, cut or something else."""
        self.path = path
        _require_no_pointer(path)
        try:
            with safe_open(path, "pt") as file:
                slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
                self.shapes: Mapping[str, tuple[int, ...]] = {
                    name: tuple(part.get_shape()) for name, part in slices.items()
                }
                self._kinds = {name: str(part.get_dtype()) for name, part in slices.items()}
        except (OSError, SafetensorError) as error:
            raise broken(path, error) from error

    def dtype(self, name: str) -> torch.dtype:
        """Give a tensor's element type. Raises ModelError for one that no weight has."""
        kind = self._kinds[name]
        if kind not in KINDS:
            raise _wrong_kind(name, self.path, kind)
        return KINDS[kind]

    def read(self, name: str) -> Tensor:
        """Give one tensor."""
        try:
            with safe_open(self.path, "pt") as file:
                tensor: Tensor = file.get_tensor(name)
        except (OSError, SafetensorError) as error:
            raise broken(self.path, error) from error
        return tensor


class TorchFile:
    """A torch file of tensors, mapped; a pickle that asks for anything else is refused."""

    def __init__(self, path: Path) -> None:
        """Read the names. Raises ModelError when the file is broken or holds code."""
        self.path = path
        _require_archive(path)
        try:
            raw: object = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        except pickle.UnpicklingError as error:
            raise _not_tensors(path, error) from error
        except (OSError, RuntimeError, ValueError, EOFError, KeyError) as error:
            raise broken(path, error) from error
        self._tensors = _tensors(raw, path)
        self.shapes: Mapping[str, tuple[int, ...]] = {
            name: tuple(tensor.shape) for name, tensor in self._tensors.items()
        }

    def dtype(self, name: str) -> torch.dtype:
        """Give a tensor's element type. Raises ModelError for one that no weight has."""
        tensor = self._tensors[name]
        if tensor.dtype not in KINDS.values() or tensor.layout != torch.strided:
            kind = tensor.dtype if tensor.layout == torch.strided else tensor.layout
            raise _wrong_kind(name, self.path, f"{kind}".removeprefix("torch."))
        return tensor.dtype

    def read(self, name: str) -> Tensor:
        """Give one tensor, mapped."""
        return self._tensors[name]


def open_tensor_file(path: Path) -> TensorFile:
    """Open a file by its ending: safetensors, or torch's own. Raises ModelError."""
    return SafetensorsFile(path) if path.suffix == ".safetensors" else TorchFile(path)


def broken(path: Path, error: Exception) -> ModelError:
    """Say that a file of weights cannot be read."""
    return ModelError(
        f"The weights file {path.name} is missing or broken: {_first_line(error)}.",
        "Copy it again and compare its size with the original's.",
    )


def _require_archive(path: Path) -> None:
    """Refuse what cannot be mapped (torch's form is a zip archive since 1.6), and programs."""
    _require_no_pointer(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise ModelError(
            f"The weights file {path.name} is cut or broken, or saved by a torch before 1.6.",
            "Copy it again; an old file can be saved again by a newer torch elsewhere.",
        ) from error
    except OSError as error:
        raise broken(path, error) from error
    if any(name.endswith(_CONSTANTS) for name in names):
        raise ModelError(
            f"The file {path.name} is a TorchScript archive, which holds code; it was not opened.",
            "Bring the same CLIP as safetensors, such as model.safetensors and config.json of "
            "openai/clip-vit-large-patch14.",
        )


def _require_no_pointer(path: Path) -> None:
    """Refuse the few lines that Git leaves where it did not fetch a large file."""
    try:
        with path.open("rb") as stream:
            start = stream.read(len(_POINTER))
    except OSError as error:
        raise broken(path, error) from error
    if start == _POINTER:
        raise ModelError(
            f"The file {path.name} is only a pointer of Git LFS; the weights were not fetched.",
            "Fetch them with `git lfs pull`, or download the file itself.",
        )


def _not_tensors(path: Path, error: Exception) -> ModelError:
    asked = _GLOBAL.search(str(error))
    what = f"it asks for {asked[1]}" if asked else "it cannot be read as tensors alone"
    return ModelError(
        f"The file {path.name} holds more than tensors ({what}); it was not opened.",
        "A file from a source that you trust can be converted to safetensors elsewhere.",
    )


def _wrong_kind(name: str, path: Path, kind: str) -> ModelError:
    return ModelError(
        f"The tensor {name} in {path.name} is of type {kind}; weights are {', '.join(KINDS)}.",
        "Bring the checkpoint as it was released, not a quantised copy.",
    )


def _tensors(raw: object, path: Path) -> dict[str, Tensor]:
    table = raw if isinstance(raw, dict) else {}
    for nest in NESTS:
        inner = table.get(nest)
        if isinstance(inner, dict):
            table = inner
    tensors = {str(name): value for name, value in table.items() if isinstance(value, Tensor)}
    if not tensors or len(tensors) < len(table):
        raise ModelError(
            f"The file {path.name} is not a table of tensors.",
            "Choose the checkpoint itself, such as model.pt.",
        )
    return tensors


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].partition(". ")[0].rstrip(".") if lines else type(error).__name__
