"""What a released Flamingo consists of, found in the files and folders that the user names.

Files are told apart by what they hold, not by their names: the trained checkpoint has a resampler,
LLaMA has decoder layers, CLIP has a vision tower.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from precedent_inference.config import FlamingoConfig
from precedent_inference.errors import ModelError
from precedent_inference.importing.names import plain_names
from precedent_inference.importing.part_settings import (
    CONFIG,
    OPEN_CLIP_CONFIG,
    LanguageSettings,
    VisionSettings,
    read_language_settings,
    read_table,
    read_vision_settings,
)
from precedent_inference.importing.sizes import StatedSizes
from precedent_inference.importing.source import V2_MARK, WeightSource
from precedent_inference.importing.tensor_files import TensorFile, open_tensor_file
from precedent_inference.importing.tokens import JSON_FILE, MODEL_FILE, SETTINGS_FILE
from precedent_inference.placement import Placement

ENDINGS = (".safetensors", ".pt", ".pth", ".bin", ".ckpt")
DEPTH = 4
"""Folders below the one named that are looked into."""

Role = Literal["vision", "language", "trained"]
ROLES: dict[Role, str] = {
    "vision": "visual.conv1.weight",
    "language": "model.layers.0.self_attn.q_proj.weight",
    "trained": "perceiver.latents",
}
"""Each role and the tensor that shows it."""
NEEDED = {
    "vision": "CLIP ViT-L/14 (open_clip or Hugging Face form)",
    "language": "the LLaMA-7B folder (Hugging Face form)",
    "trained": "the Flamingo checkpoint (model.pt)",
}


@dataclass(frozen=True, slots=True)
class Release:
    """The files of one model, in the order in which a later one's tensors count."""

    files: tuple[TensorFile, ...]
    tokenizer_folder: Path
    stated: StatedSizes
    is_v2: bool
    """OpenFlamingo V2's names; its text sees the preceding image."""
    language: LanguageSettings
    vision: VisionSettings
    settings_files: tuple[Path, ...]
    """Files that are no weights and that went in too: configurations and the tokenizer."""

    @property
    def sources(self) -> tuple[Path, ...]:
        """Every file that went in, for the model's card."""
        return (*(file.path for file in self.files), *self.settings_files)

    def require_agreement(self, config: FlamingoConfig) -> None:
        """Raise ModelError where configuration files contradict the tensors."""
        self.language.require_agreement(config.language)
        self.vision.require_agreement(config.vision)

    @property
    def weights(self) -> WeightSource:
        """The tensors of all files."""
        return WeightSource(self.files)


def find_release(paths: Sequence[Path], placement: Placement | None = None) -> Release:
    """Find a release's files. Raises ModelError that says which are missing or broken.

    placement: the user's choice; by default that of the checkpoint's generation.
    """
    groups = _groups(paths)
    missing = [what for role, what in NEEDED.items() if not groups[cast("Role", role)]]
    if missing:
        raise ModelError(
            f"{_names(paths)} lacks {' and '.join(missing)}.",
            "Bring all parts into one folder, or name each of them.",
        )
    # One file may be all three; it is read once.
    files = tuple(dict.fromkeys(file for role in ROLES for file in groups[role]))
    is_v2 = any(V2_MARK in name for file in groups["trained"] for name in file.shapes)
    language_folder = groups["language"][0].path.parent
    vision_folder = groups["vision"][0].path.parent
    language, vision = read_language_settings(language_folder), read_vision_settings(vision_folder)
    tokenizer_folder = _tokenizer_folder(paths, language_folder)
    return Release(
        files,
        tokenizer_folder,
        StatedSizes(
            placement=placement or ("previous" if is_v2 else "next"),
            vision_heads=vision.heads,
            activation=vision.activation,
            language_heads=language.heads,
            norm_epsilon=language.norm_epsilon,
            rotary_base=language.rotary_base,
        ),
        is_v2,
        language,
        vision,
        _settings_files(language_folder, vision_folder, tokenizer_folder),
    )


def _groups(paths: Sequence[Path]) -> dict[Role, list[TensorFile]]:
    """Give the files of each role, each role's from one folder.

    The trained checkpoint may hold parts of the others too; files of their own come first.
    """
    groups: dict[Role, list[TensorFile]] = {role: [] for role in ROLES}
    for found in _by_folder(paths).values():
        for role, files in _roles(found).items():
            groups[role] += files
    for role, files in groups.items():
        own = [file for file in files if role == "trained" or file not in groups["trained"]]
        folders = list(dict.fromkeys(file.path.parent for file in own))
        if len(folders) > 1:
            raise _ambiguous(folders[0], folders[1], role)
        _require_disjoint(own, role)
        groups[role] = own or files
    return groups


