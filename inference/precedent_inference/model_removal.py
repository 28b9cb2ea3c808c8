"""Takes a model folder away; what ships with Precedent stays."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from precedent_inference.errors import ModelError
from precedent_inference.models import DRAFT_SUFFIX, FoundModels, shipped_folders


@dataclass(frozen=True, slots=True)
class Removed:
    """A model folder that is gone."""

    path: Path
    freed_bytes: int


def remove_model(found: FoundModels, name: str) -> Removed:
    """Remove the model called `name`, or the broken folder of that name.

    Raises ModelError when there is none, when it ships with Precedent, or when the disk refuses.
    """
    paths = [model.path for model in found.models if model.profile.name == name]
    paths += [broken.path for broken in found.broken if broken.path.name == name]
    path = paths[0] if paths else found.named(name).path
    if any(path.is_relative_to(folder) for folder in shipped_folders()):
        raise ModelError(f"The model {name} ships with Precedent and stays.")
    freed = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    leaving = path.with_name(f"{path.name}{DRAFT_SUFFIX}")
    try:
        shutil.rmtree(leaving, ignore_errors=True)
        # Renamed first, so that a removal that is cut short shows no half of a model.
        path.rename(leaving)
        shutil.rmtree(leaving)
    except OSError as error:
        raise ModelError(
            f"The model {name} cannot be removed: {error.strerror or error}.",
            "Close the programs that use it, and try again.",
        ) from error
    return Removed(path, freed)
