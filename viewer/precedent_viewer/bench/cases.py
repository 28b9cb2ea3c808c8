"""The cases of the benchmark, each run in a process of its own so that its memory is its own."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtWidgets import QApplication

from precedent_viewer.bench.cine import decoding_rate, frames_missed, painting_rate, pydicom_rate
from precedent_viewer.bench.figures import Figure, Target, middle, nearly_worst
from precedent_viewer.bench.generated import Sizes, StudyName, generated_study, read_once
from precedent_viewer.bench.memory import peak_mib
from precedent_viewer.bench.opening import first_image_ms, indexing_rates
from precedent_viewer.bench.reslicing import plane_times_ms
from precedent_viewer.bench.scrolling import scroll_through
from precedent_viewer.bench.session import Session
from precedent_viewer.bench.windowing import window_change_ms
from precedent_viewer.errors import GraphicsError

RATE = 60.0
FIRST_IMAGE = Target(300)
BLOCK = Target(50)
INDEX_RATIO = Target(0.8, "at least")
CINE_RATIO = Target(4, "at least")
WINDOW_CHANGE = Target(33)
PLANE_CHANGE = Target(16)
MPR_SLICES = 512
NONE = Target(0)
LARGE_CAP_MIB = 2048
CINE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a case is given."""

    folder: Path
    """Where the generated studies are kept."""
    sizes: Sizes
    say: Callable[[str], object]
    real: Path | None = None
    """A folder of real files, for the case that reads them."""

    def study(self, name: StudyName) -> Path:
        """Give a generated study, read once: what is timed is the viewer and not the disk."""
        path = generated_study(name, self.folder, self.sizes, self.say)
        read_once(path)
        return path


def opening(order: Order) -> list[Figure]:
    """First image and indexing of the uncompressed study."""
    study = order.study("ct")
    return _opened("ct", study)


def real(order: Order) -> list[Figure]:
    """First image and indexing of real files."""
    assert order.real is not None, "the case is asked for with a folder"
    return _opened(order.real.resolve().name, order.real)


def scroll_ct(order: Order) -> list[Figure]:
    """Scroll the uncompressed study."""
    return _scrolled("ct", order.study("ct"), may_skip=False)


def scroll_htj2k(order: Order) -> list[Figure]:
    """Scroll the HTJ2K study."""
    return _scrolled("ct-htj2k", order.study("ct-htj2k"), may_skip=False)


def scroll_jpeg_2000(order: Order) -> list[Figure]:
    """Scroll the JPEG 2000 study, which may be shown at reduced resolution meanwhile."""
    return _scrolled("ct-jpeg-2000", order.study("ct-jpeg-2000"), may_skip=True)


def cine(order: Order) -> list[Figure]:
    """Play the ultrasound cine as fast as it goes."""
    file = order.study("cine") / "cine.dcm"
    with _session() as session:
        session.open(file)
        session.heartbeat.start()
        missed = frames_missed(session, CINE_SECONDS)
        session.app.loader.forget()
        painted = painting_rate(session)
        block = session.heartbeat.stop()
    decoded, plain = decoding_rate(file), pydicom_rate(file)
    return [
        Figure("cine.not_shown_at_own_rate", missed, "frames", NONE),
        Figure("cine.painted", painted, "frames/s"),
        Figure("cine.decoded", decoded, "frames/s"),
        Figure("cine.pydicom", plain, "frames/s"),
        Figure("cine.decoded_over_pydicom", decoded / plain, "x", CINE_RATIO),
        Figure("cine.painted_over_pydicom", painted / plain, "x", CINE_RATIO),
        Figure("cine.longest_block", block, "ms", BLOCK),
    ]


def mammogram(order: Order) -> list[Figure]:
    """Change the window of a mammogram."""
    with _session() as session:
        study = order.study("mammogram")
        session.heartbeat.start()
        first = first_image_ms(session, study)
        session.wait(lambda: session.app.is_quiet, "the mammogram")
        times = window_change_ms(session)
        block = session.heartbeat.stop()
        on_card = _on_card(session)
    return [
        Figure("mammogram.first_image", first, "ms", FIRST_IMAGE),
        Figure("mammogram.window_change", middle(times), "ms", WINDOW_CHANGE),
        Figure("mammogram.window_change_nearly_worst", nearly_worst(times), "ms"),
        Figure("mammogram.longest_block", block, "ms", BLOCK),
        *on_card,
    ]


