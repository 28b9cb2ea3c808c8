"""From the path to the first image, and how fast headers are read beside plain pydicom."""

import threading
import time
from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError

from precedent_viewer.bench.session import Session
from precedent_viewer.dicom.index import index_paths
from precedent_viewer.dicom.values import MALFORMED
from precedent_viewer.dicom.warned import warnings_collected

PASSES = 3


def first_image_ms(session: Session, path: Path) -> float:
    """Open a path in a window that is up; gives the time until its first image is painted."""
    painted: list[float] = []
    canvas = session.app.canvas
    began = time.perf_counter()

    def note() -> None:
        painted.append(time.perf_counter())

    canvas.painted.connect(note)
    session.app.open_paths((path,))
    session.wait(lambda: bool(painted), "the first image")
    canvas.painted.disconnect(note)
    return 1000 * (painted[0] - began)


def indexing_rates(path: Path) -> tuple[float, float]:
    """Give files indexed a second, ours and plain `pydicom.dcmread`, the best of some passes.

    The passes take turns, so that a busy machine slows both.
    """
    files = sorted(one for one in path.rglob("*") if one.is_file() and _is_readable(one))
    ours, plain = [], []
    for _ in range(PASSES):
        began = time.perf_counter()
        index_paths(files, on_item=_ignore, on_refused=_ignore, on_progress=_ignore_progress,
                    cancel=threading.Event())  # fmt: skip
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        with warnings_collected():
            for file in files:
                pydicom.dcmread(file, stop_before_pixels=True)
        plain.append(time.perf_counter() - began)
    return len(files) / min(ours), len(files) / min(plain)


def _is_readable(file: Path) -> bool:
    """Say whether pydicom reads it at all; the others have no time to compare with."""
    try:
        with warnings_collected():
            pydicom.dcmread(file, stop_before_pixels=True)
    except (InvalidDicomError, *MALFORMED):
        return False
    return True


def _ignore(_item: object) -> None:
    pass


def _ignore_progress(_done: int, _total: int | None) -> None:
    pass
