"""`precedent ask`: one question about a DICOM file or a picture."""

import argparse
import secrets
from contextlib import closing
from pathlib import Path

from precedent_inference.client import LocalEngine
from precedent_inference.evidence.findings import Evidence, EvidenceRequest
from precedent_inference.prompt import require_text
from precedent_inference.protocol import Sampling
from precedent_inference.templates import TemplateChanges
from precedent_plugin.ask_settings import AskSettings
from precedent_plugin.asking import Asked, as_json, ask_once, evidence_lines, painter
from precedent_plugin.audit.trail import AuditTrail
from precedent_plugin.errors import UsageError
from precedent_plugin.examined import evidence_json, examined_lines
from precedent_plugin.library import CaseLibrary, default_folder
from precedent_plugin.output import note, say, say_json, say_piece
from precedent_plugin.preprocess import ViewImage, image_from_pixels
from precedent_plugin.prompting.template_files import TemplateFiles, templates_folder
from precedent_plugin.pseudonyms import KEY_BYTES, Pseudonyms
from precedent_plugin.references import (
    CasePicture,
    arrange,
    choose,
    from_file,
    from_library,
    given,
    room_for_casebook,
)
from precedent_plugin.select import ORDER_POLICIES, OrderPolicy
from precedent_plugin.shelf import find_casebook
from precedent_plugin.tray import MAX_SHOTS


def parser() -> argparse.ArgumentParser:
    """Give the arguments of the verb."""
    made = argparse.ArgumentParser(
        prog="precedent ask",
        description="Ask about a DICOM file or a picture. Research and teaching only.",
    )
    made.add_argument("image", type=Path, metavar="IMAGE", help="DICOM file, PNG, JPEG or TIFF")
    made.add_argument("-q", "--question", required=True, metavar="TEXT")
    made.add_argument("--index", type=int, default=0, metavar="N", help="frame, from 0")
    made.add_argument(
        "--casebook", metavar="C", help="a .casebook file, or a casebook of the library by name"
    )
    made.add_argument(
        "--shot",
        nargs=3,
        action="append",
        default=[],
        metavar=("IMAGE", "QUESTION", "ANSWER"),
        help="a reference case; may be given several times",
    )
    made.add_argument(
        "--shots", type=int, default=MAX_SHOTS, metavar="N", help="at most so many references"
    )
    made.add_argument(
        "--order",
        choices=ORDER_POLICIES,
        help="of the references; most-similar-last with a casebook, else as given",
    )
    add_engine_arguments(made)
    made.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="TEXT",
        help="score this answer instead of letting the model write; give it for each one",
    )
    made.add_argument(
        "--evidence", action="store_true", help="examine what the answer rests on; takes seconds"
    )
    made.add_argument("--rationale", action="store_true", help="ask for a rationale first")
    made.add_argument(
        "--whole", action="store_true", help="send whole pictures, so that no edge is cut off"
    )
    made.add_argument("--stream", action="store_true", help="print the answer while it comes")
    made.add_argument("--json", action="store_true", help="print one JSON object")
    made.add_argument("--library", type=Path, metavar="FOLDER", help="instead of the user's own")
    return made


def add_engine_arguments(made: argparse.ArgumentParser) -> None:
    """Add what chooses the model and how it runs."""
    made.add_argument("--model", default="starter", metavar="M")
    made.add_argument("--backend", choices=("auto", "pytorch", "onnx"), default="auto")
    made.add_argument(
        "--models", type=Path, action="append", default=[], metavar="FOLDER", help="look here too"
    )
    made.add_argument("--max-new-tokens", type=int, default=32, metavar="N")
    made.add_argument("--temperature", type=float, default=0.0, help="0 is greedy")
    made.add_argument(
        "--top-p", type=float, default=1.0, metavar="P", help="draw from the likeliest alone"
    )
    made.add_argument(
        "--beams", type=int, default=1, metavar="N", help="search the likeliest of N at once"
    )
    made.add_argument("--seed", type=int, default=0)


