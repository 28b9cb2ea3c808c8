"""`precedent casebook lint`: what to look at before a casebook is shared, and masking it."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from precedent_plugin.casebook_file import SUFFIX, read_casebook
from precedent_plugin.cases import Case
from precedent_plugin.errors import UsageError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.linting.burned_in import TextFinder
from precedent_plugin.linting.finding import Report
from precedent_plugin.linting.lint import Linter
from precedent_plugin.linting.repair import mask_findings
from precedent_plugin.shelf import find_casebook


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is looked at, and how."""
    parser.add_argument("casebook", metavar="C", help="name in the library, or a .casebook file")
    parser.add_argument("--no-ocr", action="store_true", help="look at words, not at pictures")
    parser.add_argument(
        "--mask", action="store_true", help="paint burned-in text over in the library's pictures"
    )


def lint(library: CaseLibrary, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Look at a casebook of the library, or at a file."""
    finder = None if arguments.no_ocr else TextFinder()
    path = Path(arguments.casebook)
    if path.suffix == SUFFIX or path.is_file():
        if arguments.mask:
            raise UsageError(
                "A casebook file is not changed.", "Import it, then mask it in the library."
            )
        with read_casebook(path) as file:
            report = look(Linter(file.picture, finder), file.cases)
        return report.document(), text_of(report, {case.id: case for case in file.cases})
    casebook = find_casebook(library, arguments.casebook)
    cases = library.cases(casebook=casebook.id)
    report = look(Linter(library.image, finder), cases)
    document = report.document()
    text = text_of(report, {case.id: case for case in cases})
    if arguments.mask:
        count = mask_findings(library, report.must)
        document["masked"] = count
        text += f"\n{count} pictures were masked; `Undo` in the window takes each back."
    return document, text


def look(linter: Linter, cases: Sequence[Case]) -> Report:
    """Lint with a bar on standard error."""
    bar = tqdm(total=len(cases), desc="Looking", unit=" cases", file=sys.stderr, leave=False)
    with bar:
        return linter.lint(cases, progress=lambda done, _: bar.update(done - bar.n))


def text_of(report: Report, cases: dict[str, Case]) -> str:
    """Give the report as lines, what stops an export first."""
    ordered = sorted(report.findings, key=lambda found: found.weight != "must")
    lines = [
        f"{'MUST' if found.weight == 'must' else 'look'}  {found.case_id[:8]}  {found.sentence}"
        for found in ordered
        if found.case_id in cases
    ]
    return "\n".join([*lines, report.sentence])
