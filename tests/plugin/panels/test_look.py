"""Tones: readable on any host's palette."""

from hypothesis import given
from hypothesis import strategies as st
from qtpy.QtGui import QColor, QPalette

from precedent_plugin.panels.look import contrast, luminance, tones

shade = st.integers(0, 255)
colour = st.builds(QColor, shade, shade, shade)


def palette_of(window: QColor, text: QColor, accent: QColor) -> QPalette:
    palette = QPalette()
    for role, tone in (
        (QPalette.ColorRole.Window, window),
        (QPalette.ColorRole.Base, window),
        (QPalette.ColorRole.WindowText, text),
        (QPalette.ColorRole.Accent, accent),
    ):
        palette.setColor(role, tone)
    return palette


def test_contrast_of_black_and_white_is_21() -> None:
    assert round(contrast(QColor("#000"), QColor("#fff")), 6) == 21


@given(colour, colour)
def test_contrast_is_symmetric_and_at_least_one(one: QColor, other: QColor) -> None:
    assert contrast(one, other) == contrast(other, one) >= 1


@given(colour)
def test_luminance_lies_between_black_and_white(one: QColor) -> None:
    assert 0 <= luminance(one) <= 1


@given(colour)
def test_words_on_the_accent_can_be_read(accent: QColor) -> None:
    made = tones(palette_of(QColor("#14171b"), QColor("#e6eaef"), accent))
    assert contrast(QColor(made.on_accent), QColor(made.accent)) >= 4.4


def test_muted_words_can_be_read_on_dark_and_light() -> None:
    for window, text in (("#14171b", "#e6eaef"), ("#f4f5f7", "#14171b")):
        made = tones(palette_of(QColor(window), QColor(text), QColor("#3b82f6")))
        for tone in (made.muted, made.caution, made.failure):
            assert contrast(QColor(tone), QColor(made.window)) >= 4.5
