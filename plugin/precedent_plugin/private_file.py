"""Files that only the user can read, on POSIX by mode and on Windows by access list."""

import getpass
import os
import subprocess
import sys
from pathlib import Path

ACCESS_TIMEOUT_S = 20


def create_private(path: Path, content: bytes) -> None:
    """Write a new file that only the user can read; leave one alone that came first.

    The content appears whole under its name: a second process never reads half a key.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        restrict(draft)
        _publish(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def restrict(path: Path) -> None:
    """Take every right to `path` from all but its owner.

    On Windows `chmod` knows only read-only, so the access list is replaced with one entry.
    """
    if sys.platform == "win32":
        subprocess.run(
            ["icacls", str(path), "/inheritance:r", "/grant:r", f"{getpass.getuser()}:F"],
            check=False,
            capture_output=True,
            timeout=ACCESS_TIMEOUT_S,
        )
    else:
        path.chmod(0o600)


def _publish(draft: Path, path: Path) -> None:
    """Give the draft its name unless another process was first."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:
        # File systems without hard links (FAT, some network shares).
        if not path.exists():
            draft.replace(path)