def _on_card(session: Session) -> list[Figure]:
    """Change the window once more with the graphics card; nothing where there is none."""
    painter = session.app.painter
    try:
        name = painter.use_card()
    except GraphicsError:
        return []
    times = window_change_ms(session)
    painter.leave_card()
    return [Figure(f"mammogram.window_change_on_card ({name})", middle(times), "ms")]


def mpr(order: Order) -> list[Figure]:
    """Change the plane of a volume of 512 slices."""
    straight, turned = plane_times_ms(order.study("ct"), MPR_SLICES)
    return [
        Figure("mpr.straight", middle(straight), "ms", PLANE_CHANGE),
        Figure("mpr.straight_nearly_worst", nearly_worst(straight), "ms"),
        Figure("mpr.oblique", middle(turned), "ms", PLANE_CHANGE),
        Figure("mpr.oblique_nearly_worst", nearly_worst(turned), "ms"),
        Figure("mpr.peak_memory", peak_mib(), "MiB"),
    ]


def memory(order: Order) -> list[Figure]:
    """Scroll the large study within 2 GB."""
    study = order.study("ct-large")
    with _session(memory_mib=LARGE_CAP_MIB) as session:
        first = first_image_ms(session, study)
        session.wait(lambda: session.app.is_quiet, "the large study")
        scrolled = scroll_through(session, RATE)
    return [
        Figure("memory.first_image", first, "ms", FIRST_IMAGE),
        Figure("memory.not_shown", scrolled.not_shown, "images", NONE),
        Figure("memory.longest_block", scrolled.longest_block_ms, "ms", BLOCK),
        Figure("memory.peak", peak_mib(), "MiB", Target(LARGE_CAP_MIB)),
    ]


def _opened(name: str, path: Path) -> list[Figure]:
    with _session() as session:
        session.heartbeat.start()
        first = first_image_ms(session, path)
        rest = session.wait(lambda: session.app.is_quiet, "the index")
        block = session.heartbeat.stop()
    ours, plain = indexing_rates(path)
    return [
        Figure(f"opening.{name}.first_image", first, "ms", FIRST_IMAGE),
        Figure(f"opening.{name}.all_listed_and_pictured", first + 1000 * rest, "ms"),
        Figure(f"opening.{name}.longest_block", block, "ms", BLOCK),
        Figure(f"indexing.{name}.files", ours, "files/s"),
        Figure(f"indexing.{name}.pydicom", plain, "files/s"),
        Figure(f"indexing.{name}.ratio", ours / plain, "x", INDEX_RATIO),
    ]


def _scrolled(name: str, path: Path, *, may_skip: bool) -> list[Figure]:
    with _session() as session:
        session.open(path)
        scrolled = scroll_through(session, RATE)
        cap = session.app.memory.cap_bytes / (1 << 20)
    return [
        Figure(f"scroll.{name}.steps", scrolled.steps_per_second, "steps/s"),
        Figure(f"scroll.{name}.not_shown", scrolled.not_shown, "images",
               None if may_skip else NONE),
        Figure(f"scroll.{name}.reduced", scrolled.reduced, "images", None if may_skip else NONE),
        Figure(f"scroll.{name}.longest_block", scrolled.longest_block_ms, "ms", BLOCK),
        Figure(f"scroll.{name}.peak_memory", peak_mib(), "MiB", Target(round(cap))),
    ]  # fmt: skip


@contextmanager
def _session(**settings: object) -> Iterator[Session]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["precedent"])
    assert isinstance(application, QApplication)
    with tempfile.TemporaryDirectory() as folder:
        session = Session(application, Path(folder), **settings)
        try:
            yield session
        finally:
            session.close()


CASES: dict[str, Callable[[Order], list[Figure]]] = {
    "opening": opening,
    "scroll-ct": scroll_ct,
    "scroll-htj2k": scroll_htj2k,
    "scroll-jpeg-2000": scroll_jpeg_2000,
    "cine": cine,
    "mammogram": mammogram,
    "mpr": mpr,
    "memory": memory,
}
"""Those that run without being asked for; `real` needs a folder."""
