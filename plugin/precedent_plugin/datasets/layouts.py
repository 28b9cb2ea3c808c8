"""The layouts that are known, and which of them a path has."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from precedent_plugin.datasets import path_vqa, pmc_vqa, slake, smmile, table, vqa_rad
from precedent_plugin.datasets.row import Read, Wish
from precedent_plugin.errors import DatasetError


@dataclass(frozen=True, slots=True)
class KnownLayout:
    """One of them."""

    name: str
    find: Callable[[Path], Path | None]
    """Gives what shows that a path is of this layout, None when it is not."""
    rows: Callable[[Path, Wish], Read]


LAYOUTS: Final = (
    KnownLayout(slake.NAME, slake.find, slake.rows),
    KnownLayout(vqa_rad.NAME, vqa_rad.find, vqa_rad.rows),
    KnownLayout(pmc_vqa.NAME, pmc_vqa.find, pmc_vqa.rows),
    KnownLayout(smmile.NAME, smmile.find, smmile.rows),
    KnownLayout(table.NAME, table.find, table.rows),
    KnownLayout(path_vqa.NAME, path_vqa.find, path_vqa.rows),
)
"""The most telling first; a folder of parquet files is the last guess."""
NAMES: Final = tuple(layout.name for layout in LAYOUTS)


def layout_of(path: Path, name: str = "auto") -> KnownLayout:
    """Give the layout of a path, or the one that is named. Raises DatasetError."""
    if not path.exists():
        raise DatasetError(f"{path} does not exist.", "Check the path.")
    if name != "auto":
        return next(layout for layout in LAYOUTS if layout.name == name)
    for layout in LAYOUTS:
        # A single file is a table; the others are folders.
        if (path.is_dir() or layout.name == table.NAME) and layout.find(path) is not None:
            return layout
    raise DatasetError(
        f"{path} is of no layout that is known.",
        f"Known are: {', '.join(NAMES)}; a table needs the columns {', '.join(table.NEEDED)}.",
    )
