"""Commands of the Window menu: the grey levels."""

from collections.abc import Callable

from precedent_viewer.active_view import ActiveView
from precedent_viewer.commands import Command
from precedent_viewer.model.voi import Window
from precedent_viewer.presets import PRESET_KEYS

PresetsOf = Callable[[], tuple[Window, ...]]


def window_commands(view: ActiveView, presets: PresetsOf) -> tuple[Command, ...]:
    """Give the commands that change grey levels; `presets` gives those of the image."""
    return (
        *(_preset(view, presets, number) for number in range(1, PRESET_KEYS + 1)),
        Command("window.use-default", "Window of the file", lambda: view.grey.set_window(None),
                "Window", "0", view.grey.has_window, "reset",
                "Take back the window to what the file says.", group=1),
        Command("window.fit-values", "Automatic window", view.grey.fit_values, "Window", "A",
                view.grey.has_window, "window-level",
                "Fit the window to the values of this image, outliers aside.", group=1),
        Command("window.invert-grey", "Invert", view.grey.invert, "Window", "I", view.has_image,
                "invert", "Show black as white and white as black.",
                checked=lambda: view.grey.choice.inverted, group=2),
    )  # fmt: skip


def window_text(window: Window) -> str:
    """Write a window as `C 40 · W 400`, with decimals only where they matter."""
    return f"C {number_text(window.center)} · W {number_text(window.width)}"


def number_text(value: float) -> str:
    """Write a number with about three or four significant figures and a true minus sign."""
    digits = 0 if abs(value) >= 100 or value == round(value) else 1 if abs(value) >= 10 else 3
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _preset(view: ActiveView, presets: PresetsOf, number: int) -> Command:
    def window() -> Window | None:
        known = presets()
        return known[number - 1] if number <= len(known) else None

    def use() -> None:
        chosen = window()
        if chosen is not None:
            view.grey.set_window(chosen)

    def label() -> str:
        chosen = window()
        if chosen is None:
            return f"Window preset {number}"
        return f"{chosen.name or f'Window {number}'}   {window_text(chosen)}"

    def is_chosen() -> bool:
        chosen, shown = window(), view.grey.shown_window
        if chosen is None or shown is None:
            return False
        return (chosen.center, chosen.width) == (shown.center, shown.width)

    return Command(
        f"window.use-preset-{number}", f"Window preset {number}", use, "Window", str(number),
        lambda: view.grey.has_window() and window() is not None, None,
        f"Use preset {number} of the modality that is shown.", is_chosen, label,
    )  # fmt: skip
