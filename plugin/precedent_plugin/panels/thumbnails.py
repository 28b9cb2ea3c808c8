"""Small pictures of cases, loaded off the GUI thread when they are first looked at."""

from collections import OrderedDict
from collections.abc import Callable

from psygnal import Signal
from qtpy.QtCore import QSize
from qtpy.QtGui import QImage

from precedent_plugin.panels.pictures import fitted, image_of_png

SIDE = 192
"""Stored side in px: a 64 px thumbnail stays sharp on a 300 % screen."""

CAPACITY = 2_000
"""Pictures kept, about 150 kB each at most."""


def thumbnail(png: bytes) -> QImage:
    """Make a small picture of an encoded one; a null image when it cannot be read."""
    image = image_of_png(png)
    if max(image.width(), image.height()) > SIDE:
        return fitted(image, QSize(SIDE, SIDE))
    return image


class Thumbnails:
    """A bounded store of thumbnails by content hash; a missing one is fetched once."""

    ready = Signal(str)
    """A thumbnail was loaded; its hash."""

    def __init__(self, fetch: Callable[[str, Callable[[QImage], None]], None]) -> None:
        """`fetch(sha, receive)` makes the `thumbnail` elsewhere and hands it to `receive`."""
        self._fetch = fetch
        self._kept: OrderedDict[str, QImage] = OrderedDict()
        self._asked: set[str] = set()

    def get(self, sha: str) -> QImage:
        """Give the thumbnail, or a null image while it is on its way."""
        kept = self._kept.get(sha)
        if kept is not None:
            self._kept.move_to_end(sha)
            return kept
        if sha and sha not in self._asked:
            self._asked.add(sha)
            self._fetch(sha, lambda image: self._receive(sha, image))
        return self._kept.get(sha, QImage())

    def forget(self) -> None:
        """Keep none any more; they are fetched again when they are looked at."""
        self._kept.clear()

    def _receive(self, sha: str, image: QImage) -> None:
        self._asked.discard(sha)
        self._kept[sha] = image
        while len(self._kept) > CAPACITY:
            self._kept.popitem(last=False)
        self.ready.emit(sha)
