"""Write a file so that a full disk or a crash leaves the old one or the new one, never half."""

import os
import secrets
from pathlib import Path


def replace_file(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file whole, then put it in the place of the old one. Raises OSError.

    What is no regular file (a pipe, a device) has nothing to lose and is written to directly.
    mode: permissions of a new file, less those that the user's mask takes away.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as target:
            target.write(content)
        return
    # A link stays a link: what it points to is replaced.
    goal = path.resolve()
    part = goal.with_name(f".precedent-{secrets.token_hex(6)}.part")
    try:
        with open(part, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if goal.exists():
            part.chmod(goal.stat().st_mode & 0o777)
        part.replace(goal)
    except OSError:
        part.unlink(missing_ok=True)
        raise
