"""Commands about the application's window: panels, look, palette, help."""

from collections.abc import Callable
from dataclasses import dataclass

from precedent_viewer.commands import Command
from precedent_viewer.settings import SettingsStore


@dataclass(frozen=True, slots=True)
class FrameActions:
    """What these commands call in the window."""

    show_palette: Callable[[], None]
    edit_shortcuts: Callable[[], None]
    show_about: Callable[[], None]
    focus_image: Callable[[], None]
    focus_series: Callable[[], None]
    reset_layout: Callable[[], None]
    toggle_full_screen: Callable[[], None]
    is_full_screen: Callable[[], bool]
    toggle_second: Callable[[], None]
    is_second_open: Callable[[], bool]


def frame_commands(actions: FrameActions, settings: SettingsStore) -> tuple[Command, ...]:
    """Give the commands that belong to no image."""
    return (*_look(settings, actions), *_help(actions))


def _look(settings: SettingsStore, actions: FrameActions) -> tuple[Command, ...]:
    def toggle_theme() -> None:
        settings.update(theme="light" if settings.current.theme == "dark" else "dark")

    def toggle_overlay() -> None:
        settings.update(show_overlay=not settings.current.show_overlay)

    def toggle_layers() -> None:
        settings.update(show_layers=not settings.current.show_layers)

    def toggle_patient() -> None:
        settings.update(show_patient=not settings.current.show_patient)

    return (
        Command("view.toggle-overlay", "Overlay", toggle_overlay, "View", "O", None, "eye",
                "Show letters, scale and values on the image. Marks of missing data always stay.",
                checked=lambda: settings.current.show_overlay, group=3),
        Command("view.toggle-layers", "Marks over the image", toggle_layers, "View", "Shift+O",
                None, "eye", "Show annotations, segmentations, lines and everything else that lies "
                "over the image.", checked=lambda: settings.current.show_layers, group=3),
        Command("view.toggle-patient", "Patient", toggle_patient, "View", "N", None, "patient",
                "Show the patient's name and number on the image and in the list.",
                checked=lambda: settings.current.show_patient, group=3),
        Command("view.toggle-theme", "Light theme", toggle_theme, "View", "Ctrl+T", None, "theme",
                "Change between the dark and the light look.",
                checked=lambda: settings.current.theme == "light", group=4),
        Command("view.toggle-full-screen", "Full screen", actions.toggle_full_screen, "View",
                "F11", None, None, "Use the whole screen.", checked=actions.is_full_screen,
                group=4),
        Command("layout.toggle-second-window", "Second window", actions.toggle_second, "Layout",
                "Ctrl+F11", None, None, "Open viewports in a window of their own, on another "
                "monitor where there is one.", checked=actions.is_second_open, group=4),
        Command("panels.focus-image", "Go to the image", actions.focus_image, "Panels", "F6", None,
                None, "Give the keyboard to the image.", group=1),
        Command("panels.focus-series", "Go to the series list", actions.focus_series, "Panels",
                "Shift+F6", None, None, "Give the keyboard to the list of series.", group=1),
        Command("panels.reset-layout", "Reset layout", actions.reset_layout, "Panels", None, None,
                None, "Put all panels where they were at first.", group=2),
    )  # fmt: skip


def _help(actions: FrameActions) -> tuple[Command, ...]:
    return (
        Command("help.show-palette", "Command palette…", actions.show_palette, "Help",
                "Ctrl+Shift+P", None, "palette", "Find any command by a few letters."),
        Command("help.edit-shortcuts", "Keyboard shortcuts…", actions.edit_shortcuts, "Help",
                "Ctrl+K", None, "keyboard", "See every key and choose your own."),
        Command("help.show-about", "About Precedent", actions.show_about, "Help", None, None,
                "info", "Version, licence and what this program is for.", group=1),
    )  # fmt: skip
