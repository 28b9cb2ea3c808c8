"""Golden numbers from the formulas of PS3.3 C.11.1 and C.11.2, worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precedent_viewer.dicom.lut import (
    LookupTable,
    Rescale,
    apply_modality,
    apply_table,
    apply_voi_table,
    apply_window,
)
from precedent_viewer.model.voi import VoiFunction, Window


@pytest.mark.parametrize(
    ("window", "value", "expected"),
    [
        # C.11.2.1.2.1, Note 2: center 2048 and width 4096 is y = x over 0 to 4095.
        (Window(2048, 4096), 0, 0.0),
        (Window(2048, 4096), 4095, 1.0),
        (Window(2048, 4096), 1024, 1024 / 4095),
        # center 2048 and width 1: black up to 2047, white from 2048 on.
        (Window(2048, 1), 2047, 0.0),
        (Window(2048, 1), 2048, 1.0),
        # center 0 and width 100: black up to -50, white from 49 on, y = (x + 0.5) / 99 + 0.5.
        (Window(0, 100), -50, 0.0),
        (Window(0, 100), 49, 1.0),
        (Window(0, 100), 0, 0.5 / 99 + 0.5),
        (Window(0, 1), -1, 0.0),
        (Window(0, 1), 0, 1.0),
        (Window(40, 400), -160, 0.0),
        (Window(40, 400), 239, 1.0),
        # C.11.2.1.3.2: y = (x - c) / w + 0.5.
        (Window(0, 100, "LINEAR_EXACT"), -50, 0.0),
        (Window(0, 100, "LINEAR_EXACT"), 0, 0.5),
        (Window(0, 100, "LINEAR_EXACT"), 50, 1.0),
        (Window(0.5, 0.25, "LINEAR_EXACT"), 0.5625, 0.75),
        # C.11.2.1.3.1: y = 1 / (1 + exp(-4 (x - c) / w)).
        (Window(2048, 4096, "SIGMOID"), 2048, 0.5),
        (Window(2048, 4096, "SIGMOID"), 3072, 0.7310586),
        (Window(0, 1, "SIGMOID"), -30000, 0.0),
    ],
)
def test_window_gives_the_standards_number(window: Window, value: float, expected: float) -> None:
    result = apply_window(np.array([value], np.float32), window)

    assert result[0] == pytest.approx(expected, abs=1e-6)


functions = st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"])


@settings(max_examples=30)
@given(
    st.lists(st.floats(-1e5, 1e5, width=32), min_size=2, max_size=50),
    st.floats(-4000, 4000),
    st.floats(1, 8000),
    functions,
)
def test_window_is_monotone_and_stays_between_black_and_white(
    values: list[float], center: float, width: float, function: VoiFunction
) -> None:
    ordered = np.sort(np.array(values, np.float32))

    painted = apply_window(ordered, Window(center, width, function))

    assert (np.diff(painted) >= 0).all()
    assert painted.min() >= 0
    assert painted.max() <= 1


def test_rescale_is_slope_times_stored_plus_intercept() -> None:
    stored = np.array([0, 1024, 4095], np.uint16)

    values = apply_modality(stored, Rescale(0.5, -1024))

    assert values.tolist() == [-1024.0, -512.0, 1023.5]


def test_rescale_of_large_numbers_is_rounded_once() -> None:
    stored = np.array([4_000_000_001], np.uint32)

    values = apply_modality(stored, Rescale(1e-6, 0))

    assert values[0] == np.float32(4000.000001)


TABLE = LookupTable(first=-2, values=np.array([10, 20, 40, 80], np.uint16), bits=8)


@pytest.mark.parametrize(
    ("value", "expected"), [(-9, 10), (-2, 10), (-1, 20), (0, 40), (1, 80), (300, 80)]
)
def test_table_gives_its_ends_outside(value: int, expected: int) -> None:
    assert apply_table(np.array([value], np.int16), TABLE)[0] == expected


def test_table_of_255_entries_does_not_wrap_in_small_types() -> None:
    table = LookupTable(100, np.arange(1000, dtype=np.uint16), 16)

    assert apply_table(np.array([0, 255], np.uint8), table).tolist() == [0, 155]


def test_voi_table_spans_its_bits() -> None:
    assert apply_voi_table(np.array([-2.0, 1.0], np.float32), TABLE).tolist() == pytest.approx(
        [10 / 255, 80 / 255]
    )
