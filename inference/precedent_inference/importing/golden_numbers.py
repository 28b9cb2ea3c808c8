"""What a folder of golden numbers holds: cases, their inputs, and the stages with numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from precedent_inference.config import FlamingoConfig
from precedent_inference.errors import ModelError

INPUTS, OUTPUTS = "inputs.safetensors", "outputs.safetensors"

STAGES = (
    "vision_tokens",
    "perceiver",
    "first_xattn_block",
    "attended_image",
    "logits",
    "generated",
)
"""Of every case; the others are given for some."""

STEP_LOGITS, OTHER_PLACEMENT = "step_logits", "logits_attend_previous"
BEAM = re.compile(r"beam([1-9]\d*)_lp(-?\d+(?:\.\d+)?)_new([1-9]\d*)$")


@dataclass(frozen=True, slots=True)
class GoldenNumbers:
    """Inputs and outputs, keyed by case and stage."""

    folder: str
    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]
    stated_cases: frozenset[str] = frozenset()
    """Cases that the folder's settings list."""

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases that can be run, sorted."""
        return tuple(sorted({key.rpartition(".")[0] for key in self.inputs}))

    @property
    def most_new(self) -> int:
        """The most tokens that were generated in any case."""
        return max((self._new_tokens(case) for case in self.cases), default=0)

    @property
    def absent(self) -> tuple[str, ...]:
        """Cases that cannot be run, and stages that every case has as a rule but not this one."""
        lost = (self.stated_cases | {_split(key)[0] for key in self.outputs}) - set(self.cases)
        stages = {
            f"{case}.{stage}"
            for case in self.cases
            for stage in STAGES
            if f"{case}.{stage}" not in self.outputs
        }
        return tuple(sorted(lost | stages))

    def wanted(self, case: str) -> dict[str, Tensor]:
        """Give a case's numbers by stage."""
        pairs = [(_split(key), tensor) for key, tensor in self.outputs.items()]
        return {stage: tensor for (owner, stage), tensor in pairs if owner == case}

    def inputs_of(self, case: str, config: FlamingoConfig) -> tuple[Tensor, Tensor, Tensor]:
        """Give pixels, ids and mask. Raises ModelError when the model cannot take them."""
        try:
            pixels, ids, mask = (
                self.inputs[f"{case}.{name}"] for name in ("pixels", "input_ids", "attention_mask")
            )
        except KeyError as error:
            raise ModelError(f"{self.folder}/{INPUTS} lacks {error.args[0]}.") from error
        rows, size = pixels.shape[0] if pixels.dim() else 0, config.vision.image_size
        known = range(config.language.vocabulary)
        is_picture = pixels.dim() == 6 and tuple(pixels.shape[2:]) == (1, 3, size, size)
        problems = {
            f"the pixels have the shape {list(pixels.shape)}": not is_picture or not pixels.numel(),
            f"the ids have the shape {list(ids.shape)}": ids.dim() != 2 or ids.shape[0] != rows,
            "ids and mask differ in shape": ids.shape != mask.shape,
            "the mask hides a whole row": mask.dim() == 2 and not mask.any(1).all(),
            "an id lies outside the vocabulary": any(
                at not in known for at in ids.flatten().tolist()
            ),
        }
        for what, is_so in problems.items():
            if is_so:
                raise ModelError(
                    f"{self.folder}/{INPUTS}: {case} cannot be run on this model: {what}.",
                    "The folder's files do not belong together.",
                )
        return pixels.float(), ids.long(), mask.long()

    def _new_tokens(self, case: str) -> int:
        generated, ids = self.outputs.get(f"{case}.generated"), self.inputs.get(f"{case}.input_ids")
        return 0 if generated is None or ids is None else generated.shape[-1] - ids.shape[-1]


def read_numbers(folder: Path, stated_cases: frozenset[str] = frozenset()) -> GoldenNumbers:
    """Read a folder's inputs and outputs. Raises ModelError when one is missing or broken."""
    inputs, outputs = load_numbers(folder / INPUTS), load_numbers(folder / OUTPUTS)
    return GoldenNumbers(folder.name, inputs, outputs, stated_cases)


def load_numbers(path: Path) -> dict[str, Tensor]:
    """Read a file of arrays. Raises ModelError when it is missing or broken."""
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"The file {path.name} is missing or broken: {error}.") from error


def _split(key: str) -> tuple[str, str]:
    """Give case and stage; a case's name may hold dots, and so may a beam's length penalty."""
    if beam := BEAM.search(key):
        return key[: beam.start()].removesuffix("."), beam[0]
    case, _, stage = key.rpartition(".")
    return case, stage
