"""Archives: honest ones open, hostile ones do no harm, and nothing is left behind."""

import stat
import struct
import threading
import zipfile
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.viewer.conftest import MakeApp

from precedent_viewer.errors import FileError
from precedent_viewer.model.study import RefusedFile
from precedent_viewer.opening.archives import unpack
from precedent_viewer.opening.unpacked import PREFIX, UnpackedArchives


class Unpacked:
    """What came out of an archive."""

    def __init__(self, archive: Path, folder: Path) -> None:
        folder.mkdir()
        self.refused: list[RefusedFile] = []
        self.files = list(unpack(archive, folder, self.refused.append, threading.Event()))
        self.folder = folder


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_folders_inside_are_kept_and_contents_are_the_same(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x/y/im1": b"one", "im2": b"two"})
    got = Unpacked(path, tmp_path / "out")
    assert {file.relative_to(got.folder).as_posix(): file.read_bytes() for file in got.files} == {
        "x/y/im1": b"one",
        "im2": b"two",
    }


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "C:\\evil", "..\\evil"])
def test_names_that_point_outside_are_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", {name: b"x", "good": b"y"})
    got = Unpacked(path, tmp_path / "out")
    assert [file.name for file in got.files] == ["good"]
    assert [one.reason for one in got.refused] == ["Its name points outside the archive."]
    assert not list(tmp_path.rglob("evil*"))


def test_a_bomb_is_refused_before_a_byte_is_written(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"good": b"y", "bomb": bytes(40 << 20)})
    # Deflate cannot pass 1,032; the claim is what an attacker writes.
    raw = path.read_bytes()
    at = raw.rindex(b"PK\x01\x02")
    lied = raw[: at + 24] + struct.pack("<L", 1 << 30) + raw[at + 28 :]
    path.write_bytes(lied)
    with pytest.raises(FileError, match="claims to grow"):
        Unpacked(path, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_member_that_is_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"liar": bytes(5000)})
    raw = path.read_bytes()
    at = raw.rindex(b"PK\x01\x02")
    path.write_bytes(raw[: at + 24] + struct.pack("<L", 100) + raw[at + 28 :])
    got = Unpacked(path, tmp_path / "out")
    assert got.files == []
    assert len(got.refused) == 1


def test_links_locked_members_and_archives_inside_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("inner.zip", b"PK\x03\x04")
        archive.writestr("locked", b"secret")
    raw = bytearray(path.read_bytes())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(raw))
    got = Unpacked(path, tmp_path / "out")
    assert got.files == []
    assert [one.reason.split(":")[0].split(",")[0] for one in got.refused] == [
        "It is a link",
        "It is an archive inside an archive",
        "It is locked with a password",
    ]


def test_names_that_windows_reserves_get_others(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"con.dcm": b"1", "a<b>.dcm": b"2", "end. ": b"3"})
    got = Unpacked(path, tmp_path / "out")
    assert [file.name for file in got.files] == ["_con.dcm", "a_b_.dcm", "end"]


def test_the_same_name_twice_keeps_both(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("im", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("im", b"2")
    got = Unpacked(path, tmp_path / "out")
    assert [file.read_bytes() for file in got.files] == [b"1", b"2"]


def test_a_broken_archive_is_one_sentence(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"im": b"1" * 500})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FileError, match="the archive is broken"):
        Unpacked(path, tmp_path / "out")


def test_a_study_opens_out_of_an_archive_and_nothing_stays(
    make_app: MakeApp, study: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(
        tmp_path / "a.zip", {f"disc/deep/{one.name}": one.read_bytes() for one in study.iterdir()}
    )
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(place))
    app = make_app()
    app.open_paths([path])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    assert app.view.frame_count == 5
    assert [one.name.startswith(PREFIX) for one in place.iterdir()] == [True]
    app.close_all()
    qtbot.waitUntil(lambda: not list(place.iterdir()))


def test_what_a_dead_viewer_left_is_removed(tmp_path: Path) -> None:
    dead = tmp_path / f"{PREFIX}4194303-abc"
    dead.mkdir()
    own = UnpackedArchives(tmp_path).new_folder()
    UnpackedArchives(tmp_path).remove_leftovers()
    assert not dead.exists()
    assert own.exists()


def test_the_first_archive_clears_what_a_dead_viewer_left(tmp_path: Path) -> None:
    dead = tmp_path / f"{PREFIX}4194303-abc"
    dead.mkdir()
    UnpackedArchives(tmp_path).new_folder()
    assert not dead.exists()


def test_what_systems_leave_in_archives_is_passed_over(tmp_path: Path) -> None:
    names = ("x/im1", "__MACOSX/x/._im1", "x/.DS_Store", "x/Thumbs.db")
    got = Unpacked(zipped(tmp_path / "a.zip", dict.fromkeys(names, b"1")), tmp_path / "out")
    assert ([file.name for file in got.files], got.refused) == (["im1"], [])


def test_a_file_with_the_name_of_a_folder_spoils_one_member_alone(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x": b"1", "x/im": b"2", "y": b"3"})
    got = Unpacked(path, tmp_path / "out")
    assert [file.name for file in got.files] == ["x", "y"]
    assert [one.reason for one in got.refused] == [
        "Another file of the archive has the name of its folder."
    ]


def test_members_deeper_than_systems_allow_are_still_opened(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"/".join(["deep" * 20] * 60) + "/im": b"1"})
    got = Unpacked(path, tmp_path / "out")
    assert [file.read_bytes() for file in got.files] == [b"1"]


def test_stopping_ends_in_the_middle_of_a_member(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": b"1", "b": bytes(8 << 20)})
    folder, cancel = tmp_path / "out", threading.Event()
    folder.mkdir()
    files = unpack(path, folder, lambda _file: None, cancel)
    assert next(files).name == "a"
    cancel.set()
    assert list(files) == []


def test_an_archive_opened_twice_shows_each_image_once(
    make_app: MakeApp, study: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    members = {f"disc/{one.name}": one.read_bytes() for one in study.iterdir()}
    path = zipped(tmp_path / "a.zip", members)
    app = make_app()
    for _ in range(2):
        app.open_paths([path])
        qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    assert app.view.frame_count == 5
    assert app.tree.refused == ()


def test_the_same_study_in_a_folder_and_in_an_archive_is_shown_once(
    make_app: MakeApp, study: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    path = zipped(tmp_path / "a.zip", {one.name: one.read_bytes() for one in study.iterdir()})
    app = make_app()
    app.open_paths([study, path])
    qtbot.waitUntil(lambda: app.is_quiet and app.view.has_image())
    assert app.view.frame_count == 5
    assert [one.reason.split(" of ")[0] for one in app.tree.refused] == ["It is a copy"] * 5
