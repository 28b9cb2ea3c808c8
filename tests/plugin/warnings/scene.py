"""Pictures with something on them, cases and views, for the tests of warnings."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from precedent_inference.protocol import PictureFacts, PromptFacts
from precedent_plugin.cases import Case, Provenance
from precedent_plugin.pictures import content_hash
from precedent_plugin.preprocess import ViewImage, encode_png
from precedent_plugin.warnings.warning import PromptWarning, Proposal

Pixels = NDArray[np.uint8]


def organ(seed: int, side: int = 192) -> Pixels:
    """A grey picture of overlapping ellipses and blurred noise, another for each seed."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:side, :side] / side
    values = np.zeros((side, side))
    for _ in range(14):
        y, x = rng.uniform(0.15, 0.85, 2)
        high, wide = rng.uniform(0.05, 0.25, 2)
        inside = ((rows - y) / high) ** 2 + ((columns - x) / wide) ** 2 < 1
        values += np.where(inside, rng.uniform(-60, 80), 0)
    rough = Image.fromarray(rng.normal(0, 1, (24, 24)).astype(np.float32))
    values += 18 * np.asarray(rough.resize((side, side), Image.Resampling.BICUBIC))
    return np.clip(values + 90, 0, 255).astype(np.uint8)


def png(pixels: Pixels) -> bytes:
    return encode_png(np.ascontiguousarray(pixels))


def case(number: int, answer: str = "Left", *, picture: bytes = b"", **where: Any) -> Case:
    provenance = Provenance(**where)
    sha256 = content_hash(picture or png(organ(number, 32)))
    return Case(f"{number:032x}", (sha256,), "Which side?", answer, provenance=provenance)


def view(picture: bytes, **where: Any) -> ViewImage:
    provenance = Provenance(**where)
    return ViewImage(picture, content_hash(picture), 16, 16, provenance)


def proposal(*cases: Case, image: ViewImage | None = None, **changes: Any) -> Proposal:
    made = Proposal(cases=cases, image=image)
    return replace(made, **changes)


def facts(**changes: Any) -> PromptFacts:
    """A prompt of three shots of 20 tokens and four square pictures, which fits."""
    square = PictureFacts(96, 96, (0.0, 0.0, 96.0, 96.0), 1.0)
    made = PromptFacts("starter", 1, (20, 20, 20), 19, 32, 512, 9, 9, (square,) * 4, 0, 0)
    return replace(made, **changes)


def kinds(warnings: tuple[PromptWarning, ...]) -> list[str]:
    return [warning.kind for warning in warnings]
