"""What was sent: every picture exactly as the model read it, and the whole prompt text."""

from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from precedent_inference.protocol import Sent
from precedent_plugin.panels.flow import Flow, emptied
from precedent_plugin.panels.look import say
from precedent_plugin.panels.pictures import Picture, image_of_png
from precedent_plugin.panels.words import Line, Paragraph

MIN_SIDE, MAX_SIDE = 96, 240
"""Between these a picture is as large as it was sent, so that one pixel is one pixel."""


class SentView(QWidget):
    """A fold that opens on the exact request."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("what-was-sent")
        self._sent: Sent | None = None
        self._captions: tuple[str, ...] = ()
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
        for widget in (self.size_line, self.pictures, self.prompt):
            inside.addWidget(widget)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(self.fold)
        box.addWidget(self.body)
        self._unfold(False)

    def show_sent(self, sent: Sent | None, captions: Sequence[str]) -> None:
        """Show what was sent; `captions` name the pictures in order, the query's last."""
        self._sent, self._captions = sent, tuple(captions)
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
            self._flow.addWidget(_captioned(picture, caption))
        self.prompt.setPlainText(self._sent.text)


def _captioned(picture: Picture, caption: str) -> QWidget:
    whole = QWidget()
    box = QVBoxLayout(whole)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(2)
    box.addWidget(picture)
    words = Line(caption, role="muted")
    words.setFixedWidth(picture.width())
    box.addWidget(words)
    return whole
