"""What the command line says: results on standard output, everything else on standard error."""

import json
import sys
from typing import Any


def say(text: str = "") -> None:
    """Write a line of the result."""
    sys.stdout.write(f"{text}\n")


def say_piece(text: str) -> None:
    """Write a piece of a streamed result at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def say_json(document: dict[str, Any]) -> None:
    """Write the one JSON object of a verb."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def note(text: str) -> None:
    """Write a line about what is going on."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
