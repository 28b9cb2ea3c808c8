"""DICOMDIR: what it lists is opened, what is missing is told."""

import shutil
import threading
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from precedent_viewer.dicom.index import index_paths
from precedent_viewer.errors import FileError
from precedent_viewer.model.document import Document
from precedent_viewer.model.study import Instance, RefusedFile
from precedent_viewer.opening.directory import listed_files
from precedent_viewer.opening.expand import Expander, UnpackedArchives

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


def test_images_of_a_disc_reach_the_list(disc: Path) -> None:
    found: list[Instance | Document] = []
    refused: list[RefusedFile] = []
    expander = Expander(UnpackedArchives(), threading.Event())
    index_paths(
        [disc],
        on_item=found.append,
        on_refused=refused.append,
        on_progress=lambda _done, _total: None,
        cancel=threading.Event(),
        files_of=expander.files_of,
    )
    assert (len(found), refused) == (31, [])


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
