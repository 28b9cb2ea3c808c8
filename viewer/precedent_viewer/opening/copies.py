"""Files that hold an image which is open already: backups, discs copied into folders. No Qt.

A copy would count its image twice. It is known by its header and by its pixel data, byte for byte;
what differs in either is shown, whatever identity it claims.
"""

import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pydicom.uid import DeflatedExplicitVRLittleEndian

from precedent_viewer.errors import one_line
from precedent_viewer.model.study import Instance

CHUNK = 1 << 20


class Copies:
    """The images that were met, to tell their copies."""

    def __init__(self, known: Iterable[Instance] = ()) -> None:
        self._known: dict[str, list[Instance]] = {}
        self._lock = threading.Lock()
        for instance in known:
            self._known.setdefault(instance.sop_instance_uid, []).append(instance)

    def original_of(self, instance: Instance) -> Path | None:
        """Give the file of which an image's file is a copy; None, and it is kept in mind, else.

        Reads both files when all that is known of them agrees.
        """
        with self._lock:
            alike = tuple(self._known.get(instance.sop_instance_uid, ()))
        for one in alike:
            if one.path == instance.path:
                return None
            if replace(one, path=instance.path) == instance and _has_same_pixels(one, instance):
                return one.path
        with self._lock:
            self._known.setdefault(instance.sop_instance_uid, []).append(instance)
        return None


def copy_reason(original: Path, copy: Path) -> str:
    """Say of which file another is a copy."""
    folder = original.parent.name
    is_named_alike = original.name == copy.name and folder
    where = f"{original.name} in the folder {folder}" if is_named_alike else original.name
    return f"It is a copy of {one_line(where)}, which is shown."


def _has_same_pixels(one: Instance, other: Instance) -> bool:
    """Compare the ends of two files, where the pixel data is; of packed files all of them."""
    is_packed = one.transfer_syntax_uid == DeflatedExplicitVRLittleEndian
    length = None if is_packed or one.pixel_data_bytes == 0 else one.pixel_data_bytes
    try:
        with one.path.open("rb") as first, other.path.open("rb") as second:
            for file, path in ((first, one.path), (second, other.path)):
                size = path.stat().st_size
                file.seek(0 if length is None else max(size - length, 0))
            while True:
                chunk = first.read(CHUNK)
                if chunk != second.read(CHUNK):
                    return False
                if not chunk:
                    return True
    except OSError:
        return False  # What can be compared no more is shown, and says itself what is wrong.
