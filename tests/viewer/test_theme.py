"""Themes are whole and readable."""

import pytest
from PyQt6.QtGui import QColor

from precedent_viewer.settings import ThemeName
from precedent_viewer.theme import load_theme, style_sheet


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [QColor(color).redF(), QColor(color).greenF(), QColor(color).blueF()]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
              for part in parts]  # fmt: skip
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    bright, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_words_can_be_read_on_every_ground(name: ThemeName) -> None:
    theme = load_theme(name)
    for ground in (theme.window, theme.surface, theme.raised, theme.hover, theme.selection):
        assert contrast(theme.text, ground) >= 7
        assert contrast(theme.text_muted, ground) >= 4.5
    assert contrast(theme.accent_text, theme.accent) >= 4.5
    assert contrast(theme.overlay_text, theme.canvas) >= 7
    assert contrast(theme.overlay_warning, theme.canvas) >= 7


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_focus_can_be_seen(name: ThemeName) -> None:
    theme = load_theme(name)
    for ground in (theme.window, theme.surface, theme.raised, theme.canvas):
        assert contrast(theme.focus, ground) >= 3


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_style_sheet_has_no_colour_left_open(name: ThemeName) -> None:
    assert "@" not in style_sheet(load_theme(name))
