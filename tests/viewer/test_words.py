"""Words from outside in widgets."""

from PyQt6.QtGui import QTextDocumentFragment

from precedent_viewer.words import label, tool_tip


def test_a_tooltip_shows_what_looks_like_a_format_as_it_is() -> None:
    lines = ("/scans/<b>a</b>&amp;.dcm", "It is  empty.")
    shown = QTextDocumentFragment.fromHtml(tool_tip(*lines)).toPlainText()
    assert shown.splitlines() == list(lines)


def test_a_label_keeps_its_ampersand_and_its_line() -> None:
    assert label("Tom & Jerry\n2") == "Tom && Jerry\N{REPLACEMENT CHARACTER}2"
