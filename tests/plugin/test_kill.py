"""A process killed at any moment loses at most the change in flight."""

import random
import subprocess
import sys
from pathlib import Path

from precedent_plugin.library import CaseLibrary

HOUSES = [str(Path(__file__).parents[2] / house) for house in ("plugin", "resources", "inference")]
WRITER = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
import os
from PIL import Image
import io
from dataclasses import replace
import numpy as np
from precedent_plugin.cases import CaseDraft
from precedent_plugin.library import CaseLibrary
from precedent_plugin.originals import pack

def first():
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, "PNG")
    return target.getvalue()

library = CaseLibrary.open(Path(sys.argv[1]))
book = library.casebooks()[0]
gone = library.add(CaseDraft("Which side?", "Left"), first())
print("ready", flush=True)
while True:
    target = io.BytesIO()
    Image.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3)).save(target, "PNG")
    values = pack(np.frombuffer(os.urandom(512), np.uint8).reshape(16, 32).astype(np.float32))
    case = library.add(CaseDraft("Which side?", "Left"), target.getvalue(), original=values)
    print("added", case.id, flush=True)
    library.add_to_casebook(book.id, [case.id])
    print("member", case.id, flush=True)
    library.update(replace(case, answer="Right"))
    print("edited", case.id, flush=True)
    library.delete([gone.id])
    print("trashed", gone.id, flush=True)
    gone = case
"""


def killed_writer(folder: Path, delay_s: float) -> list[tuple[str, str]]:
    """Let a process write until it is killed; give what it said was done."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), *HOUSES],
        stdout=subprocess.PIPE,
        text=True,
    )
    with writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        try:
            writer.wait(delay_s)
        except subprocess.TimeoutExpired:
            writer.kill()  # TerminateProcess on Windows, SIGKILL elsewhere
        lines = writer.stdout.read().splitlines()
    return [(words[0], words[1]) for line in lines if len(words := line.split()) == 2]


def check(folder: Path, said: list[tuple[str, str]]) -> None:
    library = CaseLibrary.open(folder)
    health = library.health()
    shelf = {case.id: case for case in library.cases()}
    trash = {case.id: case for case in library.trash()}
    members = {case.id for case in library.cases(casebook=library.casebooks()[0].id)}
    library.close()
    cases = shelf | trash
    assert health.is_sound
    assert {case_id for what, case_id in said if what == "added"} <= cases.keys()
    assert {case_id for what, case_id in said if what == "member"} <= members | trash.keys()
    assert all(cases[case_id].answer == "Right" for what, case_id in said if what == "edited")
    assert {case_id for what, case_id in said if what == "trashed"} <= trash.keys()


def survive(folder: Path, kills: int) -> None:
    library = CaseLibrary.open(folder)
    library.create_casebook("Book")
    library.close()
    dice = random.Random(7)
    said: list[tuple[str, str]] = []
    for _ in range(kills):
        said += killed_writer(folder, dice.uniform(0.0, 0.15))
        check(folder, said)
    assert said


def test_two_hundred_kills_lose_nothing_that_was_done(folder: Path) -> None:
    survive(folder, 200)
