"""What shutters cover: PS3.3 C.7.6.11, rows and columns counted from 1."""

import numpy as np
from pydicom.dataset import Dataset

from precedent_viewer.dicom.overlay_planes import OverlayPlane
from precedent_viewer.objects.shutters import read_shutter, shutter_of

SIZE = (5, 6)


def covered(dataset: Dataset, planes: tuple[OverlayPlane, ...] = (), aspect: float = 1.0) -> str:
    """Draw the cover: # is covered."""
    shapes = read_shutter(dataset)
    assert shapes is not None
    mask = shutter_of(shapes, planes, SIZE, aspect).mask
    return "\n".join("".join("#" if one else "." for one in row) for row in mask)


def with_rectangle() -> Dataset:
    dataset = Dataset()
    dataset.ShutterShape = "RECTANGULAR"
    dataset.ShutterLeftVerticalEdge, dataset.ShutterRightVerticalEdge = 2, 5
    dataset.ShutterUpperHorizontalEdge, dataset.ShutterLowerHorizontalEdge = 2, 4
    return dataset


def test_a_rectangle_shows_its_edges_and_what_lies_between() -> None:
    assert covered(with_rectangle()) == "######\n#....#\n#....#\n#....#\n######"


def test_a_circle_of_row_column_and_radius() -> None:
    dataset = Dataset()
    dataset.ShutterShape = "CIRCULAR"
    dataset.CenterOfCircularShutter, dataset.RadiusOfCircularShutter = [3, 3], 2
    assert covered(dataset) == "##.###\n#...##\n.....#\n#...##\n##.###"


def test_a_circle_is_round_on_pixels_that_are_twice_as_high_as_wide() -> None:
    dataset = Dataset()
    dataset.ShutterShape = "CIRCULAR"
    dataset.CenterOfCircularShutter, dataset.RadiusOfCircularShutter = [3, 3], 1
    # One row is as high as two columns are wide.
    assert covered(dataset, aspect=2.0) == "######\n##.###\n.....#\n##.###\n######"


def test_a_polygon_of_rows_and_columns() -> None:
    dataset = Dataset()
    dataset.ShutterShape = "POLYGONAL"
    dataset.VerticesOfThePolygonalShutter = [1, 1, 1, 5, 5, 1]
    assert covered(dataset) == ".....#\n....##\n...###\n..####\n.#####"


def test_several_shapes_are_all_obeyed() -> None:
    dataset = with_rectangle()
    dataset.ShutterShape = ["RECTANGULAR", "CIRCULAR"]
    dataset.CenterOfCircularShutter, dataset.RadiusOfCircularShutter = [3, 3], 2
    assert covered(dataset) == "######\n#...##\n#....#\n#...##\n######"


def test_a_bitmap_covers_where_its_bits_are_set() -> None:
    dataset = Dataset()
    dataset.ShutterShape, dataset.ShutterOverlayGroup = "BITMAP", 0x6002
    dataset.ShutterPresentationValue = 0xFFFF
    plane = OverlayPlane(0x6002, "", np.ones((2, 2), np.uint8), 1, 3)
    other = OverlayPlane(0x6004, "", np.ones((5, 6), np.uint8), 0, 0)
    assert covered(dataset, (plane, other)) == "......\n...##.\n...##.\n......\n......"
    shapes = read_shutter(dataset)
    assert shapes is not None
    assert shapes.level == 255


def test_no_shapes_no_shutter() -> None:
    assert read_shutter(Dataset()) is None
