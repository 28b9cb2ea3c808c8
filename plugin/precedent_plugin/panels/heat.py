"""Where the answer comes from in the picture: an occlusion map drawn over it."""

from qtpy.QtCore import QRectF
from qtpy.QtGui import QColor, QImage, QPainter

from precedent_inference.evidence.findings import OcclusionMap

HOT = "#ff9f1c"
"""Orange is told from grey and from stains by every kind of colour vision."""
MOST_OPAQUE = 0.62
LEAST_DROP = 0.01
"""A cell whose cover lowers the log-probability by less is left clear."""
FULL_DROP = 0.7
"""A drop that is painted in full, half the probability: small ones stay faint, however they are
among themselves."""


def heated(picture: QImage, found: OcclusionMap) -> QImage:
    """Draw the map over a copy of the picture, the stronger the larger the drop.

    picture: the sent one, at any size; it stays clear where no place tells. Cells that speak
    against the answer are left clear: the map shows what carries it.
    """
    image = picture.convertToFormat(QImage.Format.Format_RGB32)
    if not found.is_telling:
        return image
    full = max(FULL_DROP, strongest(found))
    painter = QPainter(image)
    across, down = image.width() / sent_width(found), image.height() / sent_height(found)
    for row, line in enumerate(found.drops):
        for column, drop in enumerate(line):
            if drop >= LEAST_DROP:
                cell = found.cell(row, column)
                color = QColor(HOT)
                color.setAlphaF(MOST_OPAQUE * drop / full)
                place = QRectF(
                    cell.left * across, cell.top * down, cell.width * across, cell.height * down
                )
                painter.fillRect(place, color)
    painter.end()
    return image


def strongest(found: OcclusionMap) -> float:
    """Give the largest drop of the map."""
    return max(max(row) for row in found.drops)


def sent_width(found: OcclusionMap) -> float:
    """Give the width of the sent picture: the model saw its middle."""
    return found.area.width + 2 * found.area.left


def sent_height(found: OcclusionMap) -> float:
    """Give the height of the sent picture."""
    return found.area.height + 2 * found.area.top
