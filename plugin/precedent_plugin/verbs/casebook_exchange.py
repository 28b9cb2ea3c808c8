"""`precedent casebook import` and `export`: casebook files, data sets, tables, pages, DICOM."""

import argparse
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from precedent_plugin.casebook_file import SUFFIX
from precedent_plugin.datasets import layouts
from precedent_plugin.datasets.row import Wish
from precedent_plugin.datasets.take import Order, Taken, take_dataset
from precedent_plugin.datasets.write_key_objects import write_key_objects
from precedent_plugin.datasets.write_page import write_page
from precedent_plugin.datasets.write_table import write_table
from precedent_plugin.errors import CasebookError, UsageError
from precedent_plugin.exchange import export_casebook, import_casebook
from precedent_plugin.library import CaseLibrary
from precedent_plugin.linting.burned_in import TextFinder
from precedent_plugin.linting.lint import Linter, advice_on, lint_words, require_clean
from precedent_plugin.shelf import find_casebook
from precedent_plugin.verbs.casebook_lint import look

CASEBOOK: Final = "casebook"
SHOWN: Final = 20
"""Refused rows that are named; all of them are in the JSON."""
Written = tuple[dict[str, Any], str]


def add_import_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is taken, and how it lies on the disk."""
    parser.add_argument("path", type=Path, metavar="PATH", help="a casebook file, folder or table")
    parser.add_argument(
        "--layout", choices=("auto", CASEBOOK, *layouts.NAMES), default="auto", metavar="L",
        help=f"auto, {CASEBOOK}, {', '.join(layouts.NAMES)} (default: found out)",
    )  # fmt: skip
    parser.add_argument("--split", default="", metavar="S", help="train, test … (default: all)")
    parser.add_argument("--language", default="en", metavar="L", help="of data sets with several")
    parser.add_argument("--limit", type=int, metavar="N", help="rows at most")
    parser.add_argument("--name", default="", metavar="NAME", help="of the casebook")


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is written, and as what."""
    parser.add_argument("casebook", metavar="NAME")
    parser.add_argument(
        "--accept-findings", action="store_true", help="export although linting finds something"
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="a file or a new folder")
    parser.add_argument(
        "--to", choices=tuple(WRITERS), metavar="KIND",
        help="casebook (OUT.casebook), html (OUT.html), jsonl or kos (a folder); default: by OUT",
    )  # fmt: skip


def import_path(library: CaseLibrary, arguments: argparse.Namespace) -> Written:
    """Take a casebook file or a data set into the library."""
    path: Path = arguments.path
    if arguments.layout == CASEBOOK or (arguments.layout == "auto" and path.suffix == SUFFIX):
        book = import_casebook(library, path)
        said = f"Took in “{book.name}” with {book.case_count} cases."
        return asdict(book) | _linted(library, book.id), said + _advice(library, book.id)
    order = Order(
        path, arguments.layout, Wish(arguments.split, arguments.language), arguments.name,
        arguments.limit,
    )  # fmt: skip
    with tqdm(total=arguments.limit, desc="Reading", unit=" rows", file=sys.stderr) as bar:
        taken = take_dataset(
            library, order, threading.Event(), lambda done: bar.update(done - bar.n)
        )
    document = asdict(taken.casebook) | {
        "layout": taken.layout,
        "refused": [asdict(one) for one in taken.refused],
        "repeated": taken.repeated,
        "pictures": taken.pictures,
        "pictures_in_several_splits": taken.across,
    }
    book_id = taken.casebook.id
    text = "\n".join(lines_of(taken)) + _advice(library, book_id)
    return document | _linted(library, book_id), text


def _linted(library: CaseLibrary, casebook_id: str) -> dict[str, Any]:
    """Say what linting finds in the words that came; pictures are looked at before an export."""
    cases = library.cases(casebook=casebook_id)
    found = [one for case in cases for one in lint_words(case)]
    return {"lint": {"must": sum(one.weight == "must" for one in found), "all": len(found)}}


def _advice(library: CaseLibrary, casebook_id: str) -> str:
    said = advice_on(library.cases(casebook=casebook_id))
    return said and f"\n{said}"


def lines_of(taken: Taken) -> list[str]:
    """Say what was taken, and what was not."""
    book = taken.casebook
    lines = [
        f"Took in “{book.name}” with {book.case_count:,} cases of {taken.pictures:,} pictures "
        f"({taken.layout})."
    ]
    if taken.repeated:
        lines.append(f"{taken.repeated:,} rows say the same as another and are not doubled.")
    if taken.across:
        lines.append(
            f"{taken.across:,} pictures stand in several splits: references from one may answer "
            "questions of the other."
        )
    lines += [f"Refused: {one.place}: {one.reason}" for one in taken.refused[:SHOWN]]
    if len(taken.refused) > SHOWN:
        lines.append(f"… and {len(taken.refused) - SHOWN:,} more; --json names them all.")
    return lines


def export(library: CaseLibrary, arguments: argparse.Namespace) -> Written:
    """Write a casebook as a file, a page, a table or DICOM."""
    casebook = find_casebook(library, arguments.casebook)
    out: Path = arguments.out
    kind = arguments.to or {SUFFIX: CASEBOOK, ".html": "html"}.get(out.suffix, "")
    if not kind:
        raise UsageError(
            f"What {out} should be is not clear.",
            f"End it in {SUFFIX} or .html, or say --to {' or '.join(WRITERS)}.",
        )
    wanted = {CASEBOOK: SUFFIX, "html": ".html"}.get(kind, "")
    if wanted and out.suffix != wanted:
        raise UsageError(f"{out} does not end in {wanted}.", f"Call it {out.stem}{wanted}.")
    if not out.parent.exists():
        raise CasebookError(f"{out} cannot be written (there is no such folder).", "Make it first.")
    if not arguments.accept_findings:
        linter = Linter(library.image, TextFinder())
        require_clean(look(linter, library.cases(casebook=casebook.id)))
    WRITERS[kind](library, casebook.id, out)
    files = [out] if out.is_file() else [path for path in out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    document = {"path": str(out), "bytes": size, "files": len(files), "cases": casebook.case_count}
    return document, f"Wrote {casebook.case_count} cases into {out} ({size / 1024:.0f} KiB)."


WRITERS: Final[dict[str, Callable[[CaseLibrary, str, Path], object]]] = {
    CASEBOOK: export_casebook,
    "html": write_page,
    "jsonl": write_table,
    "kos": write_key_objects,
}
