"""Whether words fit the picture's modality: no Hounsfield units on an ultrasound."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

MODALITIES: Final = {
    "CT": "CT", "MR": "MR", "US": "ultrasound", "IVUS": "ultrasound", "CR": "radiograph",
    "DX": "radiograph", "RG": "radiograph", "XR": "radiograph", "MG": "mammogram", "PT": "PET",
    "SM": "microscopy", "GM": "microscopy", "ES": "endoscopy", "OP": "fundus", "OPT": "fundus",
}  # fmt: skip
"""DICOM's codes (PS3.3 C.7.3.1.1.1) and what they are to a reader."""
TELLING: Final = {
    "CT": re.compile(r"\b(?:ct|computed tomograph\w*|hounsfield|hu)\b", re.I),
    "MR": re.compile(
        r"\b(?:mri?|magnetic resonance|t1[- ]?w\w*|t2[- ]?w\w*|flair|adc map|gadolinium)\b", re.I
    ),
    "ultrasound": re.compile(r"\b(?:ultraso\w+|sonogra\w+|hypoechoic|anechoic|doppler)\b", re.I),
    "radiograph": re.compile(r"\b(?:x-?rays?|radiographs?|plain film)\b", re.I),
    "mammogram": re.compile(r"\bmammogra\w+\b", re.I),
    "PET": re.compile(r"\b(?:pet|fdg|suv(?:max|bw)?)\b", re.I),
    "microscopy": re.compile(
        r"\b(?:h&e|ha?ematoxylin|eosin stain\w*|histolog\w+|mitos[ei]s|mitotic|smear)\b", re.I
    ),
    "endoscopy": re.compile(r"\b(?:endoscop\w+|colonoscop\w+|gastroscop\w+)\b", re.I),
    "fundus": re.compile(r"\b(?:fundus|optic disc|macula)\b", re.I),
}
NEAR: Final = frozenset({frozenset({"mammogram", "radiograph"})})
"""Pairs of which one is a kind of the other."""


class Clash(NamedTuple):
    """A word of another modality."""

    field: str
    span: tuple[int, int]
    word: str
    named: str
    shown: str


def find_clashes(modality: str, texts: dict[str, str]) -> Iterator[Clash]:
    """Give words that name another modality than the picture's, where none names its own."""
    shown = MODALITIES.get(modality.strip().upper())
    if shown is None or any(TELLING[shown].search(text) for text in texts.values()):
        return
    for field, text in texts.items():
        for named, pattern in TELLING.items():
            match = pattern.search(text)
            if match is not None and frozenset({named, shown}) not in NEAR and named != shown:
                yield Clash(field, match.span(), match.group(), named, shown)
                return
