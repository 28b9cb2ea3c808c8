"""What is printed cannot steer a terminal, and JSON survives every console."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_plugin.output import note, plain, say, say_json


def test_words_of_a_case_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say("benign\x1b[2J\x9b31m\u202egnorw\r")
    note("\x07bell")
    out, err = capsys.readouterr()
    assert out == "benign�[2J�31m�gnorw�\n"
    assert err == "�bell\n"


def test_lines_and_tabs_stay() -> None:
    assert plain("one\n\ttwo ü “→”") == "one\n\ttwo ü “→”"


@given(st.dictionaries(st.text(), st.text()))
def test_json_is_plain_ascii_and_comes_back(document: dict[str, str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        written: list[str] = []
        patch.setattr("sys.stdout.write", written.append)
        say_json(document)
    text = "".join(written)
    assert text.isascii()
    assert json.loads(text) == document
