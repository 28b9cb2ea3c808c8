"""What the command line says: results on standard output, everything else on standard error.

Words of cases and models are data: no character of them can steer a terminal.
"""

import io
import json
import sys
from typing import Any, Final

CONTROL: Final = {
    code: "\N{REPLACEMENT CHARACTER}"
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if code not in (0x09, 0x0A)
}
"""Control characters and those that turn the direction of writing; tab and line feed stay."""


def prepare() -> None:
    """Let a console that lacks a character show another instead of failing (Windows)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def say(text: str = "") -> None:
    """Write a line of the result."""
    sys.stdout.write(f"{plain(text)}\n")


def say_piece(text: str) -> None:
    """Write a piece of a streamed result at once."""
    sys.stdout.write(plain(text))
    sys.stdout.flush()


def say_json(document: dict[str, Any]) -> None:
    """Write the one JSON object of a verb, in ASCII, so that no console can spoil it."""
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")


def note(text: str) -> None:
    """Write a line about what is going on."""
    sys.stderr.write(f"{plain(text)}\n")
    sys.stderr.flush()


def plain(text: str) -> str:
    """Give a text in which nothing steers a terminal."""
    return text.translate(CONTROL)
