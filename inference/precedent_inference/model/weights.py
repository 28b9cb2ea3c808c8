"""A Flamingo's weights on disk: safetensors, one file or several with an index, and `config.json`.

Weights are computed in the precision that the caller names, whatever they are stored in.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from precedent_inference.config import config_to_json, read_config
from precedent_inference.errors import ModelError
from precedent_inference.model.flamingo import Flamingo
from precedent_inference.models import CONFIG_FILE, INDEX_FILE, WEIGHTS_FILE

HEAD, EMBEDDING = "head.weight", "embedding.weight"
SHOWN = 3
"""Names in a message; the rest is counted."""

Report = Callable[[float], object]
"""Gets how much of the weights has been read, 0 to 1."""

Take = Callable[[Flamingo, str, Tensor], bool]
"""Gets the model, a tensor's name and the tensor; true when it has put it into the model itself."""


def load_flamingo(
    folder: Path,
    *,
    dtype: torch.dtype = torch.float32,
    device: str | torch.device = "cpu",
    report: Report = lambda _: None,
    take: Take = lambda *_: False,
) -> Flamingo:
    """Build the model of a folder with its weights, ready to answer.

    One file is open at a time and one tensor is held twice, so that a model needs little more
    memory than its weights. take: gets every tensor first, as it is stored; what it takes is not
    kept here. Raises ModelError when configuration or weights are missing, truncated, no numbers,
    or do not fit each other; the first of what is missing or too much is named.
    """
    config = read_config(folder / CONFIG_FILE)
    with torch.device("meta"):
        model = Flamingo(config)
    files = _files(folder)
    _check(_wanted(model), {name: shape for shapes in files.values() for name, shape in shapes})
    state: dict[str, Tensor] = {}
    for at, path in enumerate(files):
        for name, tensor in _tensors(path):
            if not take(model, name, _usable(tensor, name, path)):
                state[name] = tensor.to(device=device, dtype=dtype, copy=True)
        report((at + 1) / len(files))
    if config.language.tied_head:
        state[HEAD] = state[EMBEDDING]
    model.load_state_dict(state, assign=True)
    if config.language.tied_head:
        model.head.weight = model.embedding.weight
    return model.eval().requires_grad_(requires_grad=False)


class StoredWeights:
    """A folder's tensors, read one at a time as they are stored."""

    def __init__(self, folder: Path) -> None:
        """Read the names. Raises ModelError when a file is missing or broken."""
        self.config = read_config(folder / CONFIG_FILE)
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._paths: dict[str, Path] = {}
        for path, shapes in _files(folder).items():
            self._shapes |= dict(shapes)
            self._paths |= {name: path for name, _ in shapes}
        with torch.device("meta"):
            _check(_wanted(Flamingo(self.config)), self._shapes)

    @property
    def elements(self) -> int:
        """Numbers in all tensors together."""
        return sum(math.prod(shape) for shape in self._shapes.values())

    def elements_of(self, name: str) -> int:
        """Numbers in one tensor."""
        return math.prod(self._shapes[self._own(name)])

    def read(self, name: str) -> Tensor:
        """Give one tensor. Raises ModelError when it is damaged or holds what is no number."""
        own = self._own(name)
        path = self._paths[own]
        try:
            with safe_open(path, "pt") as file:
                tensor: Tensor = file.get_tensor(own)
        except (OSError, SafetensorError) as error:
            raise _broken(path, error) from error
        return _usable(tensor, own, path)

    def _own(self, name: str) -> str:
        is_tied = name == HEAD and self.config.language.tied_head
        return EMBEDDING if is_tied else name


def save_flamingo(model: Flamingo, folder: Path, *, dtype: torch.dtype = torch.float16) -> None:
    """Write `config.json` and `weights.safetensors` into an existing folder."""
    state = model.state_dict()
    if model.config.language.tied_head:
        del state["head.weight"]
    save_file(
        {name: tensor.to(dtype).contiguous().cpu() for name, tensor in state.items()},
        folder / WEIGHTS_FILE,
    )
    (folder / CONFIG_FILE).write_text(config_to_json(model.config), encoding="utf-8")


def _wanted(model: Flamingo) -> dict[str, tuple[int, ...]]:
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    if model.config.language.tied_head:
        del shapes[HEAD]
    return shapes


def _files(folder: Path) -> dict[Path, list[tuple[str, tuple[int, ...]]]]:
    """Give each file of weights and the names and shapes of its tensors."""
    paths = [folder / WEIGHTS_FILE]
    index = folder / INDEX_FILE
    if index.is_file():
        try:
            table = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
            paths = [folder / str(name) for name in sorted(set(table.values()))]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _broken(index, error) from error
    return {path: _shapes(path) for path in paths}


def _shapes(path: Path) -> list[tuple[str, tuple[int, ...]]]:
    try:
        with safe_open(path, "pt") as file:
            return [(name, tuple(file.get_slice(name).get_shape())) for name in file.keys()]  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise _broken(path, error) from error


def _tensors(path: Path) -> Iterator[tuple[str, Tensor]]:
    try:
        with safe_open(path, "pt") as file:
            for name in file.keys():  # noqa: SIM118  it is no dictionary
                yield name, file.get_tensor(name)
    except (OSError, SafetensorError) as error:
        raise _broken(path, error) from error


def _usable(tensor: Tensor, name: str, path: Path) -> Tensor:
    if not tensor.isfinite().all():
        raise ModelError(
            f"The tensor {name} in {path.name} of model {path.parent.name} holds values that are "
            "no numbers.",
            "Copy or import the model again.",
        )
    return tensor


def _broken(path: Path, error: Exception) -> ModelError:
    return ModelError(
        f"The weights file {path.name} of model {path.parent.name} is missing or broken: {error}.",
        "Copy or import the model again.",
    )


def _check(wanted: Mapping[str, tuple[int, ...]], found: Mapping[str, tuple[int, ...]]) -> None:
    wrong = {
        "missing": sorted(set(wanted) - set(found)),
        "unexpected": sorted(set(found) - set(wanted)),
        "misshapen": sorted(
            name for name in set(wanted) & set(found) if wanted[name] != found[name]
        ),
    }
    said = [f"{len(which)} {what} ({_some(which)})" for what, which in wrong.items() if which]
    if said:
        raise ModelError(
            f"The weights do not fit the model's configuration: {'; '.join(said)}.",
            "Import the model again.",
        )


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
