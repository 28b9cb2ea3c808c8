"""Volumes whose header names the file of the values: NRRD and MetaImage. No Qt.

A header may name any file of the machine, or of another. Only files beside it, or in folders
beside it, are read.
"""

from pathlib import Path, PurePosixPath, PureWindowsPath

from precedent_viewer.errors import FileError, one_line

HEADERS = (".nhdr", ".mhd", ".hdr")
NAMING = (".nhdr", ".mhd", ".nrrd", ".mha")
VALUES = (".raw", ".zraw", ".raw.gz", ".img", ".img.gz", ".gz")
HEADER_BYTES = 1 << 16
KEYS = ("data file:", "datafile:", "elementdatafile=")
"""By which headers name the file of their values, without blanks after them."""
INLINE = ("local", "list")
"""The values follow in the same file, or names follow in the next lines."""


class ValuesAlone(FileError):
    """A file holds the values of a header beside it, and nothing by itself."""

    def __init__(self, values: Path, header: Path) -> None:
        super().__init__(f"{values.name}: it holds the values of {header.name}.", "Open that file.")
        self.header = header


def check_values_are_beside(header: Path) -> None:
    """Raise FileError when a header names a file elsewhere, or one that is not there.

    Headers of other formats name no files.
    """
    if not header.name.casefold().endswith(NAMING):
        return
    for name in _named_files(header):
        said = one_line(name)
        if _points_elsewhere(name):
            raise FileError(
                f"{header.name}: its values lie outside its folder ({said}), where none are read.",
                "Put both files into one folder.",
            )
        is_pattern = "%" in name
        if not is_pattern and not (header.parent / name).is_file():
            raise FileError(
                f"{header.name}: the file of its values, {said}, is missing.",
                "Put it beside the header.",
            )


def header_of(values: Path) -> Path | None:
    """Give the header beside a file of values, None when there is none."""
    name = values.name.casefold()
    ending = next((one for one in VALUES if name.endswith(one)), None)
    if ending is None:
        return None
    stem = values.name[: -len(ending)]
    beside = (values.with_name(f"{stem}{one}") for one in HEADERS)
    return next((one for one in beside if one.is_file()), None)


def _named_files(header: Path) -> list[str]:
    with header.open("rb") as file:
        text = file.read(HEADER_BYTES).decode("latin-1")
    lines = text.splitlines()
    for at, line in enumerate(lines):
        key, value = _split(line)
        if key not in KEYS:
            # An empty line ends an NRRD header; what follows are values.
            if not line and text.startswith("NRRD"):
                return []
            continue
        if value.casefold().split(" ")[0] == "list":
            return [one.strip() for one in lines[at + 1 :] if one.strip()]
        # A pattern is followed by the numbers that it runs through.
        return (
            [] if value.casefold() in INLINE else [value.split(" ")[0] if "%" in value else value]
        )
    return []


def _split(line: str) -> tuple[str, str]:
    """Part a line into its key, with the sign after it, and its value."""
    for sign in (":", "="):
        key, found, value = line.partition(sign)
        if found and f"{key.strip().casefold()}{sign}" in KEYS:
            return f"{key.strip().casefold()}{sign}", value.strip()
    return "", ""


def _points_elsewhere(name: str) -> bool:
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    return bool(windows.drive or windows.root or posix.is_absolute() or ".." in windows.parts)
