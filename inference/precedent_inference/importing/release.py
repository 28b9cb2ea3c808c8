"""What a released Flamingo consists of, found in the files and folders that the user names.

Files are told apart by what they hold, not by their names: the trained checkpoint has a resampler,
LLaMA has decoder layers, CLIP has a vision tower.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from precedent_inference.config import Activation, FlamingoConfig
from precedent_inference.errors import ModelError
from precedent_inference.importing.names import plain_names
from precedent_inference.importing.sizes import StatedSizes
from precedent_inference.importing.source import V2_MARK, WeightSource
from precedent_inference.importing.tensor_files import TensorFile, open_tensor_file
from precedent_inference.importing.tokens import JSON_FILE, MODEL_FILE
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
    context_tokens: int
    is_v2: bool
    """OpenFlamingo V2's names; its text sees the preceding image."""
    language_settings: Mapping[str, object]
    """LLaMA's `config.json`, empty when there is none."""
    sources: tuple[Path, ...] = field(default=())
    """Every file that went in, for the model's card."""

    def require_agreement(self, config: FlamingoConfig) -> None:
        """Raise ModelError where LLaMA's settings contradict its tensors."""
        language = config.language
        pairs = {
            "hidden_size": language.width,
            "intermediate_size": language.mlp_width,
            "num_hidden_layers": language.layers,
        }
        for name, found in pairs.items():
            stated = _whole(self.language_settings, name)
            if stated is not None and stated != found:
                raise ModelError(
                    f"LLaMA's config.json states {name} {stated}; its tensors have {found}.",
                    "Copy the whole folder again; its files do not belong together.",
                )

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
    language = groups["language"][0].path.parent
    settings = _settings(language / "config.json")
    vision = _vision_settings(groups["vision"][0].path.parent)
    stated = StatedSizes(
        placement=placement or ("previous" if is_v2 else "next"),
        vision_heads=_whole(vision, "num_attention_heads"),
        activation=_activation(vision),
        language_heads=_whole(settings, "num_attention_heads"),
        norm_epsilon=_number(settings, "rms_norm_eps", 1e-6),
        rotary_base=_number(_rotary(settings), "rope_theta", 10_000.0),
    )
    _require_plain_llama(settings, language)
    return Release(
        files,
        _tokenizer_folder(paths, language),
        stated,
        _whole(settings, "max_position_embeddings") or 2048,
        is_v2,
        settings,
        tuple(file.path for file in files),
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
            raise ModelError(
                f"Both {folders[0]} and {folders[1]} hold {NEEDED[role]}.",
                "Name the files that belong to the model, one by one.",
            )
        groups[role] = own or files
    return groups


def _by_folder(paths: Sequence[Path]) -> dict[Path, list[TensorFile]]:
    folders: dict[Path, list[TensorFile]] = {}
    for path in paths:
        if not path.exists():
            raise ModelError(f"{path} does not exist.", "Name a file or a folder that is there.")
        for file in _files(path):
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
        table = _settings(index).get("weight_map")
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


def _vision_settings(folder: Path) -> Mapping[str, object]:
    """Give Hugging Face's or open_clip's settings of the vision tower, under one set of names."""
    settings = _settings(folder / "config.json")
    inner = settings.get("vision_config")
    if isinstance(inner, dict):
        return cast("Mapping[str, object]", inner)
    if "model_type" in settings and "clip" in str(settings["model_type"]):
        return settings
    model = _settings(folder / "open_clip_config.json").get("model_cfg")
    table = cast("Mapping[str, object]", model) if isinstance(model, dict) else {}
    vision = table.get("vision_cfg")
    tower = cast("Mapping[str, object]", vision) if isinstance(vision, dict) else {}
    found: dict[str, object] = {}
    if "quick_gelu" in table:
        found["hidden_act"] = "quick_gelu" if table["quick_gelu"] is True else "gelu"
    head_width, width = _whole(tower, "head_width"), _whole(tower, "width")
    if head_width and width:
        found["num_attention_heads"] = width // head_width
    return found


def _activation(vision: Mapping[str, object]) -> Activation:
    """OpenAI's towers, which Flamingo uses, have the quick form; a file may say otherwise."""
    stated = vision.get("hidden_act", "quick_gelu")
    if stated == "quick_gelu":
        return "quick_gelu"
    if stated == "gelu":
        return "gelu"
    raise ModelError(
        f"The vision tower's activation is {stated!r}; CLIP's are gelu and quick_gelu."
    )


def _require_plain_llama(settings: Mapping[str, object], folder: Path) -> None:
    heads, kv_heads = (_whole(settings, f"num_{kind}_heads") for kind in ("attention", "key_value"))
    problems = {
        "grouped keys and values": kv_heads is not None and heads is not None and kv_heads != heads,
        "scaled positions": settings.get("rope_scaling") is not None,
        f"the type {settings.get('model_type')}": settings.get("model_type", "llama") != "llama",
        "biases": settings.get("attention_bias") is True,
    }
    found = [what for what, is_so in problems.items() if is_so]
    if found:
        raise ModelError(
            f"The language model in {folder.name} has {found[0]}; the first LLaMA is expected.",
            "Bring the LLaMA that the checkpoint was trained with.",
        )


def _rotary(settings: Mapping[str, object]) -> Mapping[str, object]:
    """Give the table that states the rotary base; newer files nest it."""
    nested = settings.get("rope_parameters")
    return cast("Mapping[str, object]", nested) if isinstance(nested, dict) else settings


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


def _settings(path: Path) -> Mapping[str, object]:
    if not path.is_file():
        return {}
    try:
        raw: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"The file {path} cannot be read: {error}.", "Copy it again.") from error
    return cast("Mapping[str, object]", raw) if isinstance(raw, dict) else {}


def _whole(settings: Mapping[str, object], name: str) -> int | None:
    value = settings.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(settings: Mapping[str, object], name: str, default: float) -> float:
    value = settings.get(name)
    return float(value) if isinstance(value, int | float) else default


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.name or str(path) for path in paths)
