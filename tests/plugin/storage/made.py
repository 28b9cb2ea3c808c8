"""Pictures and cases for tests of the library."""

import numpy as np

from precedent_plugin.cases import Case, CaseDraft
from precedent_plugin.library import CaseLibrary
from precedent_plugin.originals import Values
from precedent_plugin.preprocess import encode_png


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    return encode_png(pixels)


def values(seed: int) -> Values:
    """Modality values as a CT has them: whole numbers from -1024 to 3071."""
    whole = np.random.default_rng(seed).integers(-1024, 3072, (24, 32))
    return whole.astype(np.float32)


def added(library: CaseLibrary, *answers: str) -> list[Case]:
    return [
        library.add(CaseDraft("Which side?", answer), picture(seed))
        for seed, answer in enumerate(answers)
    ]
