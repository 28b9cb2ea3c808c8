"""Headers out of their bytes are pydicom's, element by element, in whole and in damaged files."""

import io
import random
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import read_partial
from pydicom.tag import Tag

from precedent_viewer.dicom.opened import PIXEL_TAGS
from precedent_viewer.dicom.plain_header import PlainHeader, plain_header
from precedent_viewer.dicom.warned import warnings_collected

PACKAGE_FILES = Path(pydicom.__file__).parent / "data" / "test_files"
STOPS = frozenset(PIXEL_TAGS)
MOST = 1 << 16
DAMAGED = 400


def with_preamble(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            if data[128:132] == b"DICM":
                yield path.name, data


def by_pydicom(data: bytes) -> Dataset:
    with warnings_collected():
        return read_partial(io.BytesIO(data), stop_when=lambda tag, _vr, _length: tag in STOPS)


def read(head: bytes, size: int | None = None) -> PlainHeader | None:
    with warnings_collected():
        return plain_header(head, len(head) if size is None else size, STOPS)


def stored(dataset: Dataset) -> dict[int, tuple[str | None, object]]:
    """Give representation and bytes of what pydicom has not converted on its own."""
    found: dict[int, tuple[str | None, object]] = {}
    for tag in dataset.keys():  # noqa: SIM118
        one: object = dataset.get_item(tag)
        if isinstance(one, RawDataElement):
            found[int(tag)] = (one.VR, one.value)
    return found


def assert_same(ours: PlainHeader, theirs: Dataset) -> None:
    for mine, other in ((ours.dataset, theirs), (ours.dataset.file_meta, theirs.file_meta)):
        assert set(mine.keys()) == set(other.keys())
        raw = stored(mine)
        for tag, held in stored(other).items():
            assert raw[tag] == held, Tag(tag)
    assert ours.dataset.original_encoding == theirs.original_encoding
    assert ours.dataset.original_character_set == theirs.original_character_set


def test_headers_of_the_packages_files() -> None:
    plain = 0
    for name, data in with_preamble(PACKAGE_FILES):
        found = read(data)
        if found is not None:
            plain += 1
            theirs = by_pydicom(data)
            assert_same(found, theirs)
            with warnings_collected():
                assert found.dataset == theirs, name
    assert plain > 60


def test_headers_of_shared_files(shared_data: Path) -> None:
    plain = every = 0
    for _, data in with_preamble(shared_data):
        every += 1
        found = read(data)
        if found is not None:
            plain += 1
            assert_same(found, by_pydicom(data))
    assert plain > 0.9 * every


def test_damaged_headers_are_pydicoms_or_are_left_to_it() -> None:
    rng = random.Random(20)
    files = list(with_preamble(PACKAGE_FILES))
    plain = 0
    for _ in range(DAMAGED):
        data = bytearray(rng.choice(files)[1][:MOST])
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(132, min(len(data), 4000))] = rng.randrange(256)
        found = read(bytes(data))
        if found is not None:
            plain += 1
            assert_same(found, by_pydicom(bytes(data)))
    assert plain > DAMAGED / 3


@pytest.mark.parametrize(
    "name", ["ExplVR_BigEnd.dcm", "image_dfl.dcm", "no_meta.dcm", "meta_missing_tsyntax.dcm"]
)
def test_what_is_not_plain_is_left_to_pydicom(name: str) -> None:
    assert read((PACKAGE_FILES / name).read_bytes()) is None


def test_a_header_that_goes_on_is_left_for_more_bytes() -> None:
    data = (PACKAGE_FILES / "CT_small.dcm").read_bytes()
    assert read(data[:2000], len(data)) is None
    whole = read(data)
    assert whole is not None
    assert data[whole.end : whole.end + 4] == b"\xe0\x7f\x10\x00"
