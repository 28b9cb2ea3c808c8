"""How long a change of the window takes until it is on the screen."""

import time

from precedent_viewer.bench.session import Session

CHANGES = 40


def window_change_ms(session: Session) -> list[float]:
    """Change the window as a drag does; gives the time of each change until it was painted."""
    app, grey = session.app, session.app.view.grey
    painted: list[float] = []
    canvas = app.canvas

    def note() -> None:
        painted.append(time.perf_counter())

    canvas.painted.connect(note)
    times: list[float] = []
    for change in range(CHANGES):
        shown = grey.shown_window
        assert shown is not None, "the mammogram is grey"
        painted.clear()
        began = time.perf_counter()
        grey.change_window(center=1500.0 + 10 * change, width=shown.width)
        session.wait(lambda: bool(painted), "the new window")
        times.append(1000 * (painted[0] - began))
    canvas.painted.disconnect(note)
    return times
