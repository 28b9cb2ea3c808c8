"""Planes and spacings from headers."""

from typing import Any

import pytest
from pydicom.dataset import Dataset

from precedent_viewer.dicom.functional_groups import functional_groups
from precedent_viewer.dicom.geometry import Geometry, read_geometry

AXIAL = [1, 0, 0, 0, 1, 0]


def geometry_of(dataset: Dataset, frames: int = 1) -> Geometry:
    return read_geometry(dataset, functional_groups(dataset), frames)


def placed(**attributes: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def test_plane_of_a_single_image() -> None:
    geometry = geometry_of(
        placed(
            ImagePositionPatient=[1, 2, 3], ImageOrientationPatient=AXIAL, PixelSpacing=[0.5, 0.25]
        )
    )

    (plane,) = geometry.planes
    assert [plane.position, plane.normal] == [(1, 2, 3), (0, 0, 1)]
    assert (geometry.pixel_spacing_mm, geometry.aspect) == ((0.5, 0.25), 2.0)


@pytest.mark.parametrize(
    "attributes",
    [
        {"ImagePositionPatient": [1, 2], "ImageOrientationPatient": AXIAL},
        {"ImagePositionPatient": [1, 2, 3], "ImageOrientationPatient": [0, 0, 0, 0, 0, 0]},
        {"ImagePositionPatient": [1, 2, 3], "ImageOrientationPatient": [1, 0, 0, 1, 0, 0]},
        {"ImageOrientationPatient": AXIAL},
    ],
)
def test_broken_geometry_counts_as_none(attributes: dict[str, object]) -> None:
    assert geometry_of(placed(**attributes)).planes == ()


@pytest.mark.parametrize(
    ("attributes", "spacing", "is_at_detector"),
    [
        ({"PixelSpacing": [1, 2], "ImagerPixelSpacing": [3, 3]}, (1, 2), False),
        ({"ImagerPixelSpacing": [3, 3]}, (3, 3), True),
        # Equal values mean that nothing was corrected, unless the file says how it was.
        ({"PixelSpacing": [3, 3], "ImagerPixelSpacing": [3, 3]}, (3, 3), True),
        (
            {
                "PixelSpacing": [3, 3],
                "ImagerPixelSpacing": [3, 3],
                "PixelSpacingCalibrationType": "GEOMETRY",
            },
            (3, 3),
            False,
        ),
        ({"PixelSpacing": [0, 0]}, None, False),
        ({"PixelSpacing": [-1, 1]}, None, False),
        ({}, None, False),
    ],
)
def test_spacing_says_where_it_was_measured(
    attributes: dict[str, object], spacing: tuple[float, float] | None, is_at_detector: bool
) -> None:
    geometry = geometry_of(placed(**attributes))

    assert (geometry.pixel_spacing_mm, geometry.is_spacing_at_detector) == (spacing, is_at_detector)


def test_ultrasound_region_in_centimetres_gives_millimetres() -> None:
    region = placed(
        PhysicalUnitsXDirection=3,
        PhysicalUnitsYDirection=3,
        PhysicalDeltaX=0.02,
        PhysicalDeltaY=0.03,
    )

    geometry = geometry_of(placed(SequenceOfUltrasoundRegions=[region]))

    assert geometry.pixel_spacing_mm == pytest.approx((0.3, 0.2))


def test_pixel_shape_without_spacing() -> None:
    assert geometry_of(placed(PixelAspectRatio=[3, 2])).aspect == 1.5


def test_frames_of_an_enhanced_object_have_their_own_planes() -> None:
    shared = placed(PlaneOrientationSequence=[placed(ImageOrientationPatient=AXIAL)])
    frames = [
        placed(PlanePositionSequence=[placed(ImagePositionPatient=[0, 0, z])]) for z in (0, 5, 9)
    ]
    dataset = placed(
        SharedFunctionalGroupsSequence=[shared], PerFrameFunctionalGroupsSequence=frames
    )

    assert [plane.position[2] for plane in geometry_of(dataset, 3).planes] == [0, 5, 9]


def test_dose_planes_lie_along_the_normal() -> None:
    dataset = placed(
        ImagePositionPatient=[0, 0, 10],
        ImageOrientationPatient=AXIAL,
        GridFrameOffsetVector=[0, 2, 4],
    )

    assert [plane.position[2] for plane in geometry_of(dataset, 3).planes] == [10, 12, 14]


@pytest.mark.parametrize(
    ("attributes", "unknown"),
    [
        ({"Modality": "CR", "PixelSpacing": [1, 1]}, True),
        ({"Modality": "CT", "PixelSpacing": [1, 1]}, False),
        (
            {"Modality": "CR", "PixelSpacing": [1, 1], "PixelSpacingCalibrationType": "FIDUCIAL"},
            False,
        ),
        ({"Modality": "CR", "PixelSpacing": [1, 1], "ImagerPixelSpacing": [2, 2]}, False),
        ({"Modality": "CR"}, False),
    ],
)
def test_a_projection_that_does_not_tell_its_calibration(
    attributes: dict[str, Any], unknown: bool
) -> None:
    assert geometry_of(placed(**attributes)).is_calibration_unknown == unknown
