"""Theme tokens to palette, style sheet and icons.

A theme is a file of named colours in resources/themes. Nothing else in the viewer names a colour
of the interface; the canvas takes its own from the same tokens.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from PyQt6.QtCore import QByteArray, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QIcon, QPainter, QPalette, QPixmap
from PyQt6.QtSvg import QSvgRenderer
from PyQt6.QtWidgets import QApplication

from precedent_resources import resource
from precedent_viewer.settings import ThemeName

UI_FONTS = ("Segoe UI Variable Text", "Segoe UI", "Inter", "SF Pro Text", "Noto Sans", "Ubuntu",
            "Cantarell", "DejaVu Sans")  # fmt: skip
"""The first family that is installed is used; all have tabular or near-tabular figures."""
ICON_PX = 24
"""Size in which icons are drawn."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of the interface, each `#rrggbb`."""

    name: ThemeName
    canvas: str
    """Behind the image: black in both themes, or the eye adapts to the frame."""
    window: str
    surface: str
    raised: str
    hover: str
    pressed: str
    border: str
    border_strong: str
    text: str
    text_muted: str
    text_disabled: str
    accent: str
    accent_hover: str
    accent_text: str
    selection: str
    focus: str
    info: str
    warning: str
    error: str
    overlay_text: str
    overlay_muted: str
    overlay_warning: str
    """On the image, which lies on black in both themes."""
    region: str


def load_theme(name: ThemeName) -> Theme:
    """Read a shipped theme."""
    record = json.loads(resource("themes", f"{name}.json").read_text(encoding="utf-8"))
    colors: Mapping[str, str] = record["colors"]
    return Theme(name=name, **{f.name: colors[f.name] for f in fields(Theme) if f.name != "name"})


def palette_of(theme: Theme) -> QPalette:
    """Give Qt's palette for a theme; widgets of extensions take their colours from it."""
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.raised,
        role.Text: theme.text,
        role.PlaceholderText: theme.text_muted,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Accent: theme.accent,
        role.Light: theme.hover,
        role.Midlight: theme.raised,
        role.Mid: theme.border_strong,
        role.Dark: theme.border,
        role.Shadow: theme.canvas,
    }
    palette = QPalette()
    for one, color in colors.items():
        palette.setColor(one, QColor(color))
    for one in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(theme.text_disabled))
    return palette


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Give the whole application the theme's palette, style sheet and font."""
    application.setStyle("Fusion")
    application.setPalette(palette_of(theme))
    font = QFont(application.font())
    font.setFamilies([*UI_FONTS])
    application.setFont(font)
    application.setStyleSheet(style_sheet(theme))


def style_sheet(theme: Theme) -> str:
    """Give the style sheet: `@token` in the template becomes the theme's colour."""
    text = (Path(__file__).parent / "theme.qss").read_text(encoding="utf-8")
    for item in sorted(fields(Theme), key=lambda one: -len(one.name)):
        text = text.replace(f"@{item.name};", f"{getattr(theme, item.name)};")
    # A style sheet cannot tint an icon, so these lie there in both themes' colours.
    for token in ("arrow", "tick"):
        path = resource("themes", f"{token}-{theme.name}.svg").as_posix()
        text = text.replace(f"@{token};", f'url("{path}");')
    return text


def icon(name: str, theme: Theme, color: str | None = None) -> QIcon:
    """Draw a shipped icon for every screen density, in the theme's text colour or another.

    The checked state takes the accent. Raises FileNotFoundError when there is no such icon.
    """
    result = QIcon()
    states = (
        (QIcon.Mode.Normal, QIcon.State.Off, color or theme.text),
        (QIcon.Mode.Normal, QIcon.State.On, theme.accent),
        (QIcon.Mode.Disabled, QIcon.State.Off, theme.text_disabled),
        (QIcon.Mode.Disabled, QIcon.State.On, theme.text_disabled),
    )
    for mode, state, color in states:
        for ratio in (1, 2, 3):
            result.addPixmap(icon_pixmap(name, color, ICON_PX, ratio), mode, state)
    return result


@lru_cache(maxsize=4096)
def icon_pixmap(name: str, color: str, size_px: int, ratio: float = 1) -> QPixmap:
    """Draw a shipped icon in one colour at a size in logical pixels."""
    renderer = QSvgRenderer(QByteArray(_svg(name).replace("currentColor", color).encode()))
    pixmap = QPixmap(QSize(round(size_px * ratio), round(size_px * ratio)))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@lru_cache(maxsize=256)
def _svg(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")
