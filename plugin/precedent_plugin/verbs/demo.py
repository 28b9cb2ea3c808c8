"""`precedent demo`: the sample question over the sample casebook, from a file to the answer."""

import argparse
import json
import os
import secrets
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from precedent_inference.client import LocalEngine
from precedent_plugin.asking import Asked, as_json, ask_once, evidence_lines
from precedent_plugin.errors import PluginError
from precedent_plugin.output import note, say, say_json
from precedent_plugin.pseudonyms import KEY_BYTES, Pseudonyms
from precedent_plugin.references import CasePicture, arrange, choose, from_file
from precedent_plugin.tray import MAX_SHOTS
from precedent_plugin.verbs.ask import add_engine_arguments, read_view, settings_of
from precedent_resources import resource

SCREENSHOT_TIMEOUT_S: Final = 180


def parser() -> argparse.ArgumentParser:
    """Give the arguments of the verb."""
    made = argparse.ArgumentParser(
        prog="precedent demo",
        description="Ask the sample question over the sample casebook. Computed phantoms, no "
        "patients.",
    )
    add_engine_arguments(made)
    made.add_argument("--json", action="store_true", help="print one JSON object")
    made.add_argument(
        "--screenshot",
        type=Path,
        metavar="OUT.png",
        help="also render the window with the sample study, off screen, into a file",
    )
    return made


def main(argv: list[str]) -> int:
    """Ask, print the answer with its evidence, and give 0."""
    arguments = parser().parse_args(argv)
    sample = json.loads(resource("samples", "sample.json").read_text(encoding="utf-8"))
    query = sample["query"]
    pseudonyms = Pseudonyms(secrets.token_bytes(KEY_BYTES))
    image = read_view(
        resource("samples", *query["image"].split("/")), query.get("index", 0), pseudonyms
    )
    items = _shots(sample, from_file(resource("samples", sample["casebook"])))
    chosen = items or choose(
        from_file(resource("samples", sample["casebook"])), image, query["question"], MAX_SHOTS
    )
    with closing(LocalEngine(backend=arguments.backend, model_folders=arguments.models)) as engine:
        asked = ask_once(
            image,
            query["question"],
            arrange(chosen, image, "most-similar-last"),
            settings_of(arguments),
            engine=engine,
            on_progress=note,
        )
    if arguments.screenshot is not None:
        take_screenshot(resource("samples", sample["study"]), arguments.screenshot)
    _report(asked, sample, arguments)
    return 0


def take_screenshot(study: Path, out: Path) -> None:
    """Render the window with a study, without a display. Raises PluginError when it fails."""
    run = subprocess.run(
        [sys.executable, "-m", "precedent_plugin", "window", str(study), "--screenshot", str(out)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=SCREENSHOT_TIMEOUT_S,
    )
    if run.returncode != 0 or not out.exists():
        reason = run.stderr.strip().splitlines()[-1:] or [f"exit status {run.returncode}"]
        raise PluginError(
            f"The window could not be rendered into {out}: {reason[0]}",
            "`python3 start.py` names the system libraries that Qt needs.",
        )


def _shots(sample: dict[str, Any], items: list[CasePicture]) -> list[CasePicture]:
    """Give the cases that the sample names, in its order."""
    by_id = {item.case.id: item for item in items}
    return [by_id[case_id] for case_id in sample.get("shots", ()) if case_id in by_id]


def _report(asked: Asked, sample: dict[str, Any], arguments: argparse.Namespace) -> None:
    if arguments.json:
        say_json(
            {
                **as_json(asked),
                "question": asked.question,
                "expected": sample["expected"],
                "evidence": [
                    {
                        "id": item.case.id,
                        "answer": item.case.answer,
                        "likeness": round(item.likeness, 4),
                    }
                    for item in asked.references
                ],
                "screenshot": arguments.screenshot and str(arguments.screenshot.resolve()),
            }
        )
        return
    say(f"Question   {asked.question}")
    say(f"Answer     {asked.answer.text}    (the references hold: {sample['expected']})")
    for line in evidence_lines(asked):
        say(line)
    if arguments.screenshot is not None:
        say(f"Screenshot {arguments.screenshot.resolve()}")
