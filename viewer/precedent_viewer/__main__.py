"""Open the window: `python -m precedent_viewer [PATH…]`, the verb `window` of the command line."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from PyQt6.QtWidgets import QApplication

from precedent_viewer.settings import ThemeName


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


def main(argv: Sequence[str] | None = None) -> int:
    """Run the window; 0 when all went well, 2 when a screenshot has no image to show."""
    arguments = parser().parse_args(argv)
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