def main(argv: list[str]) -> int:
    """Ask, print the answer with its evidence, and give 0."""
    arguments = parser().parse_args(argv)
    require_text(arguments.question, "question")
    if arguments.index < 0 or not 0 <= arguments.shots <= MAX_SHOTS:
        raise UsageError(f"--index starts at 0, and --shots takes 0 to {MAX_SHOTS}.")
    pseudonyms, items = _candidates(arguments)
    image = read_view(arguments.image, arguments.index, pseudonyms)
    hand = [
        given(number, read_view(Path(path), 0, pseudonyms), question, answer)
        for number, (path, question, answer) in enumerate(arguments.shot, start=1)
    ]
    room = room_for_casebook(len(hand), arguments.shots)
    chosen = [*choose(items, image, arguments.question, room), *hand]
    policy: OrderPolicy = arguments.order or ("most-similar-last" if items else "by-hand")
    with closing(
        LocalEngine(
            backend=arguments.backend, model_folders=arguments.models, first_model=arguments.model
        )
    ) as engine:
        asked = ask_once(
            image,
            arguments.question,
            arrange(chosen, image, policy),
            settings_of(arguments),
            engine=engine,
            on_progress=note,
            on_text=say_piece if arguments.stream and not arguments.json else None,
            audit=AuditTrail(arguments.library or default_folder()),
        )
        if not arguments.json:
            say("" if arguments.stream else asked.answer.text)
            say()
        evidence = _examine(asked, engine) if arguments.evidence else None
    if arguments.json:
        examined = {} if evidence is None else {"evidence": evidence_json(evidence, image.cutout)}
        say_json(as_json(asked) | examined)
        return 0
    for line in [*(() if evidence is None else examined_lines(evidence)), *evidence_lines(asked)]:
        say(line)
    return 0


def _examine(asked: Asked, engine: LocalEngine) -> Evidence:
    note("Asking again in other forms.")
    wanted = EvidenceRequest(asked.request, asked.answer.text)
    return engine.client(on_progress=note).evidence(wanted, on_progress=note)


def settings_of(arguments: argparse.Namespace) -> AskSettings:
    """Give the settings that the arguments of `add_engine_arguments` say."""
    if not 1 <= arguments.max_new_tokens <= 1024 or not 0 <= arguments.temperature <= 5:
        raise UsageError("--max-new-tokens takes 1 to 1024, and --temperature 0 to 5.")
    sampling = Sampling(
        max_new_tokens=arguments.max_new_tokens,
        temperature=arguments.temperature,
        seed=arguments.seed,
        top_p=arguments.top_p,
        beams=arguments.beams,
    )
    return AskSettings(
        model=arguments.model,
        sampling=sampling,
        rationale=getattr(arguments, "rationale", False),
        options=tuple(getattr(arguments, "option", ())),
        fit_whole=getattr(arguments, "whole", False),
        next_best=True,
        templates=_templates(arguments),
    )


def _templates(arguments: argparse.Namespace) -> TemplateChanges | None:
    """Give what the user wrote for the model, beside the library that is used."""
    folder: Path = getattr(arguments, "library", None) or default_folder()
    return TemplateFiles(templates_folder(folder)).read(arguments.model)


def read_view(path: Path, index: int, pseudonyms: Pseudonyms) -> ViewImage:
    """Paint a file as the window would. Raises the viewer's errors."""
    if not path.exists():
        raise UsageError(f"There is no file {path}.", "Check its name.")
    pixels, snapshot = painter()(path, index=index)
    return image_from_pixels(pixels, snapshot, pseudonyms)


def _candidates(arguments: argparse.Namespace) -> tuple[Pseudonyms, list[CasePicture]]:
    """Give the casebook's cases, and the pseudonyms by which they know patients."""
    passing = Pseudonyms(secrets.token_bytes(KEY_BYTES))
    if arguments.casebook is None:
        return passing, []
    path = Path(arguments.casebook)
    if path.is_file() or path.suffix == ".casebook":
        return passing, from_file(path)
    with closing(CaseLibrary.open(arguments.library or default_folder())) as library:
        casebook = find_casebook(library, arguments.casebook)
        return library.pseudonyms, from_library(library, casebook.id)
