"""Keep the interpreter's own work from holding up the window. No Qt."""

import gc
import sys

SWITCH_S = 0.001
"""A worker gives the interpreter's lock back after so long; Python's own 5 ms are a third of a
frame of a 60 Hz screen."""


def favour_window() -> None:
    """Call it once the window is built: what is there now lives as long as the window."""
    # A full collection stops every thread, and would hold up the scrolling by 50 ms.
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)


def keep_collections_short() -> None:
    """Call it when studies have been listed: their records stay, and need no looking through.

    They are freed as ever when the studies are closed; only what refers to itself would stay.
    """
    gc.collect(1)
    gc.freeze()
