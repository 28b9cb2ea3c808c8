"""Small data sets in the layouts of the public ones, their traps included, written by hand."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image


def jpg(seed: int, mode: str = "RGB") -> bytes:
    target = io.BytesIO()
    colour: Any = {"RGB": (seed, 40, 90), "CMYK": (0, 0, 0, 255 - seed), "L": seed}[mode]
    Image.new(mode, (24, 16), colour).save(target, "JPEG", quality=95)
    return target.getvalue()


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def write_json(path: Path, rows: object) -> None:
    put(path, json.dumps(rows).encode())


def write_csv(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def vqa_rad(folder: Path) -> Path:
    """Numbers as answers, trailing blanks, paraphrases, a missing picture, a picture in both."""
    rows: list[dict[str, Any]] = [
        {"qid": 1, "phrase_type": "freeform", "image_name": "synpic1.jpg", "image_organ": "HEAD",
         "question": "Is there a mass?", "answer": "Yes ", "answer_type": "CLOSED ",
         "question_type": "PRES"},
        {"qid": 2, "phrase_type": "test_freeform", "image_name": "synpic1.jpg",
         "image_organ": "HEAD", "question": "How many?", "answer": 3, "answer_type": "OPEN",
         "question_type": "COUNT"},
        {"qid": 3, "phrase_type": "para", "image_name": "SYNPIC2.JPG", "image_organ": "CHEST",
         "question": "Where is it?", "answer": "left", "answer_type": "OPEN",
         "question_type": "POS"},
        {"qid": 4, "phrase_type": "test_para", "image_name": "gone.jpg", "image_organ": "ABD",
         "question": "What is it?", "answer": "a cyst", "answer_type": "OPEN",
         "question_type": "ABN"},
    ]  # fmt: skip
    write_json(folder / "VQA_RAD Dataset Public.json", rows)
    for number in (1, 2):
        put(folder / "VQA_RAD Image Folder" / f"synpic{number}.jpg", jpg(number))
    return folder


def slake(folder: Path) -> Path:
    """Two languages; the same picture in train and, in the other language, in test."""

    def row(number: int, language: str, question: str, answer: str) -> dict[str, Any]:
        return {
            "img_id": number, "img_name": f"xmlab{number}/source.jpg", "question": question,
            "answer": answer, "q_lang": language, "location": "Lung", "modality": "X-Ray",
            "answer_type": "OPEN", "base_type": "vqa", "triple": ["vhead", "_", "_"], "qid": number,
            "content_type": "Organ",
        }  # fmt: skip

    write_json(folder / "train.json", [row(1, "en", "Which organ?", "Lung")])
    write_json(folder / "validation.json", [row(2, "en", "Which organ?", "Heart")])
    write_json(
        folder / "test.json", [row(1, "zh", "哪个器官?", "肺"), row(3, "en", "What?", "Rib")]
    )
    for number in (1, 2, 3):
        put(folder / "imgs" / f"xmlab{number}" / "source.jpg", jpg(number * 20))
    return folder


def pmc_vqa(folder: Path) -> Path:
    """Both versions: letters and texts, a choice prefix, line breaks, "None" as an answer."""
    shared = {"Choice A": " A:Focal uptake ", "Choice B": " B:None", "Choice C": " C:NA",
              "Choice D": " D:Diffuse"}  # fmt: skip
    write_csv(
        folder / "train.csv",
        [
            {"Figure_path": "a.jpg", "Question": "What is\nseen?", "Answer": "None", **shared,
             "Answer_label": "B"},
            {"Figure_path": "a.jpg", "Question": "And else?", "Answer": "NA", **shared,
             "Answer_label": ""},
        ],
    )  # fmt: skip
    write_csv(
        folder / "test_2.csv",
        [
            {"index": "0", "Figure_path": "b.jpg", "Caption": "A caption, with commas",
             "Question": "Which?", **shared, "Answer": "D", "split": "test"},
            {"index": "1", "Figure_path": "b.jpg", "Caption": "", "Question": "Which now?",
             **shared, "Answer": "", "split": "test"},
        ],
    )  # fmt: skip
    put(folder / "images" / "a.jpg", jpg(10))
    put(folder / "figures" / "b.jpg", jpg(20))
    return folder


def smmile(folder: Path) -> Path:
    """Rows out of order, pictures in the file and beside it, one problem with a picture missing."""
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import parquet

    rows = [
        ("p1", 2, {"bytes": jpg(1), "path": "x"}, "Query?", "third"),
        ("p1", 0, {"bytes": jpg(2), "path": "y"}, "First?", "one"),
        ("p1", 1, {"bytes": None, "path": "beside.jpg"}, "Second?", "two"),
        ("p2", 0, {"bytes": None, "path": "missing.jpg"}, "Lost?", "yes"),
        ("p2", 1, {"bytes": jpg(3), "path": "z"}, "Lost too?", "no"),
    ]
    names = ("problem_id", "order", "image", "question", "answer")
    columns = {name: [row[at] for row in rows] for at, name in enumerate(names)}
    folder.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(columns), folder / "train.parquet")
    put(folder / "missing_images" / "beside.jpg", jpg(4))
    return folder


def path_vqa(folder: Path) -> Path:
    """The parquet copy, with a CMYK picture."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = {
        "image": [{"bytes": jpg(50, "CMYK"), "path": "1"}, {"bytes": jpg(60), "path": "2"}],
        "question": ["Is this a nerve?", "What is shown?"],
        "answer": ["yes", "bone"],
    }
    (folder / "data").mkdir(parents=True)
    parquet.write_table(pa.table(columns), folder / "data" / "test-00000-of-00001.parquet")
    return folder
