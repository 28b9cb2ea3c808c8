"""What the question is about: exactly the pixels that will be sent, and saving them as a case."""

from collections.abc import Callable

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QImage
from qtpy.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from precedent_plugin.host import PaintedPixels
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.desk_state import View
from precedent_plugin.panels.follow import follow
from precedent_plugin.panels.icons import icon
from precedent_plugin.panels.look import Tones
from precedent_plugin.panels.pictures import Picture, image_of_array
from precedent_plugin.panels.words import Line, Paragraph

SIDE = 72
NOTHING = "Open a study, then ask about what you see."


class About(QWidget):
    """A strip with the picture on screen; follows frame, window and region."""

    def __init__(self, desk: Desk, *, on_save: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("asked-view")
        self.picture = Picture(SIDE)
        self.picture.setObjectName("asked-view-picture")
        self.picture.setAccessibleName("Picture that will be sent")
        self.picture.setToolTip("Exactly the pixels that will be sent")
        self.title = Line(role="strong", name="asked-view-title")
        self.detail = Line(role="muted", name="asked-view-detail")
        self.notes = Paragraph(role="caution", name="asked-view-notes")
        self.save = QToolButton()
        self.save.setObjectName("asked-view-save")
        self.save.setText("Save as case")
        self.save.setToolTip("Keep this picture with a question and its answer")
        self.save.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.save.setIconSize(QSize(14, 14))
        self.save.clicked.connect(on_save)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.title)
        words.addWidget(self.detail)
        words.addWidget(self.notes)
        words.addStretch(1)
        words.addWidget(self.save, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        follow(self, desk.view_seen, self._see)
        self._see(desk.view)

    def restyle(self, worn: Tones) -> None:
        """Paint the icon in the theme's tone."""
        self.save.setIcon(icon("case-add", worn.muted))

    def _see(self, view: View | None) -> None:
        self.save.setEnabled(view is not None)
        if view is None:
            self.picture.show_image(QImage())
            self.title.say_whole("No picture")
            self.detail.say_whole(NOTHING)
            self.notes.hide()
            return
        self.picture.show_image(image_of_array(coarse(view.pixels)))
        self.title.say_whole(view.snapshot.title or view.title)
        self.detail.say_whole(what_is_sent(view))
        self.notes.setText("\n".join(view.snapshot.notes))
        self.notes.setVisible(bool(view.snapshot.notes))


def coarse(pixels: PaintedPixels) -> PaintedPixels:
    """Thin out a huge picture, so that showing it small costs little; a view."""
    step = max(1, min(pixels.shape[:2]) // (SIDE * 6))
    return pixels[::step, ::step]


def what_is_sent(view: View) -> str:
    """Say which pixels of the image are sent."""
    rows, columns = view.pixels.shape[:2]
    part = "Region" if view.snapshot.region is not None else "Whole image"
    window = ""
    if view.snapshot.window is not None:
        center, width = view.snapshot.window
        window = f", C {center:g} W {width:g}"
    return f"{part}, {columns} x {rows} px{window}"
