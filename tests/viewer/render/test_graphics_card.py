"""The graphics card paints what numpy paints, to the grey level; without one numpy goes on."""

import logging
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.dicom.lut import LookupTable, Rescale
from precedent_viewer.errors import GraphicsError
from precedent_viewer.grey_levels import GreyChoice
from precedent_viewer.model.voi import Window
from precedent_viewer.render import graphics_card, looks
from precedent_viewer.render.graphics_card import GraphicsCard
from precedent_viewer.render.image import halved
from precedent_viewer.render.looks import ImagePainter, Look

RNG = np.random.default_rng(5)


@pytest.fixture(scope="module")
def card() -> Iterator[GraphicsCard]:
    try:
        made = GraphicsCard()
    except GraphicsError as error:
        pytest.skip(f"no OpenGL here (Debian: libegl1, libgl1-mesa-dri): {error.message}")
    yield made
    made.release()


@pytest.fixture
def every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small frames take the way of large ones."""
    monkeypatch.setattr(looks, "LARGE", 1)


def values(kind: type[np.integer[Any]], rows: int, columns: int) -> NDArray[Any]:
    info = np.iinfo(kind)
    return RNG.integers(info.min, info.max, (rows, columns), dtype=kind, endpoint=True)


@pytest.mark.parametrize("level", [0, 1, 2, 3])
@pytest.mark.parametrize("size", [(64, 48), (7, 5), (1, 9), (33, 64)])
@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16, np.int16])
def test_any_table_and_any_halving(
    card: GraphicsCard, kind: type[np.integer[Any]], size: tuple[int, int], level: int
) -> None:
    stored = values(kind, *size)
    bits = 8 * stored.dtype.itemsize
    table = RNG.integers(0, 256, 1 << bits, dtype=np.uint8)
    wanted = table[stored.view(f"u{stored.dtype.itemsize}")]
    for _ in range(level):
        wanted = halved(wanted)
    np.testing.assert_array_equal(card.paint(stored, table, level), wanted)


LUT = LookupTable(-1000, np.linspace(0, 4095, 3000).astype(np.uint16), 12)
CASES = {
    "window": (FramePixels(values(np.int16, 60, 50), "MONOCHROME2", Rescale(1, -1024),
                           bits_stored=16), Window(40, 400)),
    "inverted": (FramePixels(values(np.uint16, 60, 50), "MONOCHROME1", bits_stored=16),
                 Window(3000, 5000)),
    "sigmoid": (FramePixels(values(np.uint16, 60, 50), "MONOCHROME2", bits_stored=16),
                Window(30000, 9000, "SIGMOID")),
    "padding": (FramePixels(values(np.int16, 60, 50), "MONOCHROME1", bits_stored=16,
                            padding=(-32768, -20000)), Window(0, 30000, "LINEAR_EXACT")),
    "table": (FramePixels(values(np.int16, 60, 50), "MONOCHROME2", voi_luts=(LUT,),
                          bits_stored=16), None),
    "bytes": (FramePixels(values(np.uint8, 60, 50), "MONOCHROME2"), None),
}  # fmt: skip


@pytest.mark.usefixtures("every_size", "card")
@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", CASES)
def test_both_ways_agree_within_one_grey_level(name: str, level: int) -> None:
    pixels, window = CASES[name]
    look = Look(pixels, GreyChoice(window=window, inverted=name == "table"), level)
    processor, painter = ImagePainter(), ImagePainter()
    assert painter.use_card() == painter.card_name
    by_card, by_numpy = painter.picture(look), processor.picture(look)
    assert by_card.level == by_numpy.level == level
    away = np.abs(by_card.array.astype(int) - by_numpy.array)
    assert away.max() <= 1
    assert painter.card_name is not None, "the card has failed, so numpy was compared with itself"
    painter.leave_card()
    assert painter.card_name is None


def test_two_threads_take_turns(card: GraphicsCard) -> None:
    table = np.arange(256, dtype=np.uint8)
    frames = [np.full((40, 40), level, np.uint8) for level in (10, 200, 90, 7)]
    found: dict[int, NDArray[np.uint8]] = {}

    def paint(at: int) -> None:
        for _ in range(5):
            found[at] = card.paint(frames[at], table, 1)

    threads = [threading.Thread(target=paint, args=(at,)) for at in range(len(frames))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [int(found[at].max()) for at in range(4)] == [10, 200, 90, 7]
    assert [int(found[at].min()) for at in range(4)] == [10, 200, 90, 7]


def test_only_so_many_frames_stay_on_the_card(card: GraphicsCard) -> None:
    for _ in range(5):
        card.paint(values(np.uint8, 9, 9), np.arange(256, dtype=np.uint8), 0)
    assert len(card._values) <= graphics_card.KEPT


def test_values_that_a_table_cannot_hold_stay_with_numpy(card: GraphicsCard) -> None:
    assert not card.can_paint(np.zeros((9, 9), np.float32))
    assert not card.can_paint(np.zeros((9, 9), np.int32))
    assert not card.can_paint(np.zeros((1, 1 << 20), np.uint8))


@pytest.mark.usefixtures("every_size")
def test_without_a_context_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise RuntimeError("no display")

    monkeypatch.setattr(graphics_card, "_context", none)
    painter = ImagePainter()
    with pytest.raises(GraphicsError, match=r"cannot be used \(no display\)"):
        painter.use_card()
    assert painter.card_name is None


@pytest.mark.usefixtures("every_size", "card")
def test_a_card_that_fails_later_is_left_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    painter, look = ImagePainter(), Look(CASES["window"][0], GreyChoice(), 1)
    painter.use_card()

    def fail(*_arguments: object) -> None:
        raise RuntimeError("device lost")

    monkeypatch.setattr(GraphicsCard, "_painted", fail)
    with caplog.at_level(logging.ERROR):
        picture = painter.picture(look)
    assert painter.card_name is None
    assert "device lost" in caplog.text
    np.testing.assert_array_equal(picture.array, ImagePainter().picture(look).array)
