"""Commands of the Tools menu: what the left button does."""

from precedent_viewer.active_view import ActiveView
from precedent_viewer.commands import Command
from precedent_viewer.tools.base import ToolName
from precedent_viewer.tools.choice import ToolChoice

TOOLS: tuple[tuple[ToolName, str, str, str, str], ...] = (
    ("window", "Window and level", "W", "window-level",
     "Drag sideways for contrast, up and down for brightness; Shift makes it fine."),
    ("region", "Region", "R", "region",
     "Drag a rectangle: what is asked or saved is then this part of the image."),
    ("pan", "Pan", "P", "pan", "Drag the image. The middle button does it, too."),
    ("zoom", "Zoom", "Z", "zoom", "Drag up to magnify, down to shrink."),
    ("lens", "Magnifier", "M", "search",
     "Hold the button: what is under the pointer is shown larger."),
    ("scroll", "Scroll", "S", "scroll", "Drag through the images of the series."),
)  # fmt: skip


def tool_commands(view: ActiveView, choice: ToolChoice) -> tuple[Command, ...]:
    """Give one command a tool, and the one that removes the region."""
    return (
        *(choose_command(choice, *said) for said in TOOLS),
        Command("tools.clear-region", "Remove the region", lambda: view.set_region(None), "Tools",
                "Del", lambda: view.region is not None, "close",
                "Remove the rectangle, so that the whole image is meant again.", group=1),
    )  # fmt: skip


def choose_command(
    choice: ToolChoice,
    name: ToolName,
    title: str,
    key: str | None,
    icon: str,
    doc: str,
    *,
    menu: str = "Tools",
) -> Command:
    """Give the command by which the left button gets a tool."""
    return Command(
        f"tools.use-{name}", title, lambda: choice.choose(name), menu, key, None, icon, doc,
        checked=lambda: choice.left == name,
    )  # fmt: skip
