"""A data set becomes a casebook of the library: all of its good rows, or nothing at all.

Pictures are decoded and written ahead, several at a time; the cases follow in one transaction. What
a row says is data: nothing in it is run, and no word of it is an instruction to anything.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from precedent_inference.errors import Cancelled
from precedent_plugin.cases import Case, Casebook, Provenance
from precedent_plugin.datasets.layouts import layout_of
from precedent_plugin.datasets.pictures import png_of
from precedent_plugin.datasets.row import Refused, Row, Wish
from precedent_plugin.errors import DatasetError, PluginError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.pictures import content_hash

WORKERS: Final = 4
BATCH: Final = 256

Progress = Callable[[int], object]
"""Called with how many rows were read."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be taken."""

    path: Path
    layout: str = "auto"
    wish: Wish = field(default_factory=Wish)
    name: str = ""
    """Of the casebook; empty for the folder's own."""
    limit: int | None = None
    """Rows at most."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken, and what was not."""

    casebook: Casebook
    layout: str
    refused: tuple[Refused, ...]
    repeated: int
    """Rows that say the same of the same picture as one before."""
    pictures: int
    """Distinct ones: questions share pictures."""
    across: int
    """Pictures that stand in more than one split: a split does not part them."""


def take_dataset(
    library: CaseLibrary,
    order: Order,
    cancel: threading.Event,
    progress: Progress = lambda _: None,
) -> Taken:
    """Take a data set into the library as a new casebook.

    Raises DatasetError when nothing of it can be taken, Cancelled, LibraryError.
    """
    layout = layout_of(order.path, order.layout)
    found = layout.rows(order.path, order.wish)
    if order.limit is not None:
        found = islice(found, order.limit)
    cases: dict[str, Case] = {}
    refused: list[Refused] = []
    repeated = 0
    splits: dict[str, set[str]] = {}
    for read, (row, case) in enumerate(_made(library, found), start=1):
        if cancel.is_set():
            raise Cancelled("The import was stopped; nothing was taken.")
        progress(read)
        if isinstance(case, Refused):
            refused.append(case)
        elif case.id in cases:
            repeated += 1
        else:
            cases[case.id] = case
            splits.setdefault(case.images[0], set()).update(_splits(row))
    if not cases:
        why = f" The first: {refused[0].place}: {refused[0].reason}." if refused else ""
        raise DatasetError(
            f"No row of {order.path} can be taken ({len(refused)} refused).{why}",
            "Check the layout and the split.",
        )
    name, today = order.name or order.path.stem, date.today().isoformat()
    said = f"Taken from a {layout.name} data set."
    book = Casebook("", name, said, created=today)
    kept = library.take_in(book, list(cases.values()), library.image)
    across = sum(len(found) > 1 for found in splits.values())
    return Taken(kept, layout.name, tuple(refused), repeated, len(splits), across)


def _made(
    library: CaseLibrary, rows: Iterator[Row | Refused]
) -> Iterator[tuple[Row | Refused, Case | Refused]]:
    """Make cases of rows, a batch at a time, their pictures side by side."""

    def make(row: Row | Refused) -> Case | Refused:
        return row if isinstance(row, Refused) else _case_or_reason(library, row)

    with ThreadPoolExecutor(WORKERS) as workers:
        while batch := list(islice(rows, BATCH)):
            yield from zip(batch, workers.map(make, batch), strict=True)


def _case_or_reason(library: CaseLibrary, row: Row) -> Case | Refused:
    try:
        png = png_of(row.picture)
        case = _case(library, row, content_hash(png))
        library.stage(png)
    except PluginError as error:
        return Refused(row.place, error.message)
    return case


def _case(library: CaseLibrary, row: Row, sha256: str) -> Case:
    keys = library.pseudonyms
    return Case(
        id=_id(sha256, row),
        images=(sha256,),
        question=row.question,
        answer=row.answer,
        rationale=row.rationale or None,
        tags=row.tags,
        provenance=Provenance(
            modality=row.modality,
            body_part=row.body_part,
            laterality=row.laterality,
            window=row.window,
            patient_key=keys.patient(row.patient),
            study_key=keys.study(row.study),
            licence=row.licence,
            spacing_mm=row.spacing_mm,
            mpp=row.mpp,
        ),
        task=row.task,
        teaching_point=row.teaching_point or None,
        author=row.author,
    )


def _id(sha256: str, row: Row) -> str:
    """Name a case by what it says, so that the same row taken twice is not doubled."""
    said = "\0".join((sha256, row.question, row.answer))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _splits(row: Row | Refused) -> set[str]:
    tags = set(row.tags) if isinstance(row, Row) else set()
    return tags & {"train", "validate", "validation", "test"}
