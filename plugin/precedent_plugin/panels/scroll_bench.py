"""How long a frame of the list of cases takes to paint while it is scrolled, off screen."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, Final

from qtpy.QtWidgets import QApplication, QWidget

from precedent_plugin.cases import Case
from precedent_plugin.library import CaseLibrary
from precedent_plugin.panels.case_list import CaseView
from precedent_plugin.panels.case_model import CaseModel
from precedent_plugin.panels.thumbnails import Thumbnails, thumbnail

FRAMES: Final = 400
STEP_PX: Final = 37
JUMP_EVERY: Final = 10
"""Frames between two jumps to anywhere in the list."""


def frame_ms(library: CaseLibrary) -> list[float]:
    """Scroll a list of all cases, in steps and jumps; give milliseconds a frame.

    Rows and thumbnails are read beside it, as in the window; taking them in counts as the frame's.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["bench"])
    arrived: SimpleQueue[tuple[Callable[[Any], None], Any]] = SimpleQueue()
    with ThreadPoolExecutor(2) as workers:

        def later(read: Callable[[], Any], receive: Callable[[Any], None]) -> None:
            workers.submit(lambda: arrived.put((receive, read())))

        def cases(ids: Sequence[str], receive: Callable[[Sequence[Case]], None]) -> None:
            later(lambda: library.find_all(ids), receive)

        pictures = Thumbnails(
            lambda sha, receive: later(lambda: thumbnail(library.image(sha)), receive)
        )
        parent = QWidget()
        view = CaseView(CaseModel(pictures, cases, parent))
        model = view.model()
        assert isinstance(model, CaseModel)
        model.show_ids(library.case_ids())
        view.resize(600, 900)
        view.show()
        application.processEvents()
        bar = view.verticalScrollBar()
        assert bar is not None
        times = []
        for frame in range(FRAMES):
            started = time.perf_counter()
            jumps = frame % JUMP_EVERY == 0
            bar.setValue((frame * 7919) % max(1, bar.maximum()) if jumps else bar.value() + STEP_PX)
            application.processEvents()
            while not arrived.empty():
                receive, found = arrived.get()
                receive(found)
            times.append(1000 * (time.perf_counter() - started))
        view.close()
        parent.deleteLater()
    return times
