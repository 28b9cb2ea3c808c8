"""The command that shows all commands."""

from precedent_viewer.commands import Command
from precedent_viewer.help.page import HelpPage
from precedent_viewer.parts import Parts


def attach(parts: Parts) -> None:
    """Add the command of the help page."""
    parts.registry.add(
        Command("help.show-commands", "Commands and keys",
                lambda: parts.shell.show_dialog(HelpPage(parts.registry, parts.window)),
                "Help", "F1", None, "info", "List every command, its keys and what it does."),
    )  # fmt: skip
