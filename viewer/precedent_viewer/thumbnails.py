"""Small pictures of series, made off the GUI thread when they are first looked at."""

from psygnal import Signal
from PyQt6.QtGui import QImage

from precedent_viewer.decoding import HERE, Decoders
from precedent_viewer.frame_cache import FrameCache
from precedent_viewer.model.study import Frame, Series
from precedent_viewer.render.display import render
from precedent_viewer.render.image import thumbnail_of
from precedent_viewer.tasks import TaskRunner

BUDGET_BYTES = 64 << 20
"""About 450 pictures; the longest unseen leave first and are made again when they are seen."""
SIDE_PX = 192
"""Made large enough for a 64 px card on a screen of triple density."""


class Thumbnails:
    """The pictures made so far; a series whose picture fails has none."""

    ready = Signal(str)
    """The uid of a series whose picture has come."""

    def __init__(self, tasks: TaskRunner, decoders: Decoders = HERE) -> None:
        self._decoders = decoders
        self._tasks = tasks
        self._images: FrameCache[str, QImage] = FrameCache(BUDGET_BYTES)
        self._frames: dict[str, Frame] = {}
        """The frame that each picture shows or will show."""
        self._made: set[str] = set()
        """Series whose picture has come once; it may have left since, to make room."""
        self._asked = 0
        self.is_settled = True
        """False while files are being found: then the middle of a series still moves."""

    def image(self, series: Series) -> QImage | None:
        """Give the picture so far and make a missing one; what was asked last is made first."""
        middle = series.frames[len(series.frames) // 2]
        shown = self._frames.get(series.uid)
        is_lost = series.uid in self._made and series.uid not in self._images
        if shown is None or is_lost or (self.is_settled and shown != middle):
            self._made.discard(series.uid)
            self._frames[series.uid] = middle
            self._asked += 1
            self._tasks.run(
                make_thumbnail, middle, self._decoders,
                on_result=lambda image: self._take(series.uid, image),
                pool="thumbnails", priority=self._asked,
            )  # fmt: skip
        return self._images.get(series.uid)

    def forget(self) -> None:
        """Drop all pictures."""
        self._images.clear()
        self._frames.clear()
        self._made.clear()

    def _take(self, uid: str, image: QImage) -> None:
        self._images.put(uid, image, image.sizeInBytes())
        self._made.add(uid)
        self.ready.emit(uid)


def make_thumbnail(frame: Frame, decoders: Decoders = HERE) -> QImage:
    """Decode, window and shrink one frame."""
    pixels = decoders.read(frame)
    return thumbnail_of(render(pixels, None), SIDE_PX, frame.instance.aspect)
