"""`precedent audit`: verify the record of questions, ask one again, write it out."""

import argparse
import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from precedent_inference.client import LocalEngine
from precedent_plugin.audit.replay import replay
from precedent_plugin.audit.trail import AuditTrail
from precedent_plugin.library import default_folder
from precedent_plugin.output import note, say, say_json
from precedent_plugin.safe_file import write_whole

EXIT_DIFFERS = 1


def parser() -> argparse.ArgumentParser:
    """Give the arguments of the verb."""
    made = argparse.ArgumentParser(
        prog="precedent audit", description="The record of every question that was asked."
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    shared.add_argument("--library", type=Path, metavar="FOLDER", help="instead of the user's own")
    acts = made.add_subparsers(required=True, metavar="verify|replay|export")
    verify = acts.add_parser(
        "verify", parents=[shared], help="compare every line and record with its hash"
    )
    verify.set_defaults(act=_verify)
    again = acts.add_parser("replay", parents=[shared], help="ask a recorded question again")
    again.add_argument("id", metavar="ID", help="of the question, or the beginning of it")
    again.add_argument("--backend", choices=("auto", "pytorch", "onnx"), default="auto")
    again.add_argument(
        "--models", type=Path, action="append", default=[], metavar="FOLDER", help="look here too"
    )
    again.set_defaults(act=_replay)
    out = acts.add_parser("export", parents=[shared], help="write it as JSON Lines")
    out.add_argument("--to", type=Path, metavar="FILE", help="default: standard output")
    out.set_defaults(act=_export)
    return made


def main(argv: list[str]) -> int:
    """Do one thing; 1 when something differs from what was recorded."""
    arguments = parser().parse_args(argv)
    trail = AuditTrail(arguments.library or default_folder())
    status: int = arguments.act(trail, arguments)
    return status


def _verify(trail: AuditTrail, arguments: argparse.Namespace) -> int:
    found = trail.verify()
    if arguments.json:
        say_json({"ok": not found.problems} | asdict(found))
    else:
        for problem in found.problems:
            say(problem)
        say(f"Lines {found.lines}, questions {found.questions}, deleted {found.deleted}.")
        say("The record was altered." if found.problems else "Everything holds.")
        if found.newest:
            say(f"Newest hash: {found.newest}")
    return EXIT_DIFFERS if found.problems else 0


def _replay(trail: AuditTrail, arguments: argparse.Namespace) -> int:
    entry = trail.find(arguments.id)
    engine = LocalEngine(
        backend=arguments.backend,
        model_folders=arguments.models,
        first_model=entry.wanted_model,
    )
    with closing(engine):
        found = replay(entry, trail.images.read, engine.client(on_progress=note))
    document: dict[str, Any] = {"id": entry.id, "identical": found.is_identical} | asdict(found)
    if arguments.json:
        say_json(document)
    else:
        say(f"Recorded  {found.recorded}")
        say(f"Now       {found.answered}")
        say(
            "Identical, token by token."
            if found.is_identical
            else f"Differs at token {found.differs_at}."
            if found.differs_at is not None
            else f"The same words; log-probabilities differ by {found.largest_difference:.1e}."
        )
        for words in found.notes:
            say(words)
    return 0 if found.is_identical else EXIT_DIFFERS


def _export(trail: AuditTrail, arguments: argparse.Namespace) -> int:
    done: dict[str, list[str]] = {}
    for link in trail.acts():
        done.setdefault(link.subject, []).append(f"{link.at} {link.note}")
    examined: dict[str, list[dict[str, Any]]] = {}
    for question_id, evidence in trail.evidence():
        examined.setdefault(question_id, []).append(evidence)
    lines = [
        json.dumps(
            asdict(entry)
            | {"acts": done.get(entry.id, []), "evidence": examined.get(entry.id, [])},
            sort_keys=True,
        )
        for entry in trail.entries()
    ]
    text = "".join(f"{line}\n" for line in lines)
    if arguments.to is None:
        say(text.rstrip("\n"))
        return 0
    write_whole(arguments.to, text.encode())
    document = {"path": str(arguments.to), "questions": len(lines)}
    if arguments.json:
        say_json(document)
    else:
        say(f"Wrote {len(lines)} questions into {arguments.to}.")
    return 0
