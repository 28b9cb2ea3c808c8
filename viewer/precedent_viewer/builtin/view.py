"""Commands of the View menu: where the reader is and how the image lies."""

from precedent_viewer.active_view import ActiveView
from precedent_viewer.commands import Command

ZOOM_STEP = 1.25
PAGE = 10


def view_commands(view: ActiveView) -> tuple[Command, ...]:
    """Give the commands that move through images and place them."""
    return (*_moving(view), *_placing(view))


def _moving(view: ActiveView) -> tuple[Command, ...]:
    def several() -> bool:
        return view.frame_count > 1

    def phased() -> bool:
        return len(view.phases) > 1

    return (
        Command("view.next-image", "Next image", lambda: view.step(1), "View/Go", "Down",
                several, "chevron-down", "Show the next image of the series."),
        Command("view.previous-image", "Previous image", lambda: view.step(-1), "View/Go", "Up",
                several, "chevron-up", "Show the image before this one."),
        Command("view.forward-ten", "Ten images forward", lambda: view.step(PAGE), "View/Go",
                "PgDown", several, None, "Jump ten images towards the end."),
        Command("view.back-ten", "Ten images back", lambda: view.step(-PAGE), "View/Go",
                "PgUp", several, None, "Jump ten images towards the beginning."),
        Command("view.first-image", "First image", lambda: view.go_to(0), "View/Go", "Home",
                several, None, "Show the first image of the series."),
        Command("view.last-image", "Last image", lambda: view.go_to(view.frame_count - 1),
                "View/Go", "End", several, None, "Show the last image of the series."),
        Command("view.next-phase", "Next phase", lambda: view.go_to_phase(view.phase + 1),
                "View/Go", "Right", phased, None,
                "Show the same place at the next time point, echo or b-value."),
        Command("view.previous-phase", "Previous phase", lambda: view.go_to_phase(view.phase - 1),
                "View/Go", "Left", phased, None, "Show the same place one phase earlier."),
        Command("view.next-series", "Next series", lambda: view.step_series(1), "View/Go",
                "Ctrl+Down", view.has_series, "chevron-right",
                "Show the series below in the list."),
        Command("view.previous-series", "Previous series", lambda: view.step_series(-1), "View/Go",
                "Ctrl+Up", view.has_series, "chevron-left", "Show the series above in the list."),
    )  # fmt: skip


def _placing(view: ActiveView) -> tuple[Command, ...]:
    has = view.has_image
    return (
        Command("view.zoom-in", "Zoom in", lambda: view.place.zoom_by(ZOOM_STEP), "View",
                "Ctrl++; Ctrl+=", has, "zoom",
                "Magnify about the middle. Ctrl and the wheel zoom about the pointer.",
                group=1),
        Command("view.zoom-out", "Zoom out", lambda: view.place.zoom_by(1 / ZOOM_STEP), "View",
                "Ctrl+-", has, "zoom-out", "Shrink about the middle.", group=1),
        Command("view.fit-window", "Fit to window", lambda: view.place.fit(), "View",
                "F; Ctrl+0", has, "fit",
                "Show the whole image, as large as it fits.", group=1),
        Command("view.show-actual-size", "One to one", lambda: view.place.one_to_one(), "View",
                "Ctrl+1", has, "one-to-one",
                "One pixel of the image on one pixel of the screen.", group=1),
        Command("view.rotate-right", "Rotate right", lambda: view.place.rotate(1), "View", "]",
                has, "rotate", "Turn the image a quarter to the right.", group=2),
        Command("view.rotate-left", "Rotate left", lambda: view.place.rotate(-1), "View", "[", has,
                "rotate-left", "Turn the image a quarter to the left.", group=2),
        Command("view.flip-horizontal", "Flip left and right",
                lambda: view.place.mirror(left_right=True),
                "View", "H", has, "flip-h",
                "Mirror the image left to right; the letters follow.", group=2),
        Command("view.flip-vertical", "Flip top and bottom",
                lambda: view.place.mirror(left_right=False),
                "View", "V", has, "flip-v",
                "Mirror the image top to bottom; the letters follow.", group=2),
        Command("view.reset-view", "Reset view", view.reset, "View", "Ctrl+R", has, "reset",
                "Fit the image and take back window, inversion, rotation and flips.", group=2),
    )  # fmt: skip
