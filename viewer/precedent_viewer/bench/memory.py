"""The most memory that this process has held."""

import sys

import psutil

MIB = 1 << 20


def peak_mib() -> float:
    """Give the peak of the resident memory since the process began, MiB."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / MIB
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kilobytes on Linux, bytes on macOS.
    return peak / MIB if sys.platform == "darwin" else peak / 1024
