"""How long a plane through a volume takes: straight ones and turned ones. No Qt."""

import math
import threading
import time
from pathlib import Path

from precedent_viewer.dicom.index import read_instance
from precedent_viewer.model.study import Frame
from precedent_viewer.volume.mpr import NAMES, ThreePlanes
from precedent_viewer.volume.reslice import ResliceReader
from precedent_viewer.volume.stack import build_volume

PLANES = 20
"""Of each of the three directions, evenly spread."""
TURN = math.radians(20)


def plane_times_ms(study: Path, slices: int) -> tuple[list[float], list[float]]:
    """Make a volume of the first slices; gives the times of straight planes and of turned ones."""
    files = sorted(study.iterdir())[:slices]
    frames = [Frame(read_instance(file), 0) for file in files]
    planes = ThreePlanes(build_volume(frames, threading.Event()))
    straight = _times(planes)
    planes.turn("axial", TURN)
    planes.turn("coronal", TURN)
    return straight, _times(planes)


def _times(planes: ThreePlanes) -> list[float]:
    times: list[float] = []
    for name in NAMES:
        stack = planes.reformat(name).stack
        reader = ResliceReader(planes.volume, stack, planes.slab)
        for part in range(PLANES):
            index = (2 * part + 1) * stack.count // (2 * PLANES)
            began = time.perf_counter()
            reader.read(index)
            times.append(1000 * (time.perf_counter() - began))
    return times
