"""What is written and drawn over the image: letters, scale, window, place, marks, region.

`OverlayContent` says what to show and is made without Qt; `paint_overlay` draws it.
"""

import math
from dataclasses import dataclass, field

from PyQt6.QtCore import QLineF, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from precedent_viewer.render.rimmed import HALO, write
from precedent_viewer.theme import Theme

MARGIN_PX = 14.0
SCALE_BAR_SHARE = 0.28
"""The scale bar is the longest round length within this share of the canvas' width."""
HANDLE_PX = 8.0
SMALL_TEXT = 0.85
TRACK_END_PX = 90.0
"""The track of the image's place leaves the corners to their texts."""


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A length on the screen that stands for a round length in the patient or picture."""

    length_px: float
    label: str


@dataclass(frozen=True, slots=True)
class OverlayContent:
    """Everything that is drawn over one image."""

    top_left: tuple[str, ...] = ()
    """The patient banner."""
    top_right: tuple[str, ...] = ()
    """Study and series."""
    bottom_left: tuple[str, ...] = ()
    """Slice, window and zoom."""
    letters: tuple[str, str, str, str] | None = None
    """Left, right, top, bottom."""
    scale_bar: ScaleBar | None = None
    progress: tuple[int, int] | None = None
    """The image's place in its series, from 0, and how many there are."""
    notes: tuple[str, ...] = ()
    """What the pixels shown lack against the file: always drawn, even with the overlay off."""
    marks: tuple[str, ...] = ()
    """What is not the full truth about the pixels, in a word: always drawn, quietly."""
    region: tuple[tuple[float, float], ...] = field(default=())
    """The region's four corners on the screen, in order around it."""
    is_small: bool = False
    """Whether letters and words are drawn smaller, nearer to the edges."""


def scale_bar_of(mm_per_screen_px: float, width_px: float) -> ScaleBar | None:
    """Choose a round length (1, 2 or 5 times a power of ten) that fits the canvas."""
    if mm_per_screen_px <= 0 or width_px <= 0 or not math.isfinite(mm_per_screen_px):
        return None
    longest_mm = mm_per_screen_px * width_px * SCALE_BAR_SHARE
    power = 10.0 ** math.floor(math.log10(longest_mm))
    length_mm = max(step * power for step in (1, 2, 5) if step * power <= longest_mm)
    return ScaleBar(length_mm / mm_per_screen_px, length_text(length_mm))


def length_text(length_mm: float) -> str:
    """Write a length in the unit a reader would use."""
    if length_mm >= 10:
        return f"{length_mm / 10:g} cm"
    if length_mm >= 1:
        return f"{length_mm:g} mm"
    return f"{round(length_mm * 1000, 6):g} µm"


