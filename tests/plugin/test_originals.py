"""Originals lose no value, and a hostile file of them is refused."""

import gzip
import io
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from precedent_plugin.errors import PictureError
from precedent_plugin.host import ViewSnapshot
from precedent_plugin.originals import is_inverted, of_region, pack, unpack


@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=2, max_dims=2, max_side=9),
        elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
    )
)
def test_every_value_comes_back(values: np.ndarray) -> None:
    assert (unpack(pack(values)) == values).all()


@pytest.mark.parametrize(
    ("value", "kind"),
    [(-32_768, "<i2"), (32_767, "<i2"), (32_768, "<f4"), (0.5, "<f4")],
)
def test_whole_numbers_are_kept_in_two_bytes_where_they_fit(value: float, kind: str) -> None:
    packed = pack(np.full((2, 3), value, dtype=np.float32))
    assert np.load(io.BytesIO(gzip.decompress(packed)), allow_pickle=False).dtype == kind


def test_same_values_are_the_same_file() -> None:
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert pack(values) == pack(np.asfortranarray(values))


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((0, 3)),
        np.zeros(3),
        np.zeros((2, 2, 2)),
        np.array([[np.nan]]),
        np.array([[np.inf]]),
    ],
)
def test_what_is_no_area_of_numbers_is_refused(values: np.ndarray) -> None:
    with pytest.raises(PictureError):
        pack(values.astype(np.float32))


def saved(array: np.ndarray, *, allow_pickle: bool = False) -> bytes:
    target = io.BytesIO()
    np.save(target, array, allow_pickle=allow_pickle)
    return target.getvalue()


class Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("raise SystemExit('it was run')",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an array",
        saved(np.zeros((2, 2), dtype=np.float64)),
        saved(np.zeros(4, dtype=np.float32)),
        saved(np.zeros((2, 2), dtype=np.float32))[:-1],
        saved(np.zeros((2, 2), dtype=np.float32)) + b"x",
        saved(np.asfortranarray(np.zeros((2, 3), dtype=np.float32))),
        saved(np.array([[Trap()]], dtype=object), allow_pickle=True),
        saved(np.zeros((2, 2), dtype=np.float32)).replace(b"(2, 2)", b"(9, 9)"),
        pickle.dumps(Trap()),
    ],
)
def test_content_that_is_no_original_is_refused(content: bytes) -> None:
    with pytest.raises(PictureError, match="damaged"):
        unpack(gzip.compress(content))


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-9], lambda data: data + b"x", bytes.swapcase]
)
def test_damaged_file_is_refused(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(PictureError, match="damaged"):
        unpack(spoil(pack(np.ones((4, 4), dtype=np.float32))))


def test_bomb_is_not_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("precedent_plugin.originals.MAX_BYTES", 1000)
    bomb = gzip.compress(saved(np.zeros((100, 100), dtype=np.float32)))
    with pytest.raises(PictureError, match="too large"):
        unpack(bomb)


@pytest.mark.parametrize(
    ("flipped", "quarters", "seen"),
    [
        (False, 0, [[6, 7], [10, 11]]),
        (False, 1, [[10, 6], [11, 7]]),
        (False, 2, [[11, 10], [7, 6]]),
        (False, 3, [[7, 11], [6, 10]]),
        (True, 0, [[7, 6], [11, 10]]),
        (True, 1, [[11, 7], [10, 6]]),
    ],
)
def test_region_is_cut_then_mirrored_then_turned(
    flipped: bool, quarters: int, seen: list[list[int]]
) -> None:
    # 0  1  2  3
    # 4  5  6  7     the region is 6 7 over 10 11; a quarter turn is clockwise
    # 8  9 10 11
    frame = np.arange(12, dtype=np.float32).reshape(3, 4)
    snapshot = ViewSnapshot(region=(2, 1, 2, 2), flipped=flipped, rotation_quarters=quarters)
    assert of_region(frame, snapshot).tolist() == seen


def test_dark_high_values_are_seen_as_inverted() -> None:
    values = np.array([[0, 100], [200, 300]], dtype=np.float32)
    grey = np.array([[0, 80], [170, 255]], dtype=np.uint8)
    assert not is_inverted(values, grey)
    assert is_inverted(values, 255 - grey)
