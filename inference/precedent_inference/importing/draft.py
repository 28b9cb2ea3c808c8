"""A folder that is being written: no list shows it, and only its last step gives it its name."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from precedent_inference.errors import ModelError
from precedent_inference.models import DRAFT_SUFFIX

OWNER_FILE = "writer"
"""Says which process writes a draft: its number and when it started."""


@contextmanager
def new_draft(target: Path) -> Iterator[Path]:
    """Give an empty draft beside `target`; unless published, it is gone at the end.

    What a killed process left behind is removed first. Raises ModelError when a running one is
    still writing there, and OSError.
    """
    draft = target.with_name(f"{target.name}{DRAFT_SUFFIX}")
    _remove_left_behind(draft)
    draft.mkdir(parents=True)
    try:
        (draft / OWNER_FILE).write_text(_identity(os.getpid()), encoding="utf-8")
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def publish(draft: Path, target: Path) -> None:
    """Give a whole draft its name. Raises OSError when there is something already."""
    (draft / OWNER_FILE).unlink()
    draft.rename(target)


def _remove_left_behind(draft: Path) -> None:
    if not draft.exists():
        return
    if _is_being_written(draft):
        raise ModelError(
            f"Another process is writing {draft} at this moment.",
            "Wait until it is done, stop it, or choose another name.",
        )
    shutil.rmtree(draft)


def _is_being_written(draft: Path) -> bool:
    try:
        owner = (draft / OWNER_FILE).read_text(encoding="utf-8")
        return owner == _identity(int(owner.split()[0]))
    except (OSError, ValueError, IndexError):
        return False  # whoever wrote it did not even begin


def _identity(process: int) -> str:
    """Give a process's number and start; a number alone is given to others later."""
    try:
        return f"{process} {psutil.Process(process).create_time()}"
    except psutil.NoSuchProcess:
        return "gone"
