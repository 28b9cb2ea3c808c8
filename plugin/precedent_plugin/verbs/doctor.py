"""`precedent doctor`: is everything here, does it fit together, is the library whole?"""

import argparse
import json
from pathlib import Path

from precedent_plugin.checkup import as_text, check_all, is_well, shown
from precedent_plugin.errors import PluginError, UsageError
from precedent_plugin.library import default_folder
from precedent_plugin.output import say, say_json
from precedent_plugin.storage.store import DATABASE_NAME, set_aside


def parser() -> argparse.ArgumentParser:
    """Give the arguments of the verb."""
    made = argparse.ArgumentParser(
        prog="precedent doctor",
        description="Check versions, devices, models and the library. No patient data is shown.",
    )
    made.add_argument("--json", action="store_true", help="print one JSON object")
    made.add_argument(
        "--report", type=Path, metavar="OUT.json", help="also write the findings into a file"
    )
    made.add_argument("--library", type=Path, metavar="FOLDER", help="instead of the user's own")
    made.add_argument(
        "--set-aside",
        action="store_true",
        help="rename a damaged library database and start an empty one; the pictures stay",
    )
    return made


def main(argv: list[str]) -> int:
    """Check, say what was found, and give 0, or 2 when something needs the user."""
    arguments = parser().parse_args(argv)
    folder: Path = arguments.library or default_folder()
    if arguments.set_aside:
        say(f"The library's database is kept as {shown(put_aside(folder))}.")
        return 0
    found = check_all(folder)
    if arguments.report is not None:
        write_report(arguments.report, json.dumps(found, indent=2) + "\n")
    if arguments.json:
        say_json(found)
    else:
        say(as_text(found))
    return 0 if is_well(found) else 2


def put_aside(folder: Path) -> Path:
    """Rename the library's database. Raises UsageError when there is none."""
    if not (folder / DATABASE_NAME).exists():
        raise UsageError(f"There is no library at {shown(folder)}.", "Nothing needs to be moved.")
    return set_aside(folder)


def write_report(path: Path, text: str) -> None:
    """Write the findings. Raises PluginError."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PluginError(
            f"The report {path} cannot be written ({error.strerror or error}).",
            "Choose another file.",
        ) from error
