"""`precedent casebook suggest`: which cases to put beside a picture, and why."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm import tqdm

from precedent_inference.client import EngineClient, LocalEngine
from precedent_inference.embedding.embeddings import Embeddings
from precedent_plugin.casebook_file import SUFFIX
from precedent_plugin.cases import Provenance
from precedent_plugin.errors import UsageError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.output import note
from precedent_plugin.references import from_file
from precedent_plugin.shelf import find_casebook
from precedent_plugin.storage.suggestion_rows import Scope
from precedent_plugin.suggest.collection import (
    CaseCollection,
    FileCollection,
    LibraryCollection,
)
from precedent_plugin.suggest.query import SuggestQuery
from precedent_plugin.suggest.refresh import Embed, refresh
from precedent_plugin.suggest.suggester import Suggester
from precedent_plugin.suggest.suggestions import Suggestion, Suggestions
from precedent_plugin.verbs.ask import read_view


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is looked at, where cases come from, and how it weighs."""
    parser.add_argument("image", type=Path, metavar="IMAGE", help="DICOM file, PNG, JPEG or TIFF")
    parser.add_argument("-q", "--question", default="", metavar="TEXT")
    parser.add_argument(
        "--casebook", metavar="C", help="name in the library, or a .casebook file; all without it"
    )
    parser.add_argument("-k", "--count", type=int, default=4, metavar="N", help="at most so many")
    parser.add_argument(
        "--image-weight", type=float, default=0.5, metavar="W", help="0 to 1; words weigh the rest"
    )
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", dest="tags")
    parser.add_argument("--modality", default="", metavar="M")
    parser.add_argument("--body-part", default="", metavar="PART")
    parser.add_argument("--index", type=int, default=0, metavar="N", help="frame, from 0")
    parser.add_argument("--model", default="starter", metavar="M", help="whose eyes look")
    parser.add_argument(
        "--encoder", type=Path, metavar="PATH", help="an ONNX file or folder in place of the model"
    )
    parser.add_argument("--backend", choices=("auto", "pytorch", "onnx"), default="auto")
    parser.add_argument(
        "--models", type=Path, action="append", default=[], metavar="FOLDER", help="look here too"
    )


def suggest(library: CaseLibrary, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Bring the index up to the library, and suggest."""
    if arguments.index < 0:
        raise UsageError("--index starts at 0.")
    image = read_view(arguments.image, arguments.index, library.pseudonyms)
    query = SuggestQuery(
        image.png,
        arguments.question,
        provenance=image.provenance,
        image_weight=arguments.image_weight,
        scope=_scope(library, arguments, image.provenance),
        count=arguments.count,
    )
    engine = LocalEngine(
        backend=arguments.backend,
        model_folders=arguments.models,
        first_model=arguments.model,
        encoder=arguments.encoder,
    )
    with closing(engine), engine.client(on_progress=note) as client:
        embed = _embedding(client, arguments.model)
        found = Suggester(_collection(library, arguments, embed), embed).suggest(query)
    return _document(found), _text(found)


def _is_file(words: str) -> bool:
    return Path(words).suffix == SUFFIX or Path(words).is_file()


def _scope(library: CaseLibrary, arguments: argparse.Namespace, where: Provenance) -> Scope:
    """Give the filters; the patient of the picture never answers for himself."""
    words: str | None = arguments.casebook
    name = None if words is None or _is_file(words) else words
    return Scope(
        casebook_id=None if name is None else find_casebook(library, name).id,
        tags=tuple(arguments.tags),
        modality=arguments.modality,
        body_part=arguments.body_part,
        excluded_patients=frozenset({where.patient_key} - {""}),
        excluded_studies=frozenset({where.study_key} - {""}),
    )


def _embedding(client: EngineClient, model: str) -> Embed:
    def embed(pngs: Sequence[bytes], /) -> Embeddings:
        return client.embed(pngs, model)

    return embed


def _collection(
    library: CaseLibrary, arguments: argparse.Namespace, embed: Embed
) -> CaseCollection:
    if arguments.casebook is not None and _is_file(arguments.casebook):
        return FileCollection(from_file(Path(arguments.casebook)), embed)
    with tqdm(desc="Looking", unit=" pictures", file=sys.stderr, leave=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        refresh(library, embed, progress)
    return LibraryCollection(library)


def _document(found: Suggestions) -> dict[str, Any]:
    return {
        "suggestions": [_row(row) for row in found.rows],
        "counter_examples": [_row(row) for row in found.counter_examples],
        "sentence": found.sentence,
        "copies": found.copies,
        "unseen": found.unseen,
    }


def _row(row: Suggestion) -> dict[str, Any]:
    return {
        "case": asdict(row.case),
        "score": row.score,
        "image_likeness": row.image_likeness,
        "text_likeness": row.text_likeness,
        "cosine": row.cosine,
        "reasons": [reason.words for reason in row.reasons],
    }


def _text(found: Suggestions) -> str:
    lines = [_line(number, row) for number, row in enumerate(found.rows, start=1)]
    if found.counter_examples:
        lines.append("Alike, with another answer:")
        lines += [_line(number, row) for number, row in enumerate(found.counter_examples, start=1)]
    if found.sentence:
        lines.append(found.sentence)
    if found.copies:
        cases = "case shows" if found.copies == 1 else "cases show"
        lines.append(f"{found.copies} {cases} this very picture, and stayed out.")
    return "\n".join(lines)


def _line(number: int, row: Suggestion) -> str:
    reasons = ", ".join(reason.words for reason in row.reasons)
    case = row.case
    return f"{number:4}  {row.score:.2f}  {case.question}  →  {case.answer}  ({reasons})"
