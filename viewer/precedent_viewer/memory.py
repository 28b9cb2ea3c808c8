"""How much memory the images may take: one cap for the whole process. No Qt.

What must be held whole, such as a volume, claims its share; decoded frames, which can always be
decoded again, live in what is left. Used on the GUI thread alone.
"""

import psutil
from psygnal import Signal

from precedent_viewer.errors import ViewerError

MIB = 1 << 20
RESERVE_BYTES = 256 * MIB
"""For what is under way: frames being decoded, painted pictures, thumbnails, headers."""
LEAST_FRAMES_BYTES = 48 * MIB
"""Frames are never left with less, so that the image on the screen and its neighbours fit."""


class MemoryCapError(ViewerError):
    """What was asked for does not fit under the cap."""


class MemoryBudget:
    """The cap, who has claimed what of it, and what is left for frames."""

    left_changed = Signal(int)
    """Bytes left for decoded frames."""

    def __init__(self, cap_bytes: int, taken_bytes: int) -> None:
        """taken_bytes: what the process holds before any image is open."""
        self.cap_bytes = cap_bytes
        self._taken_bytes = taken_bytes
        self._claims: dict[str, int] = {}

    def set_cap(self, cap_bytes: int) -> None:
        """Take another cap; what is claimed stays, frames make room at once."""
        self.cap_bytes = cap_bytes
        self.left_changed.emit(self.left_bytes)

    @property
    def claims(self) -> dict[str, int]:
        """Bytes by the name of who claimed them."""
        return dict(self._claims)

    @property
    def left_bytes(self) -> int:
        """What decoded frames may take."""
        return max(self._free_bytes, LEAST_FRAMES_BYTES)

    def claim(self, name: str, size_bytes: int) -> None:
        """Take a share under a name of its own, in place of an earlier one of that name.

        Frames make room at once. Raises MemoryCapError, and takes nothing, when it does not fit.
        """
        free = self._free_bytes + self._claims.get(name, 0) - LEAST_FRAMES_BYTES
        if size_bytes > free:
            raise MemoryCapError(
                f"{name} needs {size_bytes // MIB:,} MiB, but under the cap of "
                f"{self.cap_bytes // MIB:,} MiB only {max(free, 0) // MIB:,} are left.",
                "Close what is not needed, or raise the memory cap in the settings.",
            )
        self._claims[name] = size_bytes
        self.left_changed.emit(self.left_bytes)

    def release(self, name: str) -> None:
        """Give a share back; a name without one changes nothing."""
        if self._claims.pop(name, None) is not None:
            self.left_changed.emit(self.left_bytes)

    @property
    def _free_bytes(self) -> int:
        used = self._taken_bytes + RESERVE_BYTES + sum(self._claims.values())
        return self.cap_bytes - used


def process_budget(memory_mib: int) -> MemoryBudget:
    """Give the budget of this process; 0 MiB means a quarter of the machine's memory."""
    return MemoryBudget(cap_of(memory_mib), psutil.Process().memory_info().rss)


def cap_of(memory_mib: int) -> int:
    """Give the cap that a setting means, bytes."""
    return memory_mib * MIB if memory_mib else psutil.virtual_memory().total // 4
