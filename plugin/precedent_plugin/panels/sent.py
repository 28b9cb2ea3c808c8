"""What was sent: every picture exactly as the model read it, and the whole prompt text."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from precedent_inference.protocol import Sent
from precedent_plugin.cases import Roi
from precedent_plugin.panels.flow import Flow, emptied
from precedent_plugin.panels.look import say
from precedent_plugin.panels.pictures import Picture, image_of_png
from precedent_plugin.panels.pointing import MarkedPicture
from precedent_plugin.panels.words import Line, Paragraph

ORIGINAL_SIDE = 128
MIN_SIDE, MAX_SIDE = 96, 240
"""Between these a picture is as large as it was sent, so that one pixel is one pixel."""


@dataclass(frozen=True, slots=True)
class Original:
    """The picture that was asked about, before the model's own cutting and scaling."""

    png: bytes
    sha256: str
    kept: tuple[float, float, float, float] | None = None
    """What the model saw of it: left, top, width and height; None where it was not counted."""


class SentView(QWidget):
    """A fold that opens on the exact request."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("what-was-sent")
        self._sent: Sent | None = None
        self._captions: tuple[str, ...] = ()
        self._original: Original | None = None
        self.fold = QPushButton()
        self.fold.setObjectName("what-was-sent-fold")
        self.fold.setCheckable(True)
        self.fold.setCursor(Qt.CursorShape.PointingHandCursor)
        say(self.fold, "link")
        self.fold.toggled.connect(self._unfold)
        self.body = QWidget()
        self.size_line = Paragraph(role="muted")
        self.pictures = QWidget()
        self._flow = Flow(self.pictures, spacing=8)
        self.prompt = QPlainTextEdit()
        self.prompt.setObjectName("sent-prompt")
        self.prompt.setReadOnly(True)
        self.prompt.setTabChangesFocus(True)
        self.prompt.setAccessibleName("Prompt text as sent")
        self.prompt.setFixedHeight(120)
        say(self.prompt, "prompt")
        inside = QVBoxLayout(self.body)
        inside.setContentsMargins(0, 2, 0, 4)
        inside.setSpacing(6)
        self.original = OriginalView()
        for widget in (self.original, self.size_line, self.pictures, self.prompt):
            inside.addWidget(widget)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(self.fold)
        box.addWidget(self.body)
        self._unfold(False)

    def show_sent(
        self, sent: Sent | None, captions: Sequence[str], original: Original | None = None
    ) -> None:
        """Show what was sent; `captions` name the pictures in order, the query's last."""
        self._sent, self._captions, self._original = sent, tuple(captions), original
        emptied(self._flow)
        self.setVisible(sent is not None)
        if self.fold.isChecked():
            self._fill()

    def _unfold(self, open_: bool) -> None:
        self.fold.setText(("▾" if open_ else "▸") + "  What was sent")
        self.body.setVisible(open_)
        if open_:
            self._fill()

    def _fill(self) -> None:
        if self._sent is None or self._flow.count():
            return
        images = [image_of_png(media) for media in self._sent.media]
        sizes = {(image.width(), image.height()) for image in images}
        size = " and ".join(f"{width} x {height}" for width, height in sorted(sizes))
        self.size_line.setText(f"{len(images)} pictures at the model's size, {size} pixels.")
        for place, image in enumerate(images):
            own = max(image.width(), image.height())
            picture = Picture(min(MAX_SIDE, max(MIN_SIDE, own)), exact=own <= MAX_SIDE)
            picture.show_image(image)
            caption = self._captions[place] if place < len(self._captions) else ""
            digest = hashlib.sha256(self._sent.media[place]).hexdigest()
            self._flow.addWidget(_captioned(picture, caption, digest))
        self.original.setVisible(self._original is not None)
        if self._original is not None:
            self.original.show_original(self._original)
        self.prompt.setPlainText(self._sent.text)


class OriginalView(QWidget):
    """The picture as it was on the screen, with a frame about what the model saw of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sent-original")
        self.picture = MarkedPicture(ORIGINAL_SIDE)
        self.words = Paragraph(role="muted", name="sent-original-words").selectable()
        # No paragraph: what it puts between letters to break a line would be copied with them.
        self.digest = QLabel()
        self.digest.setObjectName("sent-original-digest")
        self.digest.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        say(self.digest, "muted")
        beside = QVBoxLayout()
        beside.addWidget(self.words)
        beside.addWidget(self.digest)
        beside.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(beside, 1)

    def show_original(self, original: Original) -> None:
        """Show it with its frame and its hash."""
        image = image_of_png(original.png)
        self.picture.show_image(image)
        self.picture.show_marks(None if original.kept is None else Roi(*original.kept))
        self.words.setText(seen_words(image.width(), image.height(), original))
        parts = [original.sha256[at : at + 22] for at in range(0, 64, 22)]
        self.digest.setText("\n".join(("SHA-256", *parts)))


def seen_words(width: int, height: int, original: Original) -> str:
    """Say how large the picture is, and what the model saw of it."""
    said = f"As it was on the screen: {width} x {height} pixels."
    if original.kept is not None:
        left, top, across, down = original.kept
        if across >= width and down >= height:
            said += " The model saw all of it."
        else:
            place = f"({left:.0f}, {top:.0f})"
            said += f" The model saw {across:.0f} x {down:.0f} of them from {place} on: the frame."
    return said


def _captioned(picture: Picture, caption: str, digest: str) -> QWidget:
    whole = QWidget()
    box = QVBoxLayout(whole)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(2)
    box.addWidget(picture)
    picture.setToolTip(f"SHA-256 of the picture at the model's size\n{digest}")
    words = Line(caption, role="muted")
    words.setFixedWidth(picture.width())
    box.addWidget(words)
    return whole
