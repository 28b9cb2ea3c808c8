"""Model folders on this machine: where they are, what they hold, whether they are whole."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import platformdirs

from precedent_inference.errors import ModelError
from precedent_inference.profile import (
    PROFILE_FILE,
    ModelProfile,
    profile_to_json,
    read_profile,
)
from precedent_resources import resource

CARD_FILE = "card.md"
CONFIG_FILE = "config.json"
WEIGHTS_FILE = "weights.safetensors"
INDEX_FILE = "weights.safetensors.index.json"
SHARD_PATTERN = "weights-*-of-*.safetensors"
DRAFT_SUFFIX = ".part"
"""Of folders that are still being written; they are no models."""
REMOVED_SUFFIX = ".removed"
"""Of models that the user took out of the list and may bring back."""
TOKENIZER_FILE = "tokenizer.json"
ONNX_FOLDER = "onnx"
GRAPHS = ("vision", "resampler", "media", "decoder")
EXPORT_RECORD = "export.json"
ONNX_FILES = (
    *(f"{ONNX_FOLDER}/{name}.onnx" for name in GRAPHS),
    f"{ONNX_FOLDER}/{EXPORT_RECORD}",
)

HASH_BLOCK_BYTES = 16 * 1024**2

FileState = Literal["ok", "missing", "differs"]


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on disk, its profile read and checked."""

    path: Path
    profile: ModelProfile

    @property
    def card(self) -> str:
        """What the model is and is not, Markdown; empty when the folder has no card."""
        path = self.path / CARD_FILE
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    @property
    def has_onnx(self) -> bool:
        """Whether the exported graphs are there."""
        return all((self.path / name).is_file() for name in ONNX_FILES)

    @property
    def is_shipped(self) -> bool:
        """Whether it is part of Precedent itself."""
        return any(self.path.is_relative_to(place) for place in shipped_folders())

    @property
    def size_bytes(self) -> int:
        """Bytes of all files in the folder."""
        return sum(path.stat().st_size for path in self.path.rglob("*") if path.is_file())


@dataclass(frozen=True, slots=True)
class BrokenModel:
    """A model folder that cannot be used, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class FoundModels:
    """Every model folder that was looked at; the first of a name wins."""

    models: tuple[ModelFolder, ...]
    broken: tuple[BrokenModel, ...]

    def named(self, name: str) -> ModelFolder:
        """Give the model called `name`. Raises ModelError that says which there are."""
        for model in self.models:
            if model.profile.name == name:
                return model
        for broken in self.broken:
            if broken.path.name == name:
                raise ModelError(broken.reason)
        names = ", ".join(model.profile.name for model in self.models) or "none"
        raise ModelError(f"There is no model called {name!r}; on this machine: {names}.")


@dataclass(frozen=True, slots=True)
class FileCheck:
    """One file of a model and whether it is what the profile says."""

    name: str
    state: FileState


def user_models_folder() -> Path:
    """Give the folder for models that the user imports; it may not exist yet."""
    return platformdirs.user_data_path("precedent", appauthor=False) / "models"


def find_models(extra: Sequence[Path] = ()) -> FoundModels:
    """Look for models in `extra`, in the user's folder and in what ships.

    A folder counts when it, or a folder directly inside it, holds a profile.
    """
    models: dict[str, ModelFolder] = {}
    broken: list[BrokenModel] = []
    folders: list[Path] = []
    for place in [*extra, user_models_folder(), *shipped_folders()]:
        try:
            folders += _model_folders(place)
        except OSError as error:
            broken.append(BrokenModel(place, f"The folder cannot be read: {error.strerror}."))
    for folder in folders:
        try:
            model = ModelFolder(folder, read_profile(folder))
        except ModelError as error:
            broken.append(BrokenModel(folder, str(error)))
        else:
            models.setdefault(model.profile.name, model)
    return FoundModels(tuple(models.values()), tuple(broken))


def check_files(model: ModelFolder) -> tuple[FileCheck, ...]:
    """Compare every file that the profile names with its hash."""
    return tuple(FileCheck(name, state) for name, state in file_states(model))


def file_states(
    model: ModelFolder, progress: Callable[[str], object] = str
) -> Iterator[tuple[str, FileState]]:
    """Give each file and its state, one after the other; `progress` gets the next file's name."""
    for name, expected in model.profile.hashes:
        progress(name)
        yield name, _state(model.path / name, expected)


