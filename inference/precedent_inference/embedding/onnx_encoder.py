"""Any exported image encoder: `NAME.onnx` with `NAME.json` beside it, which says how it is fed.

The JSON: `{"format": "precedent-encoder", "version": 1, "name": "…", "image": {…}, "pool": "first",
"output": "…"}`. `image` is the picture recipe of a model profile. `output` names the output that
is read, the first one where it is left out. [B, E] is the vector itself; [B, P, E] is pooled over
the patches ("mean", or "first" for a class token); [B, E, rows, columns] is averaged.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np

from precedent_inference.backends.onnx.providers import (
    REFUSALS,
    TENSORRT,
    open_session,
    wanted_providers,
)
from precedent_inference.embedding.embedder import chunks, fingerprint_of
from precedent_inference.embedding.embeddings import (
    EmbedderId,
    Embeddings,
    FloatArray,
    unit_rows,
)
from precedent_inference.errors import EngineError, ModelError
from precedent_inference.images import ImageRecipe, prepare_image
from precedent_inference.json_border import Table
from precedent_inference.profile import recipe_from_json

FORMAT: Final = "precedent-encoder"
VERSION: Final = 1
OUTSIDE: Final = (".data", "_data")
"""What the file of an exporter's external weights adds to the graph's name."""

PatchPool = Literal["mean", "first"]


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """How an exported encoder is fed and read."""

    name: str
    image: ImageRecipe
    output: str | None = None
    """None for the first."""
    pool: PatchPool = "mean"


class OnnxEmbedder:
    """Embeds with an ONNX graph."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises ModelError when it or its settings cannot be used."""
        self._settings = read_settings(path.with_suffix(".json"))
        # TensorRT would build an engine for each number of pictures.
        providers = [name for name in wanted_providers() if name != TENSORRT]
        self._session = open_session(path, providers, "fp32")
        try:
            outside = [path.with_name(path.name + end) for end in OUTSIDE]
            files = [path, path.with_suffix(".json"), *(each for each in outside if each.is_file())]
            self.id = EmbedderId(self._settings.name, fingerprint_of(files))
        except OSError as error:
            raise ModelError(
                f"The encoder {path} cannot be read: {error.strerror}.", "Copy it again."
            ) from error
        self._input: str = self._session.get_inputs()[0].name
        self._output = self._chosen_output(path)

    def embed(self, pictures: Sequence[bytes], cancel: threading.Event) -> Embeddings:
        """Give the vectors of encoded pictures. Raises ImageError, EngineError, Cancelled."""
        recipe = self._settings.image
        rows = [
            self._vectors(np.stack([prepare_image(data, recipe).pixels for data in chunk]))
            for chunk in chunks(pictures, cancel)
        ]
        raw = np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)
        return Embeddings(self.id, unit_rows(raw, self.id.name))

    def _vectors(self, pixels: FloatArray) -> FloatArray:
        try:
            found = self._session.run([self._output], {self._input: pixels})[0]
        except REFUSALS as error:
            raise EngineError(
                f"The encoder {self.id.name} failed: {str(error).splitlines()[0]}.",
                "Check the picture size in its settings.",
            ) from error
        return pooled(np.asarray(found, np.float32), self._settings.pool, self.id.name)

    def _chosen_output(self, path: Path) -> str:
        names: list[str] = [output.name for output in self._session.get_outputs()]
        wanted = self._settings.output or names[0]
        if wanted not in names:
            raise ModelError(
                f"The encoder {path} has no output {wanted!r}.", f"It has {', '.join(names)}."
            )
        return wanted


def read_settings(path: Path) -> EncoderSettings:
    """Read the settings beside a graph. Raises ModelError with what is wrong and where."""
    try:
        raw: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The encoder's settings {path} cannot be read: {error}.",
            "Write them as docs/suggest.md shows.",
        ) from error
    table = Table.of(raw, path.name, ModelError)
    if table.text("format") != FORMAT or table.integer("version") != VERSION:
        raise ModelError(f"{path.name} holds no encoder settings of version {VERSION}.")
    return EncoderSettings(
        table.text("name"),
        recipe_from_json(table.table("image")),
        table.optional_text("output"),
        table.choice("pool", get_args(PatchPool)) if "pool" in table.names else "mean",
    )


def pooled(found: FloatArray, pool: PatchPool, name: str) -> FloatArray:
    """Give [B, E] of what an encoder gave. Raises EngineError for a shape that is none."""
    if found.ndim == 2:
        return found
    if found.ndim == 3:  # [B, P, E]
        return found[:, 0] if pool == "first" else np.asarray(found.mean(1))
    if found.ndim == 4:  # [B, E, rows, columns]
        return np.asarray(found.mean((2, 3)))
    raise EngineError(
        f"The encoder {name} gives an array of shape {found.shape}, which is no vector a picture.",
        "Name another output in its settings.",
    )
