"""Words from outside (names of files, values of tags) made fit for a widget, whatever they hold."""

import html

from precedent_viewer.errors import one_line


def tool_tip(*lines: str) -> str:
    """Give a tooltip that shows its lines as they are: Qt alone would read `<b>` as bold."""
    shown = "<br>".join(html.escape(one_line(line)) for line in lines)
    return f'<span style="white-space: pre-wrap">{shown}</span>'


def label(text: str) -> str:
    """Give the words of a button or a menu entry: an & would otherwise become a key."""
    return one_line(text).replace("&", "&&")
