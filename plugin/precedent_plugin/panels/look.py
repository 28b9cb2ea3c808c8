"""How the panels look: tones derived from the host's palette, and the style sheet made of them.

No colour is fixed but the two that mean something (caution, failure), so the panels follow any
host's theme. Sizes derive from the application's font, so they follow the reader's text size.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from qtpy.QtCore import QEvent
from qtpy.QtGui import QColor, QFontInfo, QPalette
from qtpy.QtWidgets import QApplication, QWidget

from precedent_resources import resource


@dataclass(frozen=True, slots=True)
class Tones:
    """The colours of one theme as `#rrggbb`, by what they are for."""

    window: str
    surface: str
    """Cards and fields."""
    raised: str
    """What the pointer or the keyboard is on."""
    line: str
    """Hairlines between things."""
    text: str
    muted: str
    """Text that explains; at least 4.5:1 on `window`."""
    accent: str
    on_accent: str
    selection: str
    on_selection: str
    caution: str
    failure: str
    is_dark: bool


ROLES: Final = (
    QPalette.ColorRole.Window,
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Base,
    QPalette.ColorRole.PlaceholderText,
    QPalette.ColorRole.Accent,
    QPalette.ColorRole.Highlight,
    QPalette.ColorRole.HighlightedText,
)


def tones(palette: QPalette) -> Tones:
    """Derive the tones from the colours of a palette's `ROLES`."""
    return _tones_of(tuple(palette.color(role).rgba() for role in ROLES))


@lru_cache(maxsize=8)
def _tones_of(colours: tuple[int, ...]) -> Tones:
    """Derive them once for each theme: lists ask for them with every line that they paint."""
    window, text, surface, muted, accent, highlight, highlighted = map(QColor.fromRgba, colours)
    is_dark = luminance(window) < 0.2
    if muted.alpha() < 255 or contrast(muted, window) < 4.5:
        muted = mix(window, text, 0.70)
    black, white = QColor("#0b0d10"), QColor("#ffffff")
    return Tones(
        window=window.name(),
        surface=surface.name(),
        raised=mix(surface, text, 0.06).name(),
        line=mix(window, text, 0.16).name(),
        text=text.name(),
        muted=muted.name(),
        accent=accent.name(),
        on_accent=max((black, white), key=lambda ink: contrast(ink, accent)).name(),
        selection=highlight.name(),
        on_selection=highlighted.name(),
        caution="#e3b341" if is_dark else "#855600",
        failure="#ff8f85" if is_dark else "#b42318",
        is_dark=is_dark,
    )


