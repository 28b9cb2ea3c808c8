"""Open the window: `python -m precedent_viewer [PATH…]`, the verb `window` of the command line."""

import argparse
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from PyQt6.QtWidgets import QApplication

from precedent_viewer.settings import ThemeName

NO_SCREEN = "There is no screen to open a window on; use --screenshot OUT.png, or `precedent ask`."


def parser() -> argparse.ArgumentParser:
    """Give the arguments of the verb."""
    made = argparse.ArgumentParser(
        prog="precedent window", description="Open DICOM files, folders and pictures in a window."
    )
    made.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="file or folder to open")
    made.add_argument(
        "--theme", choices=get_args(ThemeName), help="look of this run and the following ones"
    )
    made.add_argument(
        "--screenshot",
        type=Path,
        metavar="OUT.png",
        help="open, wait until the image is painted, save a picture of the window and end",
    )
    return made


def has_screen(platform: str, environment: Mapping[str, str]) -> bool:
    """Say whether Qt will find a screen: without one it would end the process, not raise."""
    names = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")
    return platform != "linux" or any(environment.get(name) for name in names)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the window; 0 when all went well, 2 when there is nothing to show or no screen."""
    arguments = parser().parse_args(argv)
    if not has_screen(sys.platform, os.environ):
        if arguments.screenshot is None:
            sys.stderr.write(f"precedent: {NO_SCREEN}\n")
            return 2
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # Qt and the panels are imported late, so that `--help` is quick.
    from precedent_viewer.running import run_window, take_screenshot

    logging.getLogger().setLevel(logging.INFO)
    application = QApplication.instance() or QApplication(["precedent"])
    assert isinstance(application, QApplication)
    if arguments.screenshot is not None:
        return take_screenshot(
            application, arguments.paths, arguments.screenshot, arguments.theme or "dark"
        )
    return run_window(application, arguments.paths, arguments.theme)


if __name__ == "__main__":
    sys.exit(main())
