"""Commands, layers and the tool that make viewports go together."""

from precedent_viewer.builtin.tools import choose_command
from precedent_viewer.commands import Command
from precedent_viewer.linking.cursor import CursorTool, SpaceCursor
from precedent_viewer.linking.lines import ReferenceLines
from precedent_viewer.linking.look import LinkedLook
from precedent_viewer.linking.scroll import LinkedScroll
from precedent_viewer.parts import Parts


def attach(parts: Parts) -> None:
    """Add linked scroll, linked looks, reference lines and the 3-D cursor."""
    views = parts.views
    scroll, look = LinkedScroll(views), LinkedLook(views)
    lines, cursor = ReferenceLines(views), SpaceCursor(views)
    views.add_layer(lambda _view: lines)
    views.add_layer(lambda _view: cursor)
    parts.shell.add_tool("cursor", lambda view: CursorTool(view, cursor))
    for signal in (scroll.changed, look.changed, lines.changed, cursor.changed):
        signal.connect(lambda: parts.registry.refreshed.emit())

    def several() -> bool:
        return len(views.on_screen) > 1

    parts.registry.add(
        Command("layout.link-scroll", "Link scrolling", scroll.toggle, "Layout", "L", several,
                "link", "Let viewports of one space, or from here on of two studies, scroll "
                "together.", checked=lambda: scroll.is_on, group=2),
        Command("layout.link-with-offset", "Link with this offset", scroll.keep_offset, "Layout",
                "Shift+L", several, None,
                "Scroll together from here on with the distance that the viewports have now.",
                group=2),
        Command("layout.link-place", "Link zoom and pan", look.toggle_place, "Layout", "Ctrl+Alt+L",
                several, None, "Show all viewports at one scale and place.",
                checked=lambda: look.is_place_on, group=2),
        Command("layout.link-grey", "Link window", look.toggle_grey, "Layout", "Ctrl+Shift+L",
                several, None, "Give all viewports of the same modality one window.",
                checked=lambda: look.is_grey_on, group=2),
        Command("layout.toggle-lines", "Reference lines", lines.toggle, "Layout", "X", None,
                None, "Show where the active image cuts the others.",
                checked=lambda: lines.is_on, group=3),
        Command("layout.toggle-end-lines", "First and last lines", lines.toggle_ends, "Layout",
                None, None, None, "Show the ends of the active series in the other viewports, too.",
                checked=lambda: lines.with_ends, group=3),
        choose_command(parts.tools, "cursor", "3-D cursor", "C", "target",
                       "Point at a place: all viewports of its space go there."),
        Command("tools.clear-cursor", "Remove the 3-D cursor", cursor.remove, "Tools", None,
                lambda: cursor.point is not None, None, "Take the cross away.", group=1),
    )  # fmt: skip
