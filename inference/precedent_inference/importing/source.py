"""The tensors of one Flamingo, gathered from its files, under our names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from precedent_inference.config import FlamingoConfig
from precedent_inference.errors import ModelError
from precedent_inference.importing.names import Recipe, plain_names, recipes
from precedent_inference.importing.tensor_files import TensorFile
from precedent_inference.model.flamingo import Flamingo

V2_MARK = "old_decoder_blocks"
SHOWN = 3
"""Names in a message; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tensor lies: a file and the names that it has there."""

    file: TensorFile
    names: tuple[str, ...]
    """More than one where a checkpoint holds the tensor twice."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return self.file.shapes[self.names[0]]


class WeightSource:
    """Plain names to places, over all files of a release; a later file's tensor counts."""

    def __init__(self, files: Sequence[TensorFile]) -> None:
        self.places: dict[str, Place] = {}
        for file in files:
            self.places |= _places(file)
        self.is_v2 = any(V2_MARK in name for file in files for name in file.shapes)
        """Whether the names are OpenFlamingo V2's, whose text sees the preceding image."""

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Every used tensor's shape, by its plain name."""
        return {plain: place.shape for plain, place in self.places.items()}

    def dtype(self, plain: str) -> torch.dtype:
        """Give a tensor's element type by its plain name. Raises ModelError for a wrong one."""
        place = self.places[plain]
        return place.file.dtype(place.names[0])

    def check(self, config: FlamingoConfig) -> None:
        """Raise ModelError unless every name, shape and element type is as configured."""
        table = recipes(config, self.places)
        needed = {part for recipe in table.values() for part in recipe.parts}
        wanted = expected_shapes(config)
        missing = sorted(needed - set(self.places))
        wrong = {
            "missing": missing,
            "unexpected": sorted(set(self.places) - needed),
            "misshapen": [
                self._shape_error(recipe, wanted[ours])
                for ours, recipe in table.items()
                if not set(recipe.parts) & set(missing) and not self._fits(recipe, wanted[ours])
            ],
        }
        found = [f"{_list(names)} {what}" for what, names in wrong.items() if names]
        if found:
            raise ModelError(
                f"The weights do not make this model: {'; '.join(found)}.",
                "Check that all files belong to one release and are complete.",
            )
        for plain in sorted(needed):
            self.dtype(plain)

    def tensor(self, name: str, recipe: Recipe, shape: tuple[int, ...]) -> Tensor:
        """Give one tensor of ours. Raises ModelError when it is not finite or exists twice."""
        parts = [self._read(part) for part in recipe.parts]
        tensor = parts[0] if len(parts) == 1 else torch.cat(parts)
        if recipe.fills_rows and tensor.shape[0] < shape[0]:
            rows = tensor.new_zeros(shape[0] - tensor.shape[0], *tensor.shape[1:])
            tensor = torch.cat((tensor, rows))
        if not tensor.isfinite().all():
            raise ModelError(
                f"The tensor {recipe.parts[0]} holds values that are no numbers ({name}).",
                "The file is damaged or was saved after a failed training; get it again.",
            )
        return tensor

    def _read(self, plain: str) -> Tensor:
        place = self.places[plain]
        tensor = place.file.read(place.names[0])
        for other in place.names[1:]:
            if not torch.equal(tensor, place.file.read(other)):
                raise ModelError(
                    f"{place.file.path.name} holds two different tensors for one: "
                    f"{place.names[0]} and {other}.",
                    "Get the checkpoint again; in a whole one they are equal.",
                )
        return tensor

    def _fits(self, recipe: Recipe, wanted: tuple[int, ...]) -> bool:
        shapes = [self.places[part].shape for part in recipe.parts]
        rows = sum(shape[0] if shape else 0 for shape in shapes)
        is_whole = rows == wanted[0] or (recipe.fills_rows and rows <= wanted[0])
        return is_whole and all(shape[1:] == wanted[1:] for shape in shapes)

    def _shape_error(self, recipe: Recipe, wanted: tuple[int, ...]) -> str:
        part = recipe.parts[0]
        return f"{part} {list(self.places[part].shape)} for {list(wanted)}"


def expected_shapes(config: FlamingoConfig) -> dict[str, tuple[int, ...]]:
    """Give the shape of every tensor of a model, without making one."""
    with torch.device("meta"):
        state = Flamingo(config).state_dict()
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def _places(file: TensorFile) -> dict[str, Place]:
    names: dict[str, list[str]] = {}
    for name, plain in plain_names(file.shapes).items():
        if plain is not None:
            names.setdefault(plain, []).append(name)
    return {plain: Place(file, tuple(same)) for plain, same in names.items()}


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
