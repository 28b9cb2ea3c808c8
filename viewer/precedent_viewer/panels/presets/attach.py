"""Window presets in the window: the command that opens their dialog."""

from dataclasses import replace

from precedent_viewer.commands import Command
from precedent_viewer.panels.presets.dialog import PresetDialog
from precedent_viewer.parts import Parts
from precedent_viewer.presets import Preset


def attach(parts: Parts) -> None:
    """Add the command; a new preset begins with the window that is on the screen."""
    book = parts.presets

    def shown() -> Preset | None:
        frame, window = parts.view.frame, parts.view.grey.shown_window
        if frame is None or window is None:
            return None
        part = frame.instance.description.body_part.strip().upper()
        name = "New preset"
        return Preset(name, frame.instance.modality, (part,) if part else (),
                      replace(window, name=name))  # fmt: skip

    def edit() -> None:
        parts.shell.show_dialog(PresetDialog(book, shown(), parts.window))

    book.changed.connect(lambda: parts.registry.refreshed.emit())
    if book.problem is not None:
        parts.shell.notify(book.problem.message, book.problem.hint, "warning")
    parts.registry.add(
        Command("window.edit-presets", "Window presets…", edit, "Window", None, None, "settings",
                "Change the windows of keys 1 to 9, by modality and part of the body.", group=3),
    )  # fmt: skip
