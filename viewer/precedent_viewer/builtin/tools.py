"""Commands of the Tools menu: what the left button does."""

from precedent_viewer.active_view import ActiveView
from precedent_viewer.commands import Command
from precedent_viewer.tools.base import ToolName

TOOLS: tuple[tuple[ToolName, str, str, str, str], ...] = (
    ("window", "Window and level", "W", "window-level",
     "Drag sideways for contrast, up and down for brightness; Shift makes it fine."),
    ("region", "Region", "R", "region",
     "Drag a rectangle: what is asked or saved is then this part of the image."),
    ("pan", "Pan", "P", "pan", "Drag the image. The middle button always does this."),
    ("zoom", "Zoom", "Z", "zoom", "Drag up to magnify, down to shrink."),
    ("scroll", "Scroll", "S", "scroll", "Drag through the images of the series."),
)  # fmt: skip


def tool_commands(view: ActiveView) -> tuple[Command, ...]:
    """Give one command a tool, and the one that removes the region."""
    return (
        *(_choose(view, name, title, key, icon, doc) for name, title, key, icon, doc in TOOLS),
        Command("tools.clear-region", "Remove the region", lambda: view.set_region(None), "Tools",
                "Del", lambda: view.region is not None, "close",
                "Remove the rectangle, so that the whole image is meant again.", group=1),
    )  # fmt: skip


def _choose(view: ActiveView, name: ToolName, title: str, key: str, icon: str, doc: str) -> Command:
    return Command(
        f"tools.use-{name}", title, lambda: view.choose_tool(name), "Tools", key, None, icon, doc,
        checked=lambda: view.tool == name,
    )  # fmt: skip