def _require_disjoint(files: Sequence[TensorFile], role: Role) -> None:
    """Refuse two files with the same tensor: which one counts is not ours to guess."""
    holders: dict[str, Path] = {}
    for file in files:
        for plain in {name for name in plain_names(file.shapes).values() if name is not None}:
            other = holders.setdefault(plain, file.path)
            if other != file.path:
                raise _ambiguous(other, file.path, role)


def _ambiguous(one: Path, other: Path, role: Role) -> ModelError:
    return ModelError(
        f"Both {one} and {other} hold {NEEDED[role]}.",
        "Name the files and folders that belong to the model, one by one.",
    )


def _by_folder(paths: Sequence[Path]) -> dict[Path, list[TensorFile]]:
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise ModelError(f"{path} does not exist.", "Name a file or a folder that is there.")
        found |= dict.fromkeys(file.absolute() for file in _files(path))
    folders: dict[Path, list[TensorFile]] = {}
    for file in found:
        _require_shards(file.parent)
        folders.setdefault(file.parent, []).append(open_tensor_file(file))
    return folders


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = [
        file
        for file in sorted(path.rglob("*"))
        if file.suffix in ENDINGS
        and not file.name.startswith(".")  # what systems and copying leave behind
        and file.is_file()
        and len(file.relative_to(path).parts) <= DEPTH + 1
    ]
    return _without_twins(found)


def _without_twins(files: Iterable[Path]) -> list[Path]:
    """Leave out the older of two forms in one folder: LLaMA is often stored as both."""
    files = list(files)
    modern = {file.parent for file in files if file.suffix == ".safetensors"}
    return [file for file in files if file.suffix != ".bin" or file.parent not in modern]


def _roles(files: Sequence[TensorFile]) -> dict[Role, list[TensorFile]]:
    """Give what the files of one folder are; the shards of one role stay together."""
    found: dict[Role, list[TensorFile]] = {}
    for file in files:
        plain = {name for name in plain_names(file.shapes).values() if name is not None}
        for role, mark in ROLES.items():
            is_shard = role == "language" and any(n.startswith("model.layers.") for n in plain)
            if mark in plain or (is_shard and ROLES["trained"] not in plain):
                found.setdefault(role, []).append(file)
        if plain and not any(file in same for same in found.values()):
            is_rest = all(name.startswith(("model.", "lm_head.")) for name in plain)
            if is_rest:
                found.setdefault("language", []).append(file)
    return found


def _require_shards(folder: Path) -> None:
    """Name a shard that an index lists and that is not there."""
    for index in sorted(folder.glob("*.index.json")):
        table = read_table(index).get("weight_map")
        listed = {str(name) for name in table.values()} if isinstance(table, dict) else set[str]()
        missing = sorted(name for name in listed if not (folder / name).is_file())
        is_other_form = any(folder.glob("*.safetensors")) and all(
            name.endswith(".bin") for name in missing
        )
        if missing and not is_other_form:
            raise ModelError(
                f"{index.name} lists {missing[0]}, which is not in {folder}.",
                "Copy every file of the folder.",
            )


def _tokenizer_folder(paths: Sequence[Path], language: Path) -> Path:
    folders = [language, *(path if path.is_dir() else path.parent for path in paths)]
    for folder in folders:
        if (folder / JSON_FILE).is_file() or (folder / MODEL_FILE).is_file():
            return folder
    for path in paths:
        for name in (JSON_FILE, MODEL_FILE):
            for file in sorted(path.rglob(name)) if path.is_dir() else []:
                return file.parent
    raise ModelError(
        f"{_names(paths)} holds no tokenizer ({JSON_FILE} or {MODEL_FILE}).",
        "Bring the tokenizer of the LLaMA folder too.",
    )


def _settings_files(language: Path, vision: Path, tokenizer: Path) -> tuple[Path, ...]:
    candidates = (
        *(language / CONFIG, vision / CONFIG, vision / OPEN_CLIP_CONFIG),
        *(tokenizer / name for name in (MODEL_FILE, JSON_FILE, SETTINGS_FILE)),
    )
    return tuple(path for path in dict.fromkeys(candidates) if path.is_file())


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.name or str(path) for path in paths)