def paint_overlay(
    painter: QPainter, content: OverlayContent, area: QRectF, theme: Theme, *, full: bool = True
) -> None:
    """Draw the overlay in logical pixels; `full=False` draws the region and the marks alone."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if content.region:
        _paint_region(painter, content.region, theme)
    lift = QFontMetricsF(painter.font()).height() * 1.12 * (len(content.bottom_left) + 0.5)
    _Notes(painter, theme).paint(content.notes, area.adjusted(0, 0, 0, -lift if full else 0))
    _paint_marks(painter, content, area, theme)
    if not full:
        return
    margin = MARGIN_PX / 2 if content.is_small else MARGIN_PX
    inner = area.adjusted(margin, margin, -margin, -margin)
    if content.is_small:
        font = QFont(painter.font())
        font.setPointSizeF(font.pointSizeF() * SMALL_TEXT)
        painter.setFont(font)
    text, muted = QColor(theme.overlay_text), QColor(theme.overlay_muted)
    align = Qt.AlignmentFlag
    _lines(painter, content.top_left, inner, align.AlignLeft | align.AlignTop, (text, muted))
    _lines(painter, content.top_right, inner, align.AlignRight | align.AlignTop, (text, muted))
    _lines(painter, content.bottom_left, inner, align.AlignLeft | align.AlignBottom, (text, text))
    if content.letters is not None:
        _paint_letters(painter, content.letters, inner, text)
    if content.progress is not None:
        _paint_progress(painter, content.progress, area, theme)
    if content.scale_bar is not None:
        _paint_scale_bar(painter, content.scale_bar, inner, text)


def _paint_marks(painter: QPainter, content: OverlayContent, area: QRectF, theme: Theme) -> None:
    """Write the marks above the scale bar, right-aligned, in the colour of a warning."""
    if not content.marks:
        return
    margin = MARGIN_PX / 2 if content.is_small else MARGIN_PX
    lift = 34.0 if content.scale_bar is not None else 4.0
    inner = area.adjusted(margin, margin, -margin, -margin - lift)
    colour = QColor(theme.overlay_warning)
    align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
    _lines(painter, content.marks, inner, align, (colour, colour))


def _lines(
    painter: QPainter,
    lines: tuple[str, ...],
    area: QRectF,
    align: Qt.AlignmentFlag,
    colors: tuple[QColor, QColor],
) -> None:
    """Write lines into a corner, the first in the first colour, the others in the second."""
    metrics = QFontMetricsF(painter.font())
    step = metrics.height() * 1.12
    top = area.top()
    if align & Qt.AlignmentFlag.AlignBottom:
        top = area.bottom() - step * len(lines)
    room = area.width() * 0.44
    for number, line in enumerate(lines):
        words = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room)
        left = area.left()
        if align & Qt.AlignmentFlag.AlignRight:
            left = area.right() - metrics.horizontalAdvance(words)
        baseline = top + number * step + metrics.ascent()
        write(painter, QPointF(left, baseline), words, colors[min(number, 1)])


def _paint_letters(
    painter: QPainter, letters: tuple[str, str, str, str], area: QRectF, color: QColor
) -> None:
    font = QFont(painter.font())
    painter.save()
    font.setPointSizeF(font.pointSizeF() * 1.2)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    left, right, top, bottom = letters
    middle = area.center()
    baseline = middle.y() + metrics.capHeight() / 2
    places = (
        (left, QPointF(area.left(), baseline)),
        (right, QPointF(area.right() - metrics.horizontalAdvance(right), baseline)),
        (top, QPointF(middle.x() - metrics.horizontalAdvance(top) / 2,
                      area.top() + metrics.ascent())),
        (bottom, QPointF(middle.x() - metrics.horizontalAdvance(bottom) / 2,
                         area.bottom() - metrics.descent())),
    )  # fmt: skip
    for letter, place in places:
        if letter:
            write(painter, place, letter, color)
    painter.restore()


def _paint_scale_bar(painter: QPainter, bar: ScaleBar, area: QRectF, color: QColor) -> None:
    metrics = QFontMetricsF(painter.font())
    right, bottom = area.right(), area.bottom() - 2
    left = right - bar.length_px
    lines = [
        QLineF(left, bottom, right, bottom),
        QLineF(left, bottom - 6, left, bottom),
        QLineF(right, bottom - 6, right, bottom),
        QLineF((left + right) / 2, bottom - 4, (left + right) / 2, bottom),
    ]
    for pen in (QPen(HALO, 4.0), QPen(color, 1.6)):
        painter.setPen(pen)
        for line in lines:
            painter.drawLine(line)
    place = QPointF(right - metrics.horizontalAdvance(bar.label), bottom - 11)
    write(painter, place, bar.label, color)


def _paint_progress(
    painter: QPainter, progress: tuple[int, int], area: QRectF, theme: Theme
) -> None:
    """Draw a slim track at the right edge with a thumb at the image's place in the series."""
    index, count = progress
    end = min(TRACK_END_PX, area.height() / 4)
    track = QRectF(area.right() - 5, area.top() + end, 3, max(area.height() - 2 * end, 1))
    painter.fillRect(track, QColor(255, 255, 255, 40))
    length = max(track.height() / count, 10.0)
    top = track.top() + (track.height() - length) * index / max(count - 1, 1)
    thumb = QRectF(track.left(), top, track.width(), length)
    painter.fillRect(thumb, QColor(theme.overlay_muted))


def _paint_region(
    painter: QPainter, corners: tuple[tuple[float, float], ...], theme: Theme
) -> None:
    outline = QPolygonF([QPointF(x, y) for x, y in corners])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(HALO, 3.6), QPen(QColor(theme.region), 1.6)):
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawPolygon(outline)
    painter.setPen(QPen(HALO, 1))
    painter.setBrush(QColor(theme.region))
    half = HANDLE_PX / 2
    points = list(corners)
    middles = [
        ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        for a, b in zip(points, points[1:] + points[:1], strict=True)
    ]
    for x, y in (*points, *middles):
        painter.drawRoundedRect(QRectF(x - half, y - half, HANDLE_PX, HANDLE_PX), 1.5, 1.5)


class _Notes:
    """The marks that say what is not as in the file: an amber box that nothing hides."""

    def __init__(self, painter: QPainter, theme: Theme) -> None:
        self._painter = painter
        self._theme = theme

    def paint(self, notes: tuple[str, ...], area: QRectF) -> None:
        """Draw the notes as a stack above the bottom edge, in the middle."""
        painter = self._painter
        bottom = area.bottom() - MARGIN_PX
        room = area.width() - 2 * MARGIN_PX - 40
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        for note in reversed(notes):
            words = painter.boundingRect(QRectF(0, 0, room, 400), flags, note)
            width, height = words.width() + 20, words.height() + 8
            box = QRectF(area.center().x() - width / 2, bottom - height, width, height)
            painter.setPen(QPen(QColor(self._theme.overlay_warning), 1))
            painter.setBrush(QColor(20, 16, 4, 225))
            painter.drawRoundedRect(box, 5, 5)
            painter.setPen(QColor(self._theme.overlay_warning))
            painter.drawText(box, flags, note)
            bottom = box.top() - 5
