"""The last check of each casebook and model, kept beside the library.

It holds case ids and figures: no words of a case and nothing of a patient. What it says is out of
date when the casebook has changed since; it then counts as none.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from precedent_plugin.cases import Case
from precedent_plugin.errors import LibraryError
from precedent_plugin.safe_file import write_whole
from precedent_plugin.storage.store import explain_system

FOLDER: Final = "checks"


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """What an answer needs to know of a check."""

    content: str
    """SHA-256 over ids and revisions of the casebook's cases."""
    shot_count: int
    """The number of shots that was best."""
    verdict: str
    threshold: float | None
    """The smallest probability that is answered; None without a working point."""
    coverage: float | None
    share: float | None
    """Of right answers at that threshold."""


def content_of(cases: Sequence[Case]) -> str:
    """Give what changes when a casebook's cases do."""
    marks = sorted(f"{case.id}:{case.revision}" for case in cases)
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def keep(library: Path, casebook_id: str, model: str, check: KeptCheck) -> None:
    """Keep a check, in place of the one before. Raises LibraryError."""
    path = _path(library, casebook_id, model)
    try:
        write_whole(path, json.dumps(asdict(check)).encode())
    except OSError as error:
        raise explain_system(error, library) from error


def kept(library: Path, casebook_id: str, model: str, cases: Sequence[Case]) -> KeptCheck | None:
    """Give the check of these very cases; None when there is none. Raises LibraryError."""
    path = _path(library, casebook_id, model)
    try:
        check = KeptCheck(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise explain_system(error, library) from error
    except (TypeError, ValueError) as error:
        raise LibraryError(
            f"The kept check {path} is damaged.", "Check the casebook again."
        ) from error
    return check if check.content == content_of(cases) else None


def checked_casebooks(library: Path, model: str) -> frozenset[str]:
    """Give the ids of the casebooks that were checked with a model."""
    ends = _path(library, "", model).name
    return frozenset(path.name.removesuffix(ends) for path in (library / FOLDER).glob(f"*{ends}"))


def _path(library: Path, casebook_id: str, model: str) -> Path:
    """Name the file; a model's name may hold what a file's may not."""
    name = hashlib.sha256(model.encode()).hexdigest()[:16]
    return library / FOLDER / f"{casebook_id}-{name}.json"
