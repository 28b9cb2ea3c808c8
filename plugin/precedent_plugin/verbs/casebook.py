"""`precedent casebook`: list, show, make, fill, check, export, import casebooks; suggest cases."""

import argparse
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from precedent_plugin.casebook_file import SUFFIX, read_casebook
from precedent_plugin.cases import Case, Casebook, CaseDraft
from precedent_plugin.errors import UsageError
from precedent_plugin.library import CaseLibrary, default_folder
from precedent_plugin.output import say, say_json
from precedent_plugin.shelf import find_casebook
from precedent_plugin.verbs import (
    casebook_check,
    casebook_exchange,
    casebook_lint,
    casebook_suggest,
)
from precedent_plugin.verbs.ask import read_view

Act = Callable[[CaseLibrary, argparse.Namespace], tuple[dict[str, Any], str]]
"""Does one thing; gives the JSON object and the text that say so."""


def parser() -> argparse.ArgumentParser:
    """Give the arguments of the verb."""
    made = argparse.ArgumentParser(
        prog="precedent casebook", description="Casebooks: ordered, named sets of reference cases."
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    shared.add_argument("--library", type=Path, metavar="FOLDER", help="instead of the user's own")
    acts = made.add_subparsers(
        required=True, metavar="list|show|new|add|check|suggest|lint|export|import"
    )

    def verb(name: str, act: Act, words: str) -> argparse.ArgumentParser:
        added = acts.add_parser(name, parents=[shared], help=words, description=words)
        added.set_defaults(act=act)
        return added

    verb("list", list_casebooks, "Name the library's casebooks.")
    show = verb("show", show_casebook, "Show the cases of a casebook.")
    show.add_argument("casebook", metavar="C", help="name in the library, or a .casebook file")
    new = verb("new", new_casebook, "Make an empty casebook.")
    new.add_argument("name", metavar="NAME")
    new.add_argument("--description", default="")
    new.add_argument("--licence", default="")
    add = verb("add", add_case, "Keep a picture or a DICOM frame as a case of a casebook.")
    add.add_argument("casebook", metavar="NAME")
    add.add_argument("image", type=Path, metavar="IMAGE")
    add.add_argument("-q", "--question", required=True, metavar="TEXT")
    add.add_argument("-a", "--answer", required=True, metavar="TEXT")
    add.add_argument("--rationale", metavar="TEXT")
    add.add_argument("--tag", action="append", default=[], metavar="TAG", dest="tags")
    add.add_argument("--index", type=int, default=0, metavar="N", help="frame, from 0")
    casebook_check.add_arguments(
        verb("check", casebook_check.check, "Ask each case of the others; say whether shots help.")
    )
    casebook_suggest.add_arguments(
        verb("suggest", casebook_suggest.suggest, "Find the cases to put beside a picture.")
    )
    casebook_lint.add_arguments(
        verb("lint", casebook_lint.lint, "Find what to look at before a casebook is shared.")
    )
    casebook_exchange.add_export_arguments(
        verb("export", casebook_exchange.export, "Write a casebook as a file, page, table, DICOM.")
    )
    casebook_exchange.add_import_arguments(
        verb("import", casebook_exchange.import_path, "Take a casebook file or a data set in.")
    )
    return made


def main(argv: list[str]) -> int:
    """Do one thing with casebooks, say what was done, and give 0."""
    arguments = parser().parse_args(argv)
    with closing(CaseLibrary.open(arguments.library or default_folder())) as library:
        document, text = arguments.act(library, arguments)
    if arguments.json:
        say_json(document)
    else:
        say(text)
    return 0


def list_casebooks(library: CaseLibrary, _: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Name the library's casebooks."""
    books = library.casebooks()
    lines = [f"{book.case_count:5}  {book.name}" for book in books]
    text = "\n".join(lines) if lines else "The library has no casebook yet."
    return {"casebooks": [asdict(book) for book in books]}, text


def show_casebook(
    library: CaseLibrary, arguments: argparse.Namespace
) -> tuple[dict[str, Any], str]:
    """Show the cases of a casebook, of the library or of a file."""
    path = Path(arguments.casebook)
    if path.suffix == SUFFIX or path.is_file():
        with read_casebook(path) as file:
            casebook, cases = file.casebook, list(file.cases)
    else:
        casebook = find_casebook(library, arguments.casebook)
        cases = list(library.cases(casebook=casebook.id))
    document = {**asdict(casebook), "cases": [asdict(case) for case in cases]}
    return document, _shown(casebook, cases)


def new_casebook(library: CaseLibrary, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Make an empty casebook."""
    book = library.create_casebook(
        arguments.name, description=arguments.description, licence=arguments.licence
    )
    return asdict(book), f"Made the casebook “{book.name}”."


def add_case(library: CaseLibrary, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Keep a picture or a DICOM frame as a case of a casebook."""
    if arguments.index < 0:
        raise UsageError("--index starts at 0.")
    casebook = find_casebook(library, arguments.casebook)
    image = read_view(arguments.image, arguments.index, library.pseudonyms)
    draft = CaseDraft(
        question=arguments.question,
        answer=arguments.answer,
        rationale=arguments.rationale,
        tags=tuple(arguments.tags),
        provenance=image.provenance,
    )
    case = library.add(draft, image.png)
    library.add_to_casebook(casebook.id, [case.id])
    return asdict(case), f"Kept case {case.id[:8]} in “{casebook.name}”."


def _shown(casebook: Casebook, cases: list[Case]) -> str:
    lines = [f"{casebook.name}: {len(cases)} cases"]
    lines += [text for text in (casebook.description, casebook.licence) if text]
    lines += [
        f"{number:4}  {case.id[:8]}  {case.question}  →  {case.answer}"
        for number, case in enumerate(cases, start=1)
    ]
    return "\n".join(lines)
