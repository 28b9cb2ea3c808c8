"""`precedent` finds the verb, opens the window without one, and says errors in a sentence."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from precedent_inference.errors import EngineLost, PromptError
from precedent_plugin import __main__ as command_line
from precedent_plugin.__main__ import choose, installed_verbs, main, overview, say_bug
from precedent_plugin.errors import UsageError

HERE = "test_main_verbs"


def good(argv: list[str]) -> int:
    sys.stdout.write(f"good {argv}\n")
    return 0


def mistaken(_: list[str]) -> int:
    raise PromptError("The question is empty.", "Type a few words.")


def lost(_: list[str]) -> int:
    raise EngineLost("The engine was lost.")


def interrupted(_: list[str]) -> int:
    raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def verbs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verbs of this file in the place of the installed ones."""
    monkeypatch.setitem(sys.modules, HERE, sys.modules[__name__])
    names = {
        "window": "good",
        "ask": "good",
        "bad": "mistaken",
        "lost": "lost",
        "stop": "interrupted",
    }
    found = {
        name: EntryPoint(name, f"{HERE}:{function}", command_line.GROUP)
        for name, function in names.items()
    }
    monkeypatch.setattr(command_line, "installed_verbs", lambda: found)


def test_verb_gets_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "a.png", "-q", "Where?"]) == 0
    assert capsys.readouterr().out == "good ['a.png', '-q', 'Where?']\n"


@pytest.mark.parametrize("words", [[], ["--theme", "light"], [str(Path(__file__))]])
def test_window_opens_without_a_verb(words: list[str]) -> None:
    assert choose(words, command_line.installed_verbs()) == ("window", words)


def test_path_that_is_called_like_a_verb_is_the_verb() -> None:
    assert choose(["ask"], command_line.installed_verbs()) == ("ask", [])


def test_unknown_word_is_refused_with_what_comes_close(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["askk"]) == 2
    assert "Did you mean `precedent ask`?" in capsys.readouterr().err


def test_nothing_installed_is_said() -> None:
    with pytest.raises(UsageError, match="not installed"):
        choose([], {})


@pytest.mark.parametrize(("verb", "status"), [("bad", 2), ("lost", 3), ("stop", 130)])
def test_error_is_one_sentence_with_its_status(
    verb: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("precedent: ")


def test_debug_shows_where_it_came_from() -> None:
    with pytest.raises(PromptError):
        main(["bad", "--debug"])


def test_bug_is_one_sentence_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    nothing: dict[str, str] = {}
    try:
        nothing["absent"]
    except KeyError as error:
        say_bug(type(error), error, error.__traceback__)
    err = capsys.readouterr().err
    assert "KeyError at test_bug_is_one_sentence_with_its_place:" in err
    assert err.count("\n") == 1


def test_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {name}" in out for name in command_line.installed_verbs())


def test_overview_of_no_verb_is_help_all_the_same() -> None:
    assert overview({}).startswith("usage: precedent")


def test_installed_verbs_are_the_projects() -> None:
    found = installed_verbs()
    if not found:
        pytest.skip("Precedent is not installed in this Python; run pip install -e .")
    assert {"ask", "demo", "casebook", "doctor", "window"} <= found.keys()
