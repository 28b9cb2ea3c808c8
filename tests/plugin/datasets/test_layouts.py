"""Every layout with its traps; what is expected was read off the rows by eye."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.plugin.datasets import made
from tests.plugin.datasets.made import jpg, put, write_csv

from precedent_inference.errors import Cancelled
from precedent_plugin.cases import Case
from precedent_plugin.datasets.layouts import layout_of
from precedent_plugin.datasets.row import Wish, words
from precedent_plugin.datasets.take import Order, Taken, take_dataset
from precedent_plugin.errors import DatasetError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.pictures import png_size

Make = Callable[[Path], Path]


def take(library: CaseLibrary, path: Path, split: str = "", language: str = "en") -> Taken:
    return take_dataset(library, Order(path, wish=Wish(split, language)), threading.Event())


def cases(library: CaseLibrary, taken: Taken) -> list[Case]:
    return list(library.cases(casebook=taken.casebook.id))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (made.vqa_rad, "vqa-rad"),
        (made.slake, "slake"),
        (made.pmc_vqa, "pmc-vqa"),
        (made.smmile, "smmile"),
        (made.path_vqa, "pathvqa"),
    ],
)
def test_a_layout_is_found_out(tmp_path: Path, make: Make, name: str) -> None:
    assert layout_of(make(tmp_path / "data set")).name == name


def test_vqa_rad_answers_are_words_and_splits_are_kept(
    tmp_path: Path, library: CaseLibrary
) -> None:
    taken = take(library, made.vqa_rad(tmp_path / "rad"))
    found = {case.question: case for case in cases(library, taken)}
    assert {question: case.answer for question, case in found.items()} == {
        "Is there a mass?": "Yes",
        "How many?": "3",
        "Where is it?": "left",
    }
    assert found["Is there a mass?"].tags == ("vqa-rad", "train", "closed")
    assert found["How many?"].tags == ("vqa-rad", "test", "open")
    assert found["Where is it?"].provenance.body_part == "CHEST"
    (refused,) = taken.refused
    assert (refused.place, refused.reason) == (
        "VQA_RAD Dataset Public.json, row 4",
        "the picture 'gone.jpg' is missing",
    )
    assert (taken.pictures, taken.across) == (2, 1)


def test_vqa_rad_by_split(tmp_path: Path, library: CaseLibrary) -> None:
    taken = take(library, made.vqa_rad(tmp_path / "rad"), "test")
    assert [case.question for case in cases(library, taken)] == ["How many?"]


def test_slake_takes_one_language(tmp_path: Path, library: CaseLibrary) -> None:
    folder = made.slake(tmp_path / "Slake1.0")
    english = take(library, folder)
    assert sorted(case.answer for case in cases(library, english)) == ["Heart", "Lung", "Rib"]
    assert english.across == 0
    chinese = take(library, folder, "test", "zh")
    assert [case.answer for case in cases(library, chinese)] == ["肺"]
    assert {case.provenance.modality for case in cases(library, english)} == {"CR"}


def test_pmc_vqa_reads_letters_texts_and_none(tmp_path: Path, library: CaseLibrary) -> None:
    taken = take(library, made.pmc_vqa(tmp_path / "pmc"))
    answers = {case.question: case.answer for case in cases(library, taken)}
    assert answers == {"What is seen?": "None", "And else?": "NA", "Which?": "Diffuse"}
    rationales = {case.question: case.rationale for case in cases(library, taken)}
    assert rationales["Which?"] == "A caption, with commas"
    assert [one.reason for one in taken.refused] == ["its answer is none of its choices"]


def test_smmile_orders_a_problem_and_drops_one_that_is_not_whole(
    tmp_path: Path, library: CaseLibrary
) -> None:
    taken = take(library, made.smmile(tmp_path / "smmile"))
    assert [(case.answer, case.tags[1]) for case in cases(library, taken)] == [
        ("one", "shot"),
        ("two", "shot"),
        ("third", "query"),
    ]
    assert [one.place for one in taken.refused] == ["train.parquet, problem p2"]


def test_path_vqa_pictures_become_rgb(tmp_path: Path, library: CaseLibrary) -> None:
    taken = take(library, made.path_vqa(tmp_path / "path"))
    found = cases(library, taken)
    assert [case.answer for case in found] == ["yes", "bone"]
    assert [png_size(library.image(case.images[0])) for case in found] == [(24, 16)] * 2


def test_pickles_are_never_read(tmp_path: Path, library: CaseLibrary) -> None:

    put(tmp_path / "pvqa" / "qas" / "train" / "train_qa.pkl", b"\x80\x04cos\nsystem\n")
    with pytest.raises(DatasetError, match="are pickles"):
        take(library, tmp_path / "pvqa")
    assert library.casebooks() == []


def test_a_table_with_all_columns(tmp_path: Path, library: CaseLibrary) -> None:
    put(tmp_path / "t" / "pictures" / "one.JPG", jpg(1))
    write_csv(
        tmp_path / "t" / "cases.csv",
        [
            {"image": "pictures/one.jpg", "question": "Which\nside?", "answer": "NA",
             "rationale": "Because", "tags": "a, b;c", "patient": "P1", "spacing_mm": "0.5 0.75",
             "window": "40 400", "modality": "CT"},
            {"image": "one", "question": "Scale?", "answer": "x", "rationale": "", "tags": "",
             "patient": "P1", "spacing_mm": "wide", "window": "", "modality": ""},
            {"image": "../../etc/passwd", "question": "Out?", "answer": "x", "rationale": "",
             "tags": "", "patient": "", "spacing_mm": "", "window": "", "modality": ""},
        ],
    )  # fmt: skip
    taken = take(library, tmp_path / "t" / "cases.csv")
    (case,) = cases(library, taken)
    assert (case.question, case.answer, case.tags) == ("Which\nside?", "NA", ("a", "b", "c"))
    where = case.provenance
    assert (where.spacing_mm, where.window, where.modality) == ((0.5, 0.75), (40.0, 400.0), "CT")
    assert where.patient_key == library.pseudonyms.patient("P1")
    assert [one.reason for one in taken.refused] == [
        "its spacing_mm is no number",
        "the picture '../../etc/passwd' is missing",
    ]


def test_the_same_rows_are_not_doubled(tmp_path: Path, library: CaseLibrary) -> None:
    folder = made.slake(tmp_path / "slake")
    first, second = take(library, folder), take(library, folder)
    assert library.count() == 3
    assert second.casebook.name != first.casebook.name
    assert cases(library, second) == cases(library, first)


def test_a_picture_that_is_none_is_refused_alone(tmp_path: Path, library: CaseLibrary) -> None:
    folder = made.slake(tmp_path / "slake")
    put(folder / "imgs" / "xmlab2" / "source.jpg", b"not a picture")
    taken = take(library, folder)
    assert taken.casebook.case_count == 2
    assert [one.reason for one in taken.refused] == ["The picture cannot be decoded."]


def test_nothing_good_is_an_error_and_leaves_nothing(tmp_path: Path, library: CaseLibrary) -> None:
    put(tmp_path / "t" / "one.png", b"no")
    write_csv(tmp_path / "t" / "c.csv", [{"image": "one.png", "question": "q", "answer": "a"}])
    with pytest.raises(DatasetError, match=r"No row .* \(1 refused\). The first: c.csv, row 1"):
        take(library, tmp_path / "t")
    assert library.casebooks() == []


def test_a_stopped_import_leaves_nothing(tmp_path: Path, library: CaseLibrary) -> None:
    cancel = threading.Event()
    order = Order(made.slake(tmp_path / "slake"))
    with pytest.raises(Cancelled):
        take_dataset(library, order, cancel, lambda _: cancel.set())
    assert library.casebooks() == []
    assert library.count() == 0


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"picture,q,a\n1,2,3\n", "of no layout"),
        ("a.jsonl", b"[1]\n", "not an object"),
        ("a.jsonl", b"{\n", "is not JSON"),
        ("a.csv", b"image,question,answer\n\xff\xfe,1,2\n", "is not a table"),
        ("a.txt", b"hello", "of no layout"),
    ],
)
def test_what_is_no_data_set_is_said(
    tmp_path: Path, library: CaseLibrary, name: str, content: bytes, reason: str
) -> None:
    path = put(tmp_path / name, content)
    with pytest.raises(DatasetError, match=reason):
        take(library, path)


def test_a_missing_path_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="does not exist"):
        layout_of(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("cell", "text"), [(None, ""), (3.0, "3"), (2.5, "2.5"), (True, "yes"), (" a\n b ", "a b")]
)
def test_cells_become_words(cell: object, text: str) -> None:
    assert words(cell) == text
