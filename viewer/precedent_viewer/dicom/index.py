"""Search files and folders for images: headers only, every file either shown or refused."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from precedent_viewer.model.study import Instance, RefusedFile


def index_paths(
    paths: Sequence[Path],
    *,
    on_instance: Callable[[Instance], None],
    on_refused: Callable[[RefusedFile], None],
    on_progress: Callable[[int, int | None], None],
    cancel: threading.Event,
) -> None:
    """Search paths, folders to any depth, in natural order.

    on_progress: files done, and files in all as soon as that is known. Callbacks arrive on the
    calling thread. Ends early, without a word, once `cancel` is set.
    """
    raise NotImplementedError


def read_instance(path: Path) -> Instance:
    """Read one file's header. Raises a ViewerError with the reason when it cannot be shown."""
    raise NotImplementedError
