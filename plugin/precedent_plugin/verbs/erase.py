"""`precedent erase`: delete a patient from the library and everything derived, and prove it."""

import argparse
from contextlib import closing
from pathlib import Path

from precedent_inference.client import LocalEngine
from precedent_plugin.asking import painter
from precedent_plugin.erasure.erase import Erased, check_patient, erase_patient
from precedent_plugin.erasure.stores import stores_of
from precedent_plugin.errors import LibraryError
from precedent_plugin.library import CaseLibrary, default_folder
from precedent_plugin.output import note, say, say_json
from precedent_plugin.storage.patient_rows import Traces

EXIT_LEFT = 1


def parser() -> argparse.ArgumentParser:
    """Give the arguments of the verb."""
    made = argparse.ArgumentParser(
        prog="precedent erase",
        description="Delete every case, picture, question and record of one patient for good, "
        "then search every file of the library for what is left.",
    )
    patient = made.add_mutually_exclusive_group(required=True)
    patient.add_argument("--case", metavar="ID", help="a case of the patient")
    patient.add_argument("--file", type=Path, metavar="FILE", help="a DICOM file of the patient")
    patient.add_argument("--key", metavar="KEY", help="the patient's pseudonym in this library")
    made.add_argument("--yes", action="store_true", help="delete; without it only count")
    made.add_argument("--json", action="store_true", help="print one JSON object")
    made.add_argument("--library", type=Path, metavar="FOLDER", help="instead of the user's own")
    return made


def main(argv: list[str]) -> int:
    """Count, or delete and prove; 1 when something of the patient is left in the library."""
    arguments = parser().parse_args(argv)
    folder = arguments.library or default_folder()
    with closing(CaseLibrary.open(folder)) as library:
        key = _patient(library, arguments)
        if arguments.yes:
            with closing(LocalEngine()) as engine:
                erased = erase_patient(library, stores_of(folder, engine.forget), key, note)
            return _say(erased, erased.words, is_json=arguments.json)
        found = check_patient(library, key, note)
        return _say(found, _counted(found.traces, len(found.left)), is_json=arguments.json)


def _patient(library: CaseLibrary, arguments: argparse.Namespace) -> str:
    """Give the patient's pseudonym. Raises LibraryError when there is none."""
    if arguments.key is not None:
        return str(arguments.key)
    if arguments.case is not None:
        case = library.find(arguments.case)
        if case is None:
            raise LibraryError(
                f"There is no case {arguments.case} on the shelf.",
                "`precedent casebook list --json` gives the ids.",
            )
        return case.provenance.patient_key
    _, snapshot = painter()(arguments.file)
    return library.pseudonyms.patient(snapshot.patient_key_source)


def _say(erased: Erased, words: str, *, is_json: bool) -> int:
    if is_json:
        say_json(
            {
                "cases": list(erased.traces.case_ids),
                "questions": list(erased.traces.question_ids),
                "pictures": list(erased.traces.pictures),
                "shared_pictures": erased.traces.shared,
                "stores": dict(erased.counts),
                "files_searched": erased.searched,
                "left_in": [str(path) for path in erased.left],
            }
        )
    else:
        say(words)
    return EXIT_LEFT if erased.left else 0


def _counted(traces: Traces, files: int) -> str:
    if not files:
        return "Nothing of this patient is in the library."
    return (
        f"{len(traces.case_ids):,} cases, {len(traces.question_ids):,} questions and "
        f"{len(traces.pictures):,} pictures of this patient are in {files:,} files. Add --yes to "
        "delete them for good."
    )
