"""Headers that name the file of their values."""

from pathlib import Path

import pytest

from precedent_viewer.detached_values import check_values_are_beside, header_of
from precedent_viewer.errors import FileError

NRRD = "NRRD0004\ntype: short\ndimension: 1\nsizes: 1\nencoding: raw\n"
META = "ObjectType = Image\nNDims = 1\nDimSize = 1\nElementType = MET_SHORT\n"


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x.raw", "a/../../x.raw", "C:\\x.raw", "\\\\host\\share\\x.raw",
             "//host/share/x.raw", "..\\x.raw"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("header", "line"),
    [("v.nhdr", NRRD + "data file: {}\n"), ("v.nrrd", NRRD + "datafile:{}\n"),
     ("v.mhd", META + "ElementDataFile = {}\n"), ("v.nhdr", NRRD + "data file: LIST\n{}\n")],
)  # fmt: skip
def test_files_elsewhere_are_never_read(tmp_path: Path, name: str, header: str, line: str) -> None:
    (tmp_path / header).write_text(line.format(name))
    with pytest.raises(FileError, match="outside its folder"):
        check_values_are_beside(tmp_path / header)


@pytest.mark.parametrize(
    ("header", "text"),
    [("v.nhdr", NRRD + "data file: sub/v.raw\n"), ("v.mhd", META + "ElementDataFile = v.raw\n"),
     ("v.mha", META + "ElementDataFile = LOCAL\nxx"), ("v.nrrd", NRRD + "\ndata file: /etc/passwd"),
     ("v.nhdr", NRRD + "data file: v%02d.raw 1 3 1\n"), ("v.nii", "data file: /etc/passwd")],
)  # fmt: skip
def test_files_beside_the_header_are(tmp_path: Path, header: str, text: str) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("v.raw", "sub/v.raw"):
        (tmp_path / name).write_bytes(b"xx")
    (tmp_path / header).write_text(text)
    check_values_are_beside(tmp_path / header)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "v.nhdr").write_text(NRRD + "data file: gone.raw\n")
    with pytest.raises(FileError, match=r"v\.nhdr: the file of its values, gone\.raw, is missing"):
        check_values_are_beside(tmp_path / "v.nhdr")


@pytest.mark.parametrize(
    ("values", "header"),
    [("v.raw", "v.mhd"), ("v.raw.gz", "v.nhdr"), ("v.img", "v.hdr"), ("v.txt", None)],
)
def test_values_know_their_header(tmp_path: Path, values: str, header: str | None) -> None:
    for name in {values, header or "v.mhd"}:
        (tmp_path / name).touch()
    assert header_of(tmp_path / values) == (None if header is None else tmp_path / header)
