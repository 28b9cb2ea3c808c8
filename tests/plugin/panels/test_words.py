"""Words that fit wherever the panel is narrow."""

from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from precedent_plugin.panels.words import Line, Paragraph, breakable


def test_long_word_may_break_anywhere() -> None:
    assert breakable("x" * 30) == "\u200b".join("x" * 30)


@given(st.text())
def test_breaks_are_invisible(text: str) -> None:
    assert breakable(text).replace("\u200b", "") == text.replace("\u200b", "")


def test_narrow_line_ends_in_an_ellipsis_and_keeps_the_whole(qtbot: QtBot) -> None:
    line = Line("a long question about a picture")
    qtbot.addWidget(line)
    line.resize(60, 20)
    line.show()
    assert line.text().endswith("\N{HORIZONTAL ELLIPSIS}")
    assert line.whole == "a long question about a picture"
    assert line.toolTip() == line.whole


def test_paragraph_of_one_huge_word_stays_narrow(qtbot: QtBot) -> None:
    paragraph = Paragraph("x" * 2_000)
    qtbot.addWidget(paragraph)
    assert paragraph.minimumSizeHint().width() < 300


def test_markup_of_a_model_is_shown_not_obeyed(qtbot: QtBot) -> None:
    paragraph = Paragraph("<b>bold</b>")
    qtbot.addWidget(paragraph)
    assert paragraph.text() == "<b>bold</b>"
    assert paragraph.textFormat().name == "PlainText"
