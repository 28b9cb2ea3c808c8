"""Where the images around an overlay are."""

from pathlib import Path

from precedent_viewer.model.document import Document
from precedent_viewer.model.study import Instance, StudyTree
from precedent_viewer.objects.finding import find_around

DOSE = Path("dose.dcm")
ALONG = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def instance(name: str, series: str, z_mm: float, space: str = "space") -> Instance:
    return Instance(
        Path(name), "dicom", name, series, "study", 1, 10, 10, "CT",
        position=(0.0, 0.0, z_mm), orientation=ALONG, pixel_spacing_mm=(1.0, 1.0),
        frame_of_reference_uid=space,
    )  # fmt: skip


def tree_of(*images: Instance) -> StudyTree:
    tree = StudyTree()
    tree.add(instance(str(DOSE), "doses", 10.0))
    tree.add_document(Document(DOSE, "dose", str(DOSE), "doses", "study", "1.2", "Dose"))
    tree.add_all(images)
    return tree


def test_the_image_nearest_to_the_middle_of_the_dose() -> None:
    tree = tree_of(*(instance(f"{z}.dcm", "images", float(z)) for z in (0, 5, 9, 15)))
    found = find_around(tree, DOSE, None)
    assert found is not None
    series, index = found
    assert series.frames[index].instance.path == Path("9.dcm")


def test_a_reader_who_looks_at_such_an_image_stays_there() -> None:
    tree = tree_of(instance("0.dcm", "images", 0.0))
    shown = tree.studies[0].series[1].frames[0]
    assert shown.instance.path == Path("0.dcm")
    assert find_around(tree, DOSE, shown) is None


def test_images_of_another_space_are_not_offered() -> None:
    assert find_around(tree_of(instance("0.dcm", "images", 10.0, "elsewhere")), DOSE, None) is None


def test_the_dose_itself_is_no_image_to_lay_it_over() -> None:
    assert find_around(tree_of(), DOSE, None) is None
