"""The shipped samples: sound files, made again from their seeds, and a decidable question."""

import hashlib
import io
import json
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image

from precedent_resources import resource
from precedent_resources.phantoms import samples as maker
from precedent_resources.phantoms.cells import draw_cells
from precedent_resources.phantoms.dicom_files import write_cells
from precedent_resources.phantoms.thorax import SLICE_STEP_MM


def record(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "sample.json").read_text(encoding="utf-8"))
    return read


def casebook(content: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(members.pop("casebook.json")), members


def pictures(content: bytes) -> list[NDArray[np.uint8]]:
    """Give the decoded pictures of a casebook in the order of its cases."""
    words, members = casebook(content)
    names = [f"images/{case['images'][0]['sha256']}.png" for case in words["cases"]]
    return [np.asarray(Image.open(io.BytesIO(members[name]))) for name in names]


def small(png: bytes | Path) -> NDArray[np.float64]:
    """Give a picture as the starter model's size, 96 x 96 RGB."""
    source = io.BytesIO(png) if isinstance(png, bytes) else png
    with Image.open(source) as picture:
        resized = picture.convert("RGB").resize((96, 96), Image.Resampling.BICUBIC)
        return np.asarray(resized, dtype=np.float64)


def is_same_toolbox(folder: Path) -> bool:
    """Whether the encoders are those that made the shipped files."""
    made_with = json.loads((folder / "made_with.json").read_text(encoding="utf-8"))
    return all(version(name) == stated for name, stated in made_with.items())


def assert_same_dicom(ours: Path, shipped: Path) -> None:
    one, other = pydicom.dcmread(ours), pydicom.dcmread(shipped)
    assert np.array_equal(one.pixel_array, other.pixel_array)
    del one.PixelData, other.PixelData
    assert one == other


@pytest.mark.parametrize("index", [0, 16, 71])
def test_slice_is_made_again_bit_for_bit(samples: Path, tmp_path: Path, index: int) -> None:
    shipped = samples / maker.slice_name(index)

    made = maker.write_study_slice(tmp_path, maker.study_chest(), index)

    assert_same_dicom(made, shipped)
    assert not is_same_toolbox(samples) or made.read_bytes() == shipped.read_bytes()


def test_cells_are_made_again_bit_for_bit(samples: Path, tmp_path: Path) -> None:
    made, shipped = tmp_path / "cells.dcm", samples / maker.CELLS_NAME

    write_cells(made, draw_cells(maker.STUDY_CELLS_SEED, maker.FIELD_PX, "mixed"))

    assert_same_dicom(made, shipped)
    assert not is_same_toolbox(samples) or made.read_bytes() == shipped.read_bytes()


def test_casebook_is_made_again_bit_for_bit(samples: Path) -> None:
    shipped = (samples / "sample.casebook").read_bytes()

    made = maker.casebook_archive()

    assert all(
        np.array_equal(*pair) for pair in zip(pictures(made), pictures(shipped), strict=True)
    )
    assert not is_same_toolbox(samples) or made == shipped


@pytest.mark.slow
def test_all_samples_are_made_again(samples: Path, tmp_path: Path) -> None:
    maker.write_samples(tmp_path, progress=lambda _: None)

    for index in range(maker.SLICES):
        name = maker.slice_name(index)
        assert_same_dicom(tmp_path / name, samples / name)
    assert record(tmp_path) == record(samples)


def test_series_is_a_regular_stack(samples: Path) -> None:
    files = [pydicom.dcmread(p, stop_before_pixels=True) for p in samples.glob("study/ct/*.dcm")]
    heights = sorted(float(one.ImagePositionPatient[2]) for one in files)

    assert len(files) >= 60
    assert set(np.diff(heights)) == {SLICE_STEP_MM}
    assert len({one.SOPInstanceUID for one in files}) == len(files)
    assert {len(one.SOPInstanceUID) <= 64 for one in files} == {True}
    assert {one.SeriesInstanceUID for one in files} == {files[0].SeriesInstanceUID}


def test_slice_holds_the_values_of_its_tissues(samples: Path) -> None:
    dataset = pydicom.dcmread(samples / maker.slice_name(16))
    hounsfield = dataset.pixel_array.astype(np.float64) - 1024

    assert hounsfield[:20, 150:170].mean() == pytest.approx(-1000, abs=5)
    assert hounsfield[153:158, 89:94].mean() == pytest.approx(40, abs=25), "the nodule"
    assert -950 < np.median(hounsfield[140:170, 195:225]) < -780, "lung"
    assert hounsfield.max() < 1500


def test_samples_are_small_enough_to_ship(samples: Path) -> None:
    sizes = [path.stat().st_size for path in samples.rglob("*") if path.is_file()]

    assert sum(sizes) < 8 * 2**20


def test_casebook_obeys_the_schema(samples: Path) -> None:
    words, _ = casebook((samples / "sample.casebook").read_bytes())
    schema = json.loads(resource("schemas", "casebook.schema.json").read_text(encoding="utf-8"))

    jsonschema.validate(words, schema)
    assert len(words["cases"]) >= 8


def test_casebook_pictures_are_named_by_their_content(samples: Path) -> None:
    words, members = casebook((samples / "sample.casebook").read_bytes())

    for name, content in members.items():
        assert name == f"images/{hashlib.sha256(content).hexdigest()}.png"
    named = {f"images/{i['sha256']}.png" for case in words["cases"] for i in case["images"]}
    assert named == set(members)


def test_query_is_what_the_study_shows_there(samples: Path) -> None:
    query = record(samples)["query"]
    left, top, width, height = query["cut_from"]["region"]
    center, spread = (query["cut_from"]["window"][key] for key in ("center", "width"))
    stored = pydicom.dcmread(samples / query["cut_from"]["image"]).pixel_array.astype(np.float64)

    part = stored[top : top + height, left : left + width] - 1024
    painted = np.clip(np.rint(((part - (center - 0.5)) / (spread - 1) + 0.5) * 255), 0, 255)

    with Image.open(samples / query["image"]) as picture:
        assert np.array_equal(np.asarray(picture), painted)


def test_expected_answer_follows_from_the_casebook(samples: Path) -> None:
    """The nearest pictures of the casebook, by plain pixels, give the expected answer."""
    asked = record(samples)
    words, members = casebook((samples / "sample.casebook").read_bytes())
    shots = [case for case in words["cases"] if case["id"] in asked["shots"]]
    query = small(samples / asked["query"]["image"])
    gaps: dict[str, list[float]] = {"nodule": [], "clear lung": []}
    for case in shots:
        content = members[f"images/{case['images'][0]['sha256']}.png"]
        gaps[case["answer"]].append(float(((small(content) - query) ** 2).mean()))

    assert {case["question"] for case in shots} == {asked["query"]["question"]}
    assert len(shots) == len(asked["shots"]) <= 8
    expected = gaps.pop(asked["expected"])
    assert max(expected) < min(min(others) for others in gaps.values())


def test_study_and_casebook_share_no_person(samples: Path) -> None:
    words, _ = casebook((samples / "sample.casebook").read_bytes())
    keys = [case["provenance"]["patient_key"] for case in words["cases"]]

    assert len(set(keys)) == len(keys)
    assert maker.STUDY_SEED not in {11, 12, 13, 14, 31, 32, 33, 34}
