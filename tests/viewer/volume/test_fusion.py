"""One volume over another: values at the right millimetre, refusals with their reason."""

import numpy as np
import pytest
from tests.viewer.volume.conftest import frames_at

from precedent_viewer.dicom.colour_maps import NAMES, colour_table
from precedent_viewer.volume.fusion import (
    Fused,
    FusionLook,
    fused_values,
    fusion_content,
    fusion_wash,
)
from precedent_viewer.volume.stack import Volume
from precedent_viewer.volume.suv import SuvScale


def test_values_lie_where_their_millimetres_are(volume: Volume) -> None:
    # A coarser image of another orientation in the same space.
    (frame,) = frames_at((4.0, 3.0, 5.0), size=(6, 9), spacing=(2.0, 1.5))
    values = fused_values(frame, Fused(volume, None, "PET"))
    plane = frame.plane
    assert plane is not None
    for row, column in ((0, 0), (2, 5), (5, 8)):
        point = plane.point_at(column + 0.5, row + 0.5)
        assert point is not None
        wanted = 2 * (point[0] + 3 * point[1] + 100 * point[2]) - 1000
        assert values[row, column] == pytest.approx(wanted, abs=3)


def test_uptake_is_scaled(volume: Volume) -> None:
    (frame,) = frames_at((4.0, 3.0, 6.0), size=(2, 2))
    plain = fused_values(frame, Fused(volume, None, "PET"))
    scaled = fused_values(frame, Fused(volume, SuvScale(0.5, ""), "PET"))
    np.testing.assert_allclose(scaled, plain / 2)


def test_another_frame_of_reference_is_refused_with_the_reason(volume: Volume) -> None:
    (frame,) = frames_at((0.0, 0.0, 4.0), space="elsewhere")
    content = fusion_content(frame, Fused(volume, None, "PET WB"), FusionLook())
    assert content.washes == ()
    assert content.notes == (
        "PET WB is not laid over this image: their frames of reference differ, so their positions "
        "do not mean the same.",
    )


def test_nothing_is_drawn_outside_and_below() -> None:
    values = np.array([[np.nan, -1.0, 0.0, 10.0, 99.0]], np.float32)
    rgba = fusion_wash(values, FusionLook("Hot iron", 0.5, 0.0, 10.0)).rgba
    assert rgba[0, :, 3].tolist() == [0, 0, 0, 255, 255]
    assert rgba[0, 3, :3].tolist() == colour_table("Hot iron")[255].tolist()


@pytest.mark.parametrize("name", NAMES)
def test_palettes_grow_from_black_to_their_lightest(name: str) -> None:
    table = colour_table(name).astype(float)
    assert table.shape == (256, 3)
    # Rec. 709 luminance: the first entry is black and the last is the lightest.
    light = table @ (0.2126, 0.7152, 0.0722)
    assert light[0] == 0
    assert light[-1] == light.max() == pytest.approx(255)


def test_hot_iron_is_the_standards() -> None:
    # PS3.6 table B.1-1, some entries.
    table = colour_table("Hot iron")
    assert table[1].tolist() == [2, 0, 0]
    assert table[128].tolist() == [255, 0, 0]
    assert table[255].tolist() == [255, 255, 255]
