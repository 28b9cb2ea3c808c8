"""Every command as a page of text, made from the registry alone. No Qt."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from precedent_viewer.commands import MENU_ORDER, Command, CommandRegistry

HEAD = """# Commands

Everything that the window does, menu by menu, with the keys that it has at first. `Ctrl+Shift+P`
finds a command by a few letters, `Ctrl+K` gives it other keys, *Help, Mouse buttons* changes the
mouse. `F1` shows this page with your own keys. This page is made from the commands themselves.
"""
MOUSE = """
## Mouse

| | |
| --- | --- |
| left button | the tool that is chosen, window and level at first |
| middle button | pan |
| right button | zoom while the left button windows, else window and level |
| wheel | scrolls through the images, with Shift five at a time; zooms with Ctrl |
| double click | lets a viewport fill the window, or brings the others back |
"""


@dataclass(frozen=True, slots=True)
class HelpRow:
    """One command, ready to be read."""

    title: str
    keys: str
    doc: str
    id: str


def rows_by_menu(
    registry: CommandRegistry, *, declared: bool = False
) -> Mapping[str, tuple[HelpRow, ...]]:
    """Give the commands of each menu and sub-menu, in the order of the menu bar.

    declared: the keys that commands have at first, in place of the reader's own.
    """
    found: dict[str, list[HelpRow]] = {}
    for command in sorted(registry.all(), key=_place):
        menu = command.menu or "Without a menu"
        found.setdefault(menu, []).append(_row(registry, command, declared=declared))
    return {menu: tuple(rows) for menu, rows in found.items()}


def commands_markdown(registry: CommandRegistry) -> str:
    """Write the page of the documentation."""
    parts = [HEAD.rstrip()]
    for menu, rows in rows_by_menu(registry, declared=True).items():
        parts.append(f"\n## {menu.replace('/', ', ')}\n")
        parts.append("| command | keys | what it does |")
        parts.append("| --- | --- | --- |")
        parts += [
            f"| {_cell(row.title)} | {_keys_cell(row.keys)} | {_cell(row.doc)} |"
            for row in folded(rows)
        ]
    return "\n".join(parts) + "\n" + MOUSE


def folded(rows: Sequence[HelpRow]) -> tuple[HelpRow, ...]:
    """Join commands that differ in their number alone: `Preset 1 to 9`."""
    found: list[HelpRow] = []
    for _, group in groupby(rows, key=_without_number):
        same = list(group)
        first, last = same[0], same[-1]
        if len(same) == 1:
            found.append(first)
            continue
        number = first.title.rpartition(" ")[2]
        keys = f"{first.keys} to {last.keys}" if first.keys and last.keys else ""
        title = f"{first.title} to {last.title.rpartition(' ')[2]}"
        doc = re.sub(rf"\b{number}\b", "of this number", first.doc)
        found.append(HelpRow(title, keys, doc, first.id))
    return tuple(found)


def _without_number(row: HelpRow) -> tuple[str, str]:
    stem, _, number = row.title.rpartition(" ")
    if not (stem and number.isdigit()):
        return (row.id, "")
    return (stem, re.sub(rf"\b{number}\b", "", row.doc))


def commands_html(menus: Mapping[str, Iterable[HelpRow]], words: str = "") -> str:
    """Write the page of the window; words: only commands in which all of them stand."""
    wanted = words.casefold().split()
    parts: list[str] = []
    for menu, rows in menus.items():
        left = [row for row in rows if all(word in _searched(menu, row) for word in wanted)]
        if left:
            parts.append(f"<h3>{html.escape(menu.replace('/', ', '))}</h3>")
            parts.append('<table width="100%" cellpadding="4">')
            parts += [_html_row(row) for row in folded(left)]
            parts.append("</table>")
    return "".join(parts) or "<p>No command has these words.</p>"


def _row(registry: CommandRegistry, command: Command, *, declared: bool) -> HelpRow:
    keys = command.shortcut or "" if declared else "; ".join(registry.shortcuts_of(command.id))
    return HelpRow(command.title, keys, command.doc, command.id)


def _place(command: Command) -> tuple[int, str, bool]:
    top, slash, _ = (command.menu or "").partition("/")
    at = MENU_ORDER.index(top) if top in MENU_ORDER else len(MENU_ORDER)
    # Commands of the menu itself come before those of its sub-menus, else in their own order.
    return (at, command.menu or "" if slash else "", bool(slash))


def _searched(menu: str, row: HelpRow) -> str:
    return f"{menu} {row.title} {row.keys} {row.doc}".casefold()


def _html_row(row: HelpRow) -> str:
    keys = html.escape(row.keys.replace("; ", ", "))
    return (
        f'<tr><td width="28%"><b>{html.escape(row.title)}</b></td>'
        f'<td width="17%">{keys}</td><td>{html.escape(row.doc)}</td></tr>'
    )


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _keys_cell(keys: str) -> str:
    ends = keys.split(" to ")
    if len(ends) == 2:
        return f"`{ends[0]}` to `{ends[1]}`"
    return ", ".join(f"`{key}`" for key in keys.split("; ") if key)
