"""The page of commands, from registries made by hand, and in the window."""

import pytest
from pytestqt.qtbot import QtBot

from precedent_viewer.app import App
from precedent_viewer.commands import Command, CommandRegistry
from precedent_viewer.help.commands_page import commands_html, commands_markdown, rows_by_menu
from precedent_viewer.help.page import HelpPage


@pytest.fixture
def registry() -> CommandRegistry:
    made = CommandRegistry({"view.one": "Ctrl+9"})
    made.add(
        Command("help.it", "It", lambda: None, "Help", doc="Helps."),
        Command("view.turn", "Turn", lambda: None, "View/Rotate", doc="Turns."),
        Command("view.one", "One | two", lambda: None, "View", "A; Ctrl+A", doc="Does <one>."),
    )
    return made


def test_menus_come_in_the_order_of_the_menu_bar(registry: CommandRegistry) -> None:
    assert list(rows_by_menu(registry)) == ["View", "View/Rotate", "Help"]


def test_the_documentation_has_the_declared_keys(registry: CommandRegistry) -> None:
    assert r"| One \| two | `A`, `Ctrl+A` | Does <one>. |" in commands_markdown(registry)


def test_the_window_has_the_readers_keys(registry: CommandRegistry) -> None:
    page = commands_html(rows_by_menu(registry))
    assert "Ctrl+9" in page
    assert "Does &lt;one&gt;." in page


def test_numbered_commands_are_joined() -> None:
    made = CommandRegistry()
    made.add(
        *(Command(f"view.use-{n}", f"Preset {n}", lambda: None, "View", str(n), doc=f"Use {n}.")
          for n in (1, 2, 3)),
        Command("view.two", "2 x 2", lambda: None, "View", doc="Two."),
    )  # fmt: skip
    page = commands_markdown(made)
    assert "| Preset 1 to 3 | `1` to `3` | Use of this number. |" in page
    assert "| 2 x 2 |  | Two. |" in page


@pytest.mark.parametrize(("words", "count"), [("turn", 1), ("view", 2), ("rotate one", 0)])
def test_a_search_finds_menus_titles_and_words(
    registry: CommandRegistry, words: str, count: int
) -> None:
    assert commands_html(rows_by_menu(registry), words).count("<tr>") == count


def test_every_command_of_the_window_stands_on_its_page(app: App, qtbot: QtBot) -> None:
    app.registry.run("help.show-commands")
    (page,) = app.window.findChildren(HelpPage)
    text = page.text.toPlainText()
    stems = {one.title.rstrip(" 0123456789") for one in app.registry.all()}
    assert [stem for stem in stems if stem not in text] == []
    page.search.setText("hounsfield")
    assert page.text.toPlainText() == "No command has these words."
