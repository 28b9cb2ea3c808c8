"""Laws of the command registry."""

import pytest

from precedent_resources import PrecedentError
from precedent_viewer.commands import Command, CommandError, CommandRegistry


def command(command_id: str = "view.do-it", **more: object) -> Command:
    return Command(command_id, "Do it", lambda: None, **more)  # type: ignore[arg-type]


def test_an_id_is_registered_once() -> None:
    registry = CommandRegistry()
    registry.add(command())
    with pytest.raises(CommandError, match="registered twice"):
        registry.add(command())


@pytest.mark.parametrize("bad", ["zoom", ".zoom", "view.", "view.zoom in"])
def test_an_id_without_area_and_verb_is_refused(bad: str) -> None:
    with pytest.raises(CommandError, match=r"area\.verb-noun"):
        command(bad)


def test_an_unknown_command_is_named_in_the_error() -> None:
    with pytest.raises(CommandError, match=r"view\.fly"):
        CommandRegistry().run("view.fly")


def test_a_disabled_command_does_not_run() -> None:
    ran: list[int] = []
    registry = CommandRegistry()
    registry.add(Command("view.do-it", "Do", lambda: ran.append(1), when=lambda: False))
    assert registry.run("view.do-it") is False
    assert ran == []


def test_an_error_of_a_command_reaches_the_listener_as_a_sentence() -> None:
    def fail() -> None:
        raise PrecedentError("It broke.", "Mend it.")

    registry = CommandRegistry()
    heard: list[object] = []
    registry.failed.connect(heard.append)
    registry.add(Command("view.do-it", "Do", fail))
    registry.run("view.do-it")
    assert [str(error) for error in heard] == ["It broke. Mend it."]


def test_the_users_keys_replace_the_declared_ones() -> None:
    registry = CommandRegistry({"view.do-it": "X"})
    registry.add(command(shortcut="D"))
    assert registry.shortcuts_of("view.do-it") == ("X",)


def test_restoring_gives_the_declared_keys_back() -> None:
    registry = CommandRegistry({"view.do-it": "X"})
    registry.add(command(shortcut="D; Ctrl+D"))
    registry.set_shortcut("view.do-it", None)
    assert registry.shortcuts_of("view.do-it") == ("D", "Ctrl+D")
    assert registry.user_shortcuts() == {}


def test_keys_can_be_taken_away() -> None:
    registry = CommandRegistry()
    registry.add(command(shortcut="D"))
    registry.set_shortcut("view.do-it", "")
    assert registry.shortcuts_of("view.do-it") == ()
    assert registry.user_shortcuts() == {"view.do-it": ""}


def test_a_change_of_keys_is_told_only_when_they_changed() -> None:
    registry = CommandRegistry()
    heard: list[object] = []
    registry.add(command(shortcut="D"))
    registry.shortcut_changed.connect(lambda command_id, keys: heard.append((command_id, keys)))
    registry.set_shortcut("view.do-it", "D")
    registry.set_shortcut("view.do-it", "E")
    assert heard == [("view.do-it", ("E",))]


def test_a_key_claimed_twice_is_a_clash_in_any_spelling() -> None:
    registry = CommandRegistry()
    registry.add(command("view.one", shortcut="Ctrl+d"), command("view.two", shortcut="Ctrl+D"))
    assert registry.clashes() == {"ctrl+d": ("view.one", "view.two")}


def test_a_label_replaces_the_title_while_it_has_words() -> None:
    assert command(label=lambda: "Lung").text == "Lung"
    assert command().text == "Do it"
