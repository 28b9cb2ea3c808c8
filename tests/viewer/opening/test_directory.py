"""DICOMDIR: what it lists is opened, what is missing is told."""

import shutil
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file

from precedent_viewer.dicom.index import index_paths
from precedent_viewer.errors import FileError
from precedent_viewer.model.document import Document
from precedent_viewer.model.study import Instance, RefusedFile
from precedent_viewer.opening.directory import listed_files
from precedent_viewer.opening.expand import Expander
from precedent_viewer.opening.unpacked import UnpackedArchives

DANGLING = Path(__file__).parents[4] / "shared" / "data" / "dicom" / "odd" / "DICOMDIR_dangling"


@pytest.fixture
def disc() -> Path:
    found = get_testdata_file("DICOMDIR")
    assert isinstance(found, str)
    return Path(found)


def test_every_file_of_pydicoms_disc_is_found(disc: Path) -> None:
    files, missing = listed_files(disc)
    # pydicom's own documentation of these files counts 31 images on 3 patients' discs.
    assert (len(files), missing) == (31, ())
    assert all(file.is_file() for file in files)


def test_a_disc_copied_in_small_letters_opens_as_well(disc: Path, tmp_path: Path) -> None:
    copy = tmp_path / "disc"
    for file in (disc, *listed_files(disc)[0][:3]):
        name = file.relative_to(disc.parent).as_posix().lower()
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy / name)
    files, missing = listed_files(copy / "dicomdir")
    assert len(files) == 3
    assert len(missing) == 28
    assert missing[0].reason == "It is listed in the DICOMDIR, but it is not on the disc."


class Search:
    """What is found when paths are opened."""

    def __init__(self, paths: Sequence[Path], unpacked: Path | None = None) -> None:
        self.items: list[Instance | Document] = []
        self.refused: list[RefusedFile] = []
        expander = Expander(UnpackedArchives(unpacked), threading.Event())
        index_paths(
            paths,
            on_item=self.items.append,
            on_refused=self.refused.append,
            on_progress=lambda _done, _total: None,
            cancel=threading.Event(),
            files_of=expander.files_of,
        )


@pytest.fixture
def part_of_disc(disc: Path, tmp_path: Path) -> Path:
    """A copy of the disc with three of its 31 files."""
    copy = tmp_path / "disc"
    for file in (disc, *listed_files(disc)[0][:3]):
        place = copy / file.relative_to(disc.parent)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
    return copy


def test_opening_the_folder_of_a_disc_tells_what_is_missing_too(part_of_disc: Path) -> None:
    search = Search([part_of_disc])
    assert len(search.items) == 3
    assert {one.reason for one in search.refused} == {
        "It is listed in the DICOMDIR, but it is not on the disc."
    }
    assert len(search.refused) == 28


def test_a_disc_in_an_archive_tells_the_same(part_of_disc: Path, tmp_path: Path) -> None:
    archive = tmp_path / "disc.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for file in part_of_disc.rglob("*"):
            out.write(file, Path("any") / file.relative_to(part_of_disc))
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    search = Search([archive], unpacked)
    assert (len(search.items), len(search.refused)) == (3, 28)


@pytest.mark.parametrize("name", ["DICOMDIR-bigEnd", "DICOMDIR-implicit", "DICOMDIR-nooffset"])
def test_a_directory_of_another_name_or_encoding_opens(disc: Path, name: str) -> None:
    search = Search([disc.parent / name])
    records = dcmread(disc.parent / name).DirectoryRecordSequence
    named = [Path(*one.ReferencedFileID) for one in records if one.get("ReferencedFileID")]
    there = {disc.parent / one for one in named if (disc.parent / one).is_file()}
    assert {item.path for item in search.items} == there != set()
    assert len(search.refused) == len(set(named)) - len(there)


def test_an_image_called_dicomdir_is_shown(tmp_path: Path) -> None:
    image = get_testdata_file("CT_small.dcm")
    assert isinstance(image, str)
    shutil.copy(image, tmp_path / "DICOMDIR")
    for path in (tmp_path, tmp_path / "DICOMDIR"):
        search = Search([path])
        assert ([item.path.name for item in search.items], search.refused) == (["DICOMDIR"], [])


def test_a_directory_that_was_cut_off_hides_no_image(disc: Path, part_of_disc: Path) -> None:
    (part_of_disc / "DICOMDIR").write_bytes(disc.read_bytes()[:400])
    search = Search([part_of_disc])
    assert len(search.items) == 3
    assert search.refused == []


def test_images_of_a_disc_reach_the_list(disc: Path) -> None:
    search = Search([disc])
    assert (len(search.items), search.refused) == (31, [])


def test_an_image_called_dicomdir_is_no_directory(tmp_path: Path) -> None:
    image = get_testdata_file("CT_small.dcm")
    assert isinstance(image, str)
    shutil.copy(image, tmp_path / "DICOMDIR")
    with pytest.raises(FileError, match="not a DICOMDIR"):
        listed_files(tmp_path / "DICOMDIR")


@pytest.mark.skipif(not DANGLING.exists(), reason="the shared test data is not here")
def test_records_without_files_are_told_one_by_one() -> None:
    files, missing = listed_files(DANGLING)
    assert files == ()
    assert missing
