"""What a reader prefers, kept beside the library."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from precedent_plugin.safe_file import write_whole
from precedent_plugin.storage.store import explain_system

FILE: Final = "preferences.json"


@dataclass(frozen=True, slots=True)
class Preferences:
    """How answers are given."""

    commits_first: bool = False
    """The reader answers before the model's answer is shown."""
    abstains: bool = True
    """An answer below the threshold of a check is not shown at first."""


def read_preferences(library: Path) -> Preferences:
    """Read them; what is missing or damaged is as it was at the beginning."""
    try:
        found = json.loads((library / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Preferences()  # nothing of worth is lost: two boxes to tick again
    known = {one.name for one in fields(Preferences)}
    if not isinstance(found, dict):
        return Preferences()
    return Preferences(**{k: v for k, v in found.items() if k in known and isinstance(v, bool)})


def keep_preferences(library: Path, preferences: Preferences) -> None:
    """Keep them. Raises LibraryError."""
    try:
        write_whole(library / FILE, json.dumps(asdict(preferences)).encode())
    except OSError as error:
        raise explain_system(error, library) from error
