"""Every action of the window, declared once. No Qt.

A `Command` is the only source of a menu entry, a shortcut, a palette row, a tool button and a help
line. The registry holds them all, those of extensions included.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from psygnal import Signal

from precedent_resources import PrecedentError
from precedent_viewer.errors import ViewerError, one_line

logger = logging.getLogger(__name__)

MENU_ORDER: tuple[str, ...] = (
    "File", "View", "Layout", "Window", "Tools", "Measure", "Ask", "Cases", "Panels", "Help",
)  # fmt: skip
"""Menus in the order of the menu bar; a menu that is not named here comes before Help."""


class CommandError(ViewerError):
    """A command that cannot be registered: its id or its shortcut is taken or malformed."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can do."""

    id: str
    """`area.verb-noun`, stable: saved shortcuts refer to it."""
    title: str
    """Menu and palette text, in sentence case, without a trailing ellipsis for plain actions."""
    run: Callable[[], object]
    """What it does; the result is ignored."""
    menu: str | None = None
    """Top menu, `View`, or sub-menu, `View/Rotate`; None keeps it out of the menu bar."""
    shortcut: str | None = None
    """Portable key text, `Ctrl+O`; several are separated by `; `."""
    when: Callable[[], bool] | None = None
    """False disables it; None is always enabled."""
    icon: str | None = None
    """Name of a file in resources/icons, without `.svg`."""
    doc: str = ""
    """One sentence: tooltip, palette's second line and help."""
    checked: Callable[[], bool] | None = None
    """For switches: whether it is on now."""
    label: Callable[[], str] | None = None
    """For entries whose words depend on the image, such as presets; else the title."""
    group: int = 0
    """Entries of one menu with different groups are parted by a line."""

    def __post_init__(self) -> None:
        area, dot, verb = self.id.partition(".")
        if not (area and dot and verb) or " " in self.id:
            raise CommandError(
                f"The command id {self.id!r} is not of the form area.verb-noun.",
                "Name the area, a dot and the action.",
            )

    @property
    def is_enabled(self) -> bool:
        """Whether it may run now."""
        return self.when is None or self.when()

    @property
    def text(self) -> str:
        """The words to show now."""
        return self.title if self.label is None else one_line(self.label())


class CommandRegistry:
    """All commands in the order in which they were added, with the user's shortcuts on top."""

    added = Signal(Command)
    shortcut_changed = Signal(str, object)
    refreshed = Signal()
    """Enabled, checked or label states may have changed."""
    failed = Signal(object)
    """A command raised a PrecedentError; the window shows it."""

    def __init__(self, shortcuts: Mapping[str, str] | None = None) -> None:
        self._commands: dict[str, Command] = {}
        self._user_shortcuts: dict[str, str] = dict(shortcuts or {})

    def add(self, *commands: Command) -> None:
        """Register commands. Raises CommandError when an id is taken."""
        for command in commands:
            if command.id in self._commands:
                raise CommandError(
                    f"The command id {command.id!r} is registered twice.",
                    "Give the second command another id.",
                )
            self._commands[command.id] = command
            self.added.emit(command)

    def all(self) -> tuple[Command, ...]:
        """Give every command in order of registration."""
        return tuple(self._commands.values())

    def get(self, command_id: str) -> Command:
        """Give one command. Raises CommandError when there is none of that id."""
        try:
            return self._commands[command_id]
        except KeyError as error:
            raise CommandError(
                f"There is no command {command_id!r}.", "Look it up in the command palette."
            ) from error

    def run(self, command_id: str) -> bool:
        """Run a command if it is enabled; say whether it ran.

        A PrecedentError is handed to `failed`, so that one place shows it.
        """
        command = self.get(command_id)
        if not command.is_enabled:
            return False
        try:
            command.run()
        except PrecedentError as error:
            logger.error("The command %s failed: %s", command_id, type(error).__name__)
            self.failed.emit(error)
        self.refreshed.emit()
        return True

    def shortcuts_of(self, command_id: str) -> tuple[str, ...]:
        """Give the keys of a command: the user's if there are any, else the declared ones."""
        declared = self.get(command_id).shortcut or ""
        text = self._user_shortcuts.get(command_id, declared)
        return tuple(part.strip() for part in text.split("; ") if part.strip())

    def set_shortcut(self, command_id: str, shortcut: str | None) -> None:
        """Give a command the user's own keys; "" takes them away, None restores the declared."""
        before = self.shortcuts_of(command_id)
        if shortcut is None or shortcut == (self.get(command_id).shortcut or ""):
            self._user_shortcuts.pop(command_id, None)
        else:
            self._user_shortcuts[command_id] = shortcut
        after = self.shortcuts_of(command_id)
        if after != before:
            self.shortcut_changed.emit(command_id, after)

    def user_shortcuts(self) -> dict[str, str]:
        """Give what differs from the declared shortcuts, to be saved."""
        return dict(self._user_shortcuts)

    def clashes(self) -> dict[str, tuple[str, ...]]:
        """Give each key that more than one command claims, with those commands' ids."""
        claims: dict[str, list[str]] = {}
        for command_id in self._commands:
            for key in self.shortcuts_of(command_id):
                claims.setdefault(key.casefold(), []).append(command_id)
        return {key: tuple(ids) for key, ids in claims.items() if len(ids) > 1}