def require_file(model: ModelFolder, name: str) -> Path:
    """Give the path of a model's file, whole. Raises ModelError when it is missing or altered.

    A profile without the file's hash cannot vouch for it, so that is an error too.
    """
    expected = dict(model.profile.hashes).get(name)
    if expected is None:
        raise ModelError(
            f"The profile of model {model.profile.name} does not state the hash of {name}.",
            "Import the model again.",
        )
    state = _state(model.path / name, expected)
    if state != "ok":
        what = "is missing" if state == "missing" else "differs from the hash in the profile"
        raise ModelError(
            f"The file {name} of model {model.profile.name} {what}.",
            "Copy or import the model again.",
        )
    return model.path / name


def seal(
    folder: Path, profile: ModelProfile, report: Callable[[int], object] = bool
) -> ModelProfile:
    """Write the profile into its folder with the hashes of the files that are there.

    report: gets the bytes hashed so far, and may raise.
    """
    shards = sorted(path.name for path in folder.glob(SHARD_PATTERN))
    beside = sorted(f"{ONNX_FOLDER}/{path.name}" for path in folder.glob(f"{ONNX_FOLDER}/*.data"))
    fixed = (CONFIG_FILE, WEIGHTS_FILE, INDEX_FILE, TOKENIZER_FILE, *ONNX_FILES)
    names = (*fixed, *shards, *beside)
    hashes: dict[str, str] = {}
    before = 0
    for name in names:
        path = folder / name
        if path.is_file():

            def tell(done: int, before: int = before) -> None:
                report(before + done)

            hashes[name] = hash_with_progress(path, tell)
            before += path.stat().st_size
    sealed = replace(profile, hashes=tuple(sorted(hashes.items())))
    path = folder / PROFILE_FILE
    draft = path.with_suffix(".json.part")
    draft.write_text(profile_to_json(sealed), encoding="utf-8")
    draft.replace(path)
    return sealed


def shard_name(number: int, count: int) -> str:
    """Give the name of one of several files of weights, counted from 1."""
    return f"weights-{number:05d}-of-{count:05d}.safetensors"


def require_weights(model: ModelFolder, report: Callable[[float], object] = bool) -> None:
    """Check every file of weights, one or several. Raises ModelError as `require_file`.

    report: gets how much has been checked, 0 to 1.
    """
    names = _weight_files(model)
    for at, name in enumerate(names, 1):
        require_file(model, name)
        report(at / len(names))


def _weight_files(model: ModelFolder) -> list[str]:
    """Name every file that loading will read: an index must list no file without a hash."""
    is_stated = INDEX_FILE in dict(model.profile.hashes)
    if not is_stated and not (model.path / INDEX_FILE).is_file():
        return [WEIGHTS_FILE]
    path = require_file(model, INDEX_FILE)
    try:
        table = json.loads(path.read_text(encoding="utf-8"))["weight_map"]
        return [INDEX_FILE, *sorted({str(name) for name in table.values()})]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"The file {INDEX_FILE} of model {model.profile.name} is no index of weights.",
            "Import the model again.",
        ) from error


def file_hash(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_with_progress(path: Path, report: Callable[[int], object]) -> str:
    """Give the SHA-256 of a large file; `report` gets the bytes read so far, and may raise."""
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as stream:
        while block := stream.read(HASH_BLOCK_BYTES):
            digest.update(block)
            done += len(block)
            report(done)
    return digest.hexdigest()


def _state(path: Path, expected: str) -> FileState:
    try:
        return "ok" if file_hash(path) == expected else "differs"
    except OSError:
        return "missing"


def shipped_folders() -> list[Path]:
    """Give the folders of models that came with Precedent."""
    try:
        return [resource("models")]
    except FileNotFoundError:
        return []


def _model_folders(place: Path) -> list[Path]:
    if (place / PROFILE_FILE).is_file():
        return [place]
    found = sorted(path.parent for path in place.glob(f"*/{PROFILE_FILE}"))
    return [folder for folder in found if folder.suffix not in (DRAFT_SUFFIX, REMOVED_SUFFIX)]
