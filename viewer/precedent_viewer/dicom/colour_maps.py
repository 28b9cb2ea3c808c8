"""Colours for grey images: the standard's well-known palettes, and two of one hue each.

Source: PS3.6 annex B.1 (well-known palettes, as pydicom ships them). The two others grow lighter
all the way, so that they stay readable without colour vision.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.data import get_palette_files

ColourTable = NDArray[np.uint8]
"""(256, 3): red, green, blue of each grey level. Read-only."""
WELL_KNOWN: dict[str, str] = {
    "Hot iron": "hotiron.dcm",
    "PET": "pet.dcm",
    "Hot metal blue": "hotmetalblue.dcm",
    "PET 20 step": "pet20step.dcm",
}
ONE_HUE: dict[str, Sequence[tuple[int, int, int]]] = {
    "Blue to white": ((0, 0, 0), (0, 44, 94), (42, 104, 160), (126, 166, 205), (255, 255, 255)),
    "Red to white": ((0, 0, 0), (94, 18, 10), (178, 62, 24), (230, 148, 78), (255, 255, 255)),
}
NAMES: tuple[str, ...] = (*WELL_KNOWN, *ONE_HUE)


@lru_cache(maxsize=len(NAMES))
def colour_table(name: str) -> ColourTable:
    """Give a palette by its name. Raises KeyError for one that is not known."""
    if name in ONE_HUE:
        stops = np.array(ONE_HUE[name], np.float64)
        at = np.linspace(0, len(stops) - 1, 256)
        table = np.stack(
            [np.interp(at, np.arange(len(stops)), stops[:, part]) for part in range(3)], axis=1
        )
        made = np.rint(table).astype(np.uint8)
    else:
        made = _well_known(WELL_KNOWN[name])
    made.setflags(write=False)
    return made


def coloured(levels: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """Give grey levels (rows, columns) as colour (rows, columns, 3)."""
    return colour_table(name)[levels]


def _well_known(file: str) -> ColourTable:
    found = next(path for path in get_palette_files() if str(path).endswith(file))
    palette = dcmread(found)
    parts = []
    for colour in ("Red", "Green", "Blue"):
        entries = int(palette[f"{colour}PaletteColorLookupTableDescriptor"].value[0])
        raw = palette[f"{colour}PaletteColorLookupTableData"].value
        bits = int(palette[f"{colour}PaletteColorLookupTableDescriptor"].value[2])
        if bits == 8:
            parts.append(np.frombuffer(raw, np.uint8)[:entries])
        else:
            parts.append((np.frombuffer(raw, np.uint16)[:entries] >> 8).astype(np.uint8))
    return np.stack(parts, axis=1).astype(np.uint8)
