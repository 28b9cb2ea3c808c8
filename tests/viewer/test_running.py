"""The window's command line."""

from pathlib import Path

import pytest
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication

from precedent_viewer import running
from precedent_viewer.__main__ import has_screen, main


@pytest.fixture(autouse=True)
def without_extensions(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> None:
    """Test the viewer alone; hooks of the process are the runner's business, not the test's."""
    monkeypatch.setattr(running, "installed_extensions", lambda: ())
    monkeypatch.setattr(running, "catch_qt_messages", lambda: None)
    monkeypatch.setattr(running, "catch_unexpected", lambda _show: None)


def test_a_screenshot_shows_the_image(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "window.png"
    assert main([str(study), "--screenshot", str(out)]) == 0
    image = QImage(str(out))
    assert image.width() >= 1000
    middle = image.pixelColor(image.width() // 2, image.height() // 2)
    assert 60 < middle.red() < 200


def test_a_screenshot_of_nothing_shows_the_start_page(tmp_path: Path) -> None:
    out = tmp_path / "window.png"
    assert main(["--screenshot", str(out), "--theme", "light"]) == 0
    assert QImage(str(out)).pixelColor(5, 5).lightness() > 200


def test_a_screenshot_without_an_image_ends_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.dcm"
    broken.write_bytes(b"")
    assert main([str(broken), "--screenshot", str(tmp_path / "window.png")]) == 2
    assert capsys.readouterr().err == f"precedent: No image was found in {broken}.\n"


def test_a_screenshot_that_cannot_be_written_ends_with_two(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(study), "--screenshot", str(tmp_path / "no" / "window.png")]) == 2
    assert "could not be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [("linux", {}, False), ("linux", {"DISPLAY": ":0"}, True), ("linux", {"DISPLAY": ""}, False),
     ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True), ("win32", {}, True)],
)  # fmt: skip
def test_a_missing_screen_is_noticed(
    platform: str, environment: dict[str, str], expected: bool
) -> None:
    assert has_screen(platform, environment) is expected


def test_without_a_screen_the_window_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("precedent_viewer.__main__.has_screen", lambda *_given: False)
    assert main([]) == 2
    assert "--screenshot" in capsys.readouterr().err


def test_an_unknown_theme_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--theme", "pink"])
    assert ended.value.code == 2
    assert "invalid choice" in capsys.readouterr().err
