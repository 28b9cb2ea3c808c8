"""Commands of the Layout menu: how many viewports there are and which one is active."""

from functools import partial

from precedent_viewer.commands import Command
from precedent_viewer.views import Layout, Views

LAYOUTS: tuple[tuple[Layout, str | None], ...] = (
    ((1, 1), "Alt+1"), ((1, 2), "Alt+2"), ((2, 1), None), ((2, 2), "Alt+4"), ((1, 3), "Alt+3"),
    ((2, 3), "Alt+6"), ((3, 3), "Alt+9"), ((1, 4), None), ((2, 4), "Alt+8"), ((3, 4), None),
    ((4, 4), None),
)  # fmt: skip


def layout_commands(views: Views) -> tuple[Command, ...]:
    """Give the commands that lay out the viewports."""

    def several() -> bool:
        return len(views.on_screen) > 1

    def is_many() -> bool:
        return len(views.all) > 1

    return (
        *(_layout(views, layout, key) for layout, key in LAYOUTS),
        Command("layout.toggle-single", "Only this viewport", views.toggle_single, "Layout",
                "Return", is_many, "layout",
                "Let the active viewport fill the window; again brings the others back. A double "
                "click does the same.", checked=lambda: views.is_single, group=1),
        Command("layout.next-viewport", "Next viewport", lambda: views.step(1), "Layout",
                "Alt+Right", several, None, "Work in the viewport after this one.", group=1),
        Command("layout.previous-viewport", "Previous viewport", lambda: views.step(-1), "Layout",
                "Alt+Left", several, None, "Work in the viewport before this one.", group=1),
    )  # fmt: skip


def _layout(views: Views, layout: Layout, key: str | None) -> Command:
    rows, columns = layout
    title = f"{rows} \N{MULTIPLICATION SIGN} {columns}"
    words = "one viewport" if layout == (1, 1) else f"{rows} by {columns} viewports"
    return Command(
        f"layout.set-{rows}-by-{columns}", title, partial(views.set_layout, rows, columns),
        "Layout", key, None, None, f"Show {words}.",
        checked=lambda: views.layout == layout and not views.is_single,
    )  # fmt: skip
