"""Windows that may and may not be."""

import math

import pytest

from precedent_viewer.errors import WindowError
from precedent_viewer.model.voi import VoiFunction, Window


@pytest.mark.parametrize(
    ("width", "function"),
    [
        (0.5, "LINEAR"),
        (0, "LINEAR_EXACT"),
        (-3, "SIGMOID"),
        (math.nan, "LINEAR"),
        (math.inf, "LINEAR"),
    ],
)
def test_width_that_the_function_does_not_allow_is_refused(
    width: float, function: VoiFunction
) -> None:
    with pytest.raises(WindowError):
        Window(0, width, function)


def test_message_names_the_attribute_and_the_rule() -> None:
    with pytest.raises(
        WindowError, match=r"Window Width \(0028,1051\) is 0; LINEAR needs at least 1"
    ):
        Window(40, 0)


@pytest.mark.parametrize(
    ("window", "limits"),
    [(Window(40, 400), (-160, 239)), (Window(40, 400, "LINEAR_EXACT"), (-160, 240))],
)
def test_limits_are_where_black_ends_and_white_begins(
    window: Window, limits: tuple[float, float]
) -> None:
    assert window.limits == limits