def luminance(color: QColor) -> float:
    """Give the relative luminance, 0..1. Source: WCAG 2.2, relative luminance."""
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
        for one in (color.redF(), color.greenF(), color.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    """Give the contrast ratio of two colours, 1..21. Source: WCAG 2.2, contrast ratio."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mix(base: QColor, other: QColor, amount: float) -> QColor:
    """Blend `amount` (0..1) of `other` into `base`."""
    return QColor(
        *(
            round(one + (two - one) * amount)
            for one, two in (
                (base.red(), other.red()),
                (base.green(), other.green()),
                (base.blue(), other.blue()),
            )
        )
    )


def text_px(scale: float = 1.0) -> int:
    """Give a text height in device-independent pixels, relative to the application's font."""
    return max(9, round(QFontInfo(QApplication.font()).pixelSize() * scale))


def current_tones() -> Tones:
    """Give the tones of the application's palette as it is now."""
    return tones(QApplication.palette())


def say(widget: QWidget, role: str) -> None:
    """Give a widget the style sheet's `role`, restyling it when the role changed."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)


class Panel(QWidget):
    """A widget that wears the panels' style sheet and changes it with the host's theme."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.worn = current_tones()
        self.setStyleSheet(sheet(self.worn))

    def changeEvent(self, event: QEvent | None) -> None:
        """Follow the host's theme."""
        super().changeEvent(event)
        if event is not None and event.type() in (
            QEvent.Type.ApplicationPaletteChange,
            QEvent.Type.PaletteChange,
        ):
            self._dress()

    def restyle(self, worn: Tones) -> None:
        """Repaint what the style sheet cannot reach (icons); called with every new theme."""

    def _dress(self) -> None:
        now = current_tones()
        if now == self.worn:
            return
        self.worn = now
        self.setStyleSheet(sheet(now))
        self.restyle(now)


def check_mark(ink: str) -> str:
    """Give the address of the mark in a ticked box; style sheets take files alone."""
    name = "tick-light.svg" if luminance(QColor(ink)) > 0.5 else "tick-dark.svg"
    return resource("marks", name).as_posix()


def sheet(t: Tones) -> str:
    """Write the style sheet of the panels."""
    small, body, large, answer = text_px(0.88), text_px(), text_px(1.12), text_px(1.55)
    return f"""
    QLabel {{ color: {t.text}; background: transparent; border: 0; }}
    QLabel[role="muted"] {{ color: {t.muted}; font-size: {small}px; }}
    QLabel[role="body-muted"] {{ color: {t.muted}; }}
    QLabel[role="heading"] {{ color: {t.muted}; font-size: {small}px; font-weight: 600; }}
    QLabel[role="strong"] {{ font-weight: 600; }}
    QLabel[role="title"] {{ font-size: {large}px; font-weight: 600; }}
    QLabel[role="answer"] {{ font-size: {answer}px; font-weight: 600; }}
    QLabel[role="long-answer"] {{ font-size: {large}px; font-weight: 500; }}
    QLabel[role="small"] {{ font-size: {small}px; }}
    QLabel[role="partial"] {{ font-size: {answer}px; font-weight: 600; color: {t.muted}; }}
    QLabel[role="caution"] {{ color: {t.caution}; font-size: {small}px; }}
    QLabel[role="plain"] {{ color: {t.text}; }}
    QLabel[role="failure"] {{ color: {t.failure}; }}
    QLabel[role="number"] {{ color: {t.muted}; font-size: {small}px; }}
    QLabel[role="key"] {{ color: {t.muted}; font-size: {small}px; border: 1px solid {t.line};
        border-radius: 3px; padding: 0 4px; }}
    QFrame[role="line"] {{ background: {t.line}; border: 0; max-height: 1px; min-height: 1px; }}
    QFrame[role="card"] {{ background: {t.surface}; border: 1px solid {t.line};
        border-radius: 6px; }}
    QFrame[role="card-current"] {{ background: {t.raised}; border: 1px solid {t.accent};
        border-radius: 6px; }}
    QFrame[role="empty"] {{ background: transparent; border: 1px dashed {t.line};
        border-radius: 6px; }}
    QFrame[role="empty-target"] {{ background: {t.raised}; border: 1px dashed {t.accent};
        border-radius: 6px; }}
    QFrame[role="note-caution"] {{ background: transparent; border: 0;
        border-left: 2px solid {t.caution}; border-radius: 0; }}
    QFrame[role="note-plain"] {{ background: transparent; border: 0;
        border-left: 2px solid {t.accent}; border-radius: 0; }}
    QFrame[role="note-failure"] {{ background: transparent; border: 0;
        border-left: 2px solid {t.failure}; border-radius: 0; }}
    QPlainTextEdit, QLineEdit, QListView, QTextBrowser {{ background: {t.surface};
        color: {t.text}; border: 1px solid {t.line}; border-radius: 6px;
        selection-background-color: {t.selection}; selection-color: {t.on_selection}; }}
    QPlainTextEdit {{ padding: 3px 4px; }}
    QLineEdit {{ padding: 5px 8px; }}
    QComboBox {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line};
        border-radius: 6px; padding: 4px 8px; }}
    QComboBox:hover {{ background: {t.raised}; }}
    QComboBox:focus {{ border: 1px solid {t.accent}; }}
    QComboBox:disabled {{ color: {t.muted}; }}
    QComboBox::drop-down {{ border: 0; width: 20px; }}
    QComboBox::down-arrow {{ image: none; }}
    QPlainTextEdit:focus, QLineEdit:focus, QListView:focus {{ border: 1px solid {t.accent}; }}
    QPlainTextEdit[role="prompt"] {{ font-family: monospace; font-size: {small}px; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: 0; }}
    QCheckBox {{ color: {t.text}; spacing: 7px; font-size: {small}px; }}
    QCheckBox::indicator {{ width: 13px; height: 13px; border: 1px solid {t.muted};
        border-radius: 3px; background: {t.surface}; }}
    QCheckBox::indicator:hover {{ background: {t.raised}; }}
    QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent};
        image: url({check_mark(t.on_accent)}); }}
    QCheckBox::indicator:focus {{ border-color: {t.text}; }}
    QPushButton {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line};
        border-radius: 6px; padding: 4px 10px; font-size: {body}px; }}
    QPushButton:hover {{ background: {t.raised}; }}
    QPushButton:focus {{ border: 1px solid {t.accent}; }}
    QPushButton:disabled {{ color: {mixed(t.window, t.text, 0.35)};
        border-color: {mixed(t.window, t.text, 0.10)}; background: transparent; }}
    QPushButton[role="primary"] {{ background: {t.accent}; color: {t.on_accent};
        border: 1px solid {t.accent}; font-weight: 600; padding: 4px 16px; }}
    QPushButton[role="primary"]:hover {{ background: {mixed(t.accent, t.text, 0.14)}; }}
    QPushButton[role="primary"]:focus {{ border: 1px solid {t.text}; }}
    QPushButton[role="primary"]:disabled {{ background: {t.raised}; color: {t.muted};
        border-color: {t.line}; }}
    QPushButton[role="stop"] {{ font-weight: 600; padding: 4px 16px; border-color: {t.text}; }}
    QLabel[role="dot-off"], QLabel[role="dot-starting"], QLabel[role="dot-ready"],
    QLabel[role="dot-failed"] {{ font-size: {round(small * 0.75)}px; color: {t.muted}; }}
    QLabel[role="dot-starting"] {{ color: {t.caution}; }}
    QLabel[role="dot-ready"] {{ color: {t.accent}; }}
    QLabel[role="dot-failed"] {{ color: {t.failure}; }}
    QPushButton[role="link"] {{ background: transparent; border: 0; color: {t.text};
        padding: 2px 2px; text-align: left; font-size: {small}px; }}
    QPushButton[role="link"]:hover {{ color: {t.accent}; }}
    QPushButton[role="link"]:focus {{ text-decoration: underline; }}
    QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 4px;
        padding: 2px; color: {t.muted}; font-size: {small}px; }}
    QToolButton:hover {{ background: {t.raised}; color: {t.text}; }}
    QToolButton:focus {{ border: 1px solid {t.accent}; }}
    QToolButton:checked {{ background: {t.raised}; color: {t.text}; }}
    QToolButton::menu-indicator {{ image: none; width: 0; }}
    QProgressBar {{ background: transparent; border: 0; max-height: 2px; min-height: 2px; }}
    QProgressBar::chunk {{ background: {t.accent}; }}
    """


def mixed(base: str, other: str, amount: float) -> str:
    """Blend two `#rrggbb` tones."""
    return mix(QColor(base), QColor(other), amount).name()
