"""A casebook as table, page and DICOM, read again by other means."""

import json
import threading
from html.parser import HTMLParser
from pathlib import Path

import pydicom
import pytest
from tests.plugin.storage.made import picture, values

from precedent_plugin.cases import Casebook, CaseDraft, Provenance
from precedent_plugin.datasets.take import Order, take_dataset
from precedent_plugin.datasets.write_key_objects import write_key_objects
from precedent_plugin.datasets.write_page import write_page
from precedent_plugin.datasets.write_table import write_table
from precedent_plugin.errors import CasebookError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.originals import pack

HOSTILE = "<script>alert(1)</script> \"&' <image>"


@pytest.fixture
def book(library: CaseLibrary) -> Casebook:
    where = Provenance(
        "CT", body_part="CHEST", laterality="L", window=(40.0, 400.0), patient_key="a" * 32,
        study_key="b" * 32, created="2026-01-02", licence="CC BY 4.0", spacing_mm=(0.5, 0.75),
    )  # fmt: skip
    drafts = [
        CaseDraft("Which side?", "Left", "It lies left.", ("chest", "mass"), where, "side",
                  "Look at the hilum.", "Anna"),
        CaseDraft(HOSTILE, "Right"),
    ]  # fmt: skip
    kept = [
        library.add(draft, picture(seed), original=pack(values(seed)))
        for seed, draft in enumerate(drafts)
    ]
    made = library.create_casebook("Sides & more", description="For <all>.", licence="CC BY 4.0")
    library.add_to_casebook(made.id, [case.id for case in kept])
    return made


def test_a_table_is_read_back_whole(library: CaseLibrary, book: Casebook, tmp_path: Path) -> None:
    table = write_table(library, book.id, tmp_path / "out")
    with_library = CaseLibrary.open(tmp_path / "other")
    taken = take_dataset(with_library, Order(table), threading.Event())
    first, second = with_library.cases(casebook=taken.casebook.id)
    mine, _ = library.cases(casebook=book.id)
    assert (first.question, first.answer, first.rationale, first.tags) == (
        mine.question, mine.answer, mine.rationale, mine.tags,
    )  # fmt: skip
    assert (first.task, first.author) == ("side", "Anna")
    assert first.teaching_point == "Look at the hilum."
    where = first.provenance
    assert (where.modality, where.body_part, where.laterality) == ("CT", "CHEST", "L")
    assert (where.window, where.spacing_mm) == ((40.0, 400.0), (0.5, 0.75))
    assert with_library.image(first.images[0]) == picture(0)
    assert second.question == HOSTILE
    with_library.close()


def test_a_table_holds_no_key_of_the_library(
    library: CaseLibrary, book: Casebook, tmp_path: Path
) -> None:
    text = write_table(library, book.id, tmp_path / "out").read_text("utf-8")
    assert "a" * 32 not in text
    assert "2026-01-02" not in text
    assert json.loads(text.splitlines()[0])["patient"]


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.images: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_page_is_complete_and_runs_nothing(
    library: CaseLibrary, book: Casebook, tmp_path: Path
) -> None:
    write_page(library, book.id, tmp_path / "book.html")
    page = Page()
    text = (tmp_path / "book.html").read_text("utf-8")
    page.feed(text)
    assert "script" not in page.tags
    assert HOSTILE in page.texts
    assert page.tags.count("details") == 2
    assert len(page.images) == 2
    for image in page.images:
        assert (image["src"] or "").startswith("data:image/png;base64,")
        assert image["alt"]
    assert "http" not in text.replace("http-equiv", "")
    assert "a" * 32 not in text


def test_dicom_points_at_every_picture_and_names_nobody(
    library: CaseLibrary, book: Casebook, tmp_path: Path
) -> None:
    key = pydicom.dcmread(write_key_objects(library, book.id, tmp_path / "ko"))
    assert key.SOPClassUID == "1.2.840.10008.5.1.4.1.1.88.59"
    assert key.ConceptNameCodeSequence[0].CodeValue == "113004"
    (study,) = key.CurrentRequestedProcedureEvidenceSequence
    referenced = {
        item.ReferencedSOPInstanceUID
        for series in study.ReferencedSeriesSequence
        for item in series.ReferencedSOPSequence
    }
    images = [pydicom.dcmread(path) for path in sorted((tmp_path / "ko").glob("case-*.dcm"))]
    assert {image.SOPInstanceUID for image in images} == referenced
    assert images[0].ImageComments == "Which side?\nLeft\nIt lies left.\nLook at the hilum."
    assert images[0].pixel_array.shape == (32, 32, 3)
    assert {str(image.PatientName) for image in (*images, key)} == {"Case^Precedent"}
    assert {image.PatientIdentityRemoved for image in images} == {"YES"}


@pytest.mark.parametrize("write", [write_table, write_key_objects])
def test_a_folder_that_is_not_empty_is_left_alone(
    library: CaseLibrary, book: Casebook, tmp_path: Path, write: type
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CasebookError, match="is not empty"):
        write(library, book.id, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["mine.txt"]
