"""Bring files and folders into the study tree in the background, a batch at a time.

What is found is added while the search goes on; what cannot be shown is listed with its reason.
Nothing here changes what the user looks at, except that the first image found is offered when
nothing is shown yet.
"""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from psygnal import Signal

from precedent_resources import PrecedentError
from precedent_viewer.dicom.index import FilesOf, index_paths
from precedent_viewer.model.document import Document
from precedent_viewer.model.study import Instance, RefusedFile, StudyTree
from precedent_viewer.opening.copies import Copies, copy_reason
from precedent_viewer.opening.expand import Expander
from precedent_viewer.opening.unpacked import UnpackedArchives
from precedent_viewer.tasks import TaskHandle, TaskRunner

logger = logging.getLogger(__name__)

BATCH_S = 0.08
"""The list is updated this often at first: fast enough to look alive."""
BATCH_SHARE = 0.1
"""Later the pause is this share of the time so far: a long series is then sorted anew few times."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is."""

    done: int
    """Files read; while they are still being counted, those found."""
    total: int | None
    """None while the files are still being counted."""


@dataclass(slots=True)
class _Batch:
    instances: list[Instance] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    refused: list[RefusedFile] = field(default_factory=list)
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What one search brought."""

    paths: tuple[Path, ...]
    images: int
    refused: int
    cancelled: bool


class Opener:
    """Runs searches one after the other and fills the tree on the GUI thread."""

    progressed = Signal(object)
    """`Progress`, or None when nothing is being searched any more."""
    finished = Signal(Opened)
    failed = Signal(object)
    """A PrecedentError that ended a whole search."""

    def __init__(self, tree: StudyTree, tasks: TaskRunner) -> None:
        self._tree = tree
        self._tasks = tasks
        self._archives = UnpackedArchives()
        self._copies = Copies()
        self._searches: dict[TaskHandle, tuple[Path, ...]] = {}
        self._found: dict[TaskHandle, list[int]] = {}

    @property
    def is_busy(self) -> bool:
        """Whether a search is on its way."""
        return bool(self._searches)

    def open(self, paths: Sequence[Path]) -> None:
        """Search files and folders; a second search waits for the first."""
        wanted = tuple(paths)
        if not wanted:
            return
        cancel = threading.Event()
        counts = [0, 0]
        handle: TaskHandle

        def take(batch: _Batch) -> None:
            self._take(batch, counts)

        def end(_result: None) -> None:
            self._end(handle, Opened(wanted, counts[0], counts[1], cancelled=False))

        def fail(error: PrecedentError) -> None:
            self._end(handle, Opened(wanted, counts[0], counts[1], cancelled=False))
            self.failed.emit(error)

        handle = self._tasks.run(
            _search, wanted, Expander(self._archives, cancel).files_of, self._copies, cancel,
            on_result=end, on_error=fail, on_progress=take, cancel=cancel, pool="files",
        )  # fmt: skip
        self._searches[handle] = wanted
        self._found[handle] = counts
        self._tree.grow()
        self.progressed.emit(Progress(0, None))

    def cancel(self) -> None:
        """Stop every search; what was found stays."""
        for handle, paths in tuple(self._searches.items()):
            handle.cancel()
            images, refused = self._found[handle]
            self._end(handle, Opened(paths, images, refused, cancelled=True))
        # What a stopped search met last did not reach the tree.
        shown = (series.instances for study in self._tree.studies for series in study.series)
        self._copies = Copies(itertools.chain.from_iterable(shown))

    def forget(self) -> None:
        """Stop every search and remove what archives were unpacked to."""
        self.cancel()
        self._copies = Copies()
        self._archives.close()

    def _take(self, batch: _Batch, counts: list[int]) -> None:
        self._tree.add_all(batch.instances)
        for document in batch.documents:
            self._tree.add_document(document)
        self._tree.refuse_all(batch.refused)
        counts[0] += len(batch.instances) + len(batch.documents)
        counts[1] += len(batch.refused)
        if batch.progress is not None:
            self.progressed.emit(batch.progress)

    def _end(self, handle: TaskHandle, opened: Opened) -> None:
        if self._searches.pop(handle, None) is None:
            return
        self._found.pop(handle, None)
        logger.info("Opened %d images, %d files refused.", opened.images, opened.refused)
        if not self._searches:
            self._tree.settle()
            self.progressed.emit(None)
        self.finished.emit(opened)


def _search(
    paths: tuple[Path, ...],
    files_of: FilesOf,
    copies: Copies,
    cancel: threading.Event,
    *,
    progress: Callable[[_Batch], None],
) -> None:
    """Index in a worker; hands over what was found every BATCH_S seconds."""
    batch = _Batch()
    # The first image goes at once, so that something is on the screen while the rest is found.
    last, start = 0.0, time.monotonic()

    def hand_over(*, at_once: bool = False) -> None:
        nonlocal batch, last
        now = time.monotonic()
        if at_once or now - last >= max(BATCH_S, BATCH_SHARE * (now - start)):
            progress(batch)
            batch, last = _Batch(), now

    def on_item(item: Instance | Document) -> None:
        if isinstance(item, Document):
            batch.documents.append(item)
        elif (original := copies.original_of(item)) is not None:
            batch.refused.append(RefusedFile(item.path, copy_reason(original, item.path)))
        else:
            batch.instances.append(item)
        hand_over()

    def on_refused(refused: RefusedFile) -> None:
        batch.refused.append(refused)
        hand_over()

    def on_progress(done: int, total: int | None) -> None:
        batch.progress = Progress(done, total)
        hand_over()

    index_paths(
        paths, on_item=on_item, on_refused=on_refused, on_progress=on_progress,
        cancel=cancel, files_of=files_of,
    )  # fmt: skip
    hand_over(at_once=True)
