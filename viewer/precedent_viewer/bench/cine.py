"""Frames a second of an ultrasound cine, in the window and beside pydicom's own decoding."""

import time
from pathlib import Path

import pydicom

from precedent_viewer.bench.session import Session
from precedent_viewer.cine.player import Player
from precedent_viewer.dicom.frames import read_frame
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.model.study import Frame


def pydicom_rate(path: Path) -> float:
    """Give frames a second of `pydicom.pixel_array`, with whatever decoder it chooses."""
    dataset = pydicom.dcmread(path)
    began = time.perf_counter()
    values = dataset.pixel_array
    return float(len(values) / (time.perf_counter() - began))


def decoding_rate(path: Path) -> float:
    """Give frames a second of ours, one after the other on one thread."""
    instance = read_instance(path)
    began = time.perf_counter()
    for index in range(instance.number_of_frames):
        read_frame(Frame(instance, index))
    return instance.number_of_frames / (time.perf_counter() - began)


def painting_rate(session: Session) -> float:
    """Give frames a second that come on the screen when each follows as soon as it can.

    Nothing but the neighbours of the first frame is decoded before.
    """
    app, view = session.app, session.app.view
    canvas, count = app.canvas, view.frame_count

    def follow() -> None:
        if view.shown_frame == view.frame:
            view.step(1)

    canvas.painted.connect(follow)
    began = time.perf_counter()
    view.step(1)
    session.wait(
        lambda: view.index == count - 1 and view.shown_frame == view.frame and canvas.is_current,
        "the last frame",
    )
    seconds = time.perf_counter() - began
    canvas.painted.disconnect(follow)
    return (count - 1) / seconds


def frames_missed(session: Session, seconds: float) -> int:
    """Play at the file's own rate for a while; gives the frames that never came on the screen."""
    player = Player(session.app.view.current)
    player.play()
    session.settle(seconds)
    player.stop()
    return player.not_shown
