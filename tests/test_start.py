"""start.py: what it decides about the environment and the application; nothing is installed."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
START = ROOT / "start.py"


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A fresh start.py whose environment lies in an empty folder."""
    spec = importlib.util.spec_from_file_location("start_under_test", START)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    venv.mkdir()
    monkeypatch.setattr(module, "VENV", venv)
    monkeypatch.setattr(module, "STAMP", venv / "precedent-installed.json")
    monkeypatch.setattr(module, "LOG", venv / "install.log")
    return module


@pytest.fixture
def installs(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would have been installed, in order."""
    seen: list[list[str]] = []
    python = start.venv_python()

    def make_venv() -> None:
        python.parent.mkdir(exist_ok=True)
        python.touch()

    monkeypatch.setattr(start, "make_venv", make_venv)
    monkeypatch.setattr(start, "install", lambda targets, offline: seen.append(list(targets)))
    return seen


def test_an_old_python_can_read_the_file() -> None:
    """Else it would show a syntax error instead of the sentence about its version."""
    ast.parse(START.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_an_old_python_is_told_so() -> None:
    pretend = (
        "import runpy, sys; sys.version_info = (3, 10, 1); sys.version = '3.10.1 (old)';"
        f"runpy.run_path({str(START)!r}, run_name='__main__')"
    )

    ended = subprocess.run(
        [sys.executable, "-c", pretend], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith("Precedent needs Python 3.11 or newer; this is Python 3.10.1.")
    assert "Traceback" not in ended.stderr


def test_only_the_standard_library_is_imported() -> None:
    tree = ast.parse(START.read_text(encoding="utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}

    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_second_start_installs_nothing(start: ModuleType, installs: list[list[str]]) -> None:
    start.make_ready()
    start.make_ready()

    assert installs == [["-e", str(ROOT)]]


def test_tests_install_the_tools_once(start: ModuleType, installs: list[list[str]]) -> None:
    start.make_ready(extra="dev")
    start.make_ready(extra="dev")
    start.make_ready()

    assert installs == [["-e", f"{ROOT}[dev]"]]


def test_application_then_tools_keeps_both(start: ModuleType, installs: list[list[str]]) -> None:
    start.make_ready()
    start.make_ready(extra="dev")
    start.make_ready()

    assert len(installs) == 2


def test_changed_dependencies_are_installed(
    start: ModuleType, installs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    start.make_ready()
    project = start.read_project()
    project["project"]["dependencies"].append("something-new")
    monkeypatch.setattr(start, "read_project", lambda: project)

    start.make_ready()

    assert len(installs) == 2


def test_changed_tool_settings_install_nothing(
    start: ModuleType, installs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    start.make_ready()
    project = start.read_project()
    project["tool"]["ruff"]["line-length"] = 1
    monkeypatch.setattr(start, "read_project", lambda: project)

    start.make_ready()

    assert len(installs) == 1


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"fingerprint": 3}'])
def test_damaged_stamp_means_not_installed(
    start: ModuleType, installs: list[list[str]], damage: str
) -> None:
    start.STAMP.write_text(damage, encoding="utf-8")

    start.make_ready()

    assert len(installs) == 1


def test_failed_installation_leaves_no_stamp(
    start: ModuleType, installs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(targets: list[str], offline: Path | None) -> None:
        raise start.StartError("no")

    monkeypatch.setattr(start, "install", fail)

    with pytest.raises(start.StartError):
        start.make_ready()
    assert not start.STAMP.exists()


def test_pip_failure_is_one_sentence_with_its_last_words(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "venv_python", lambda: Path(sys.executable))

    with pytest.raises(start.StartError, match="pip could not install") as caught:
        start.install(["./there-is-nothing-here"], None)

    assert "there-is-nothing-here" in capsys.readouterr().out
    assert "bundle" in str(caught.value)


def test_offline_takes_nothing_but_the_folder(
    start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[list[str], dict[str, str]]] = []

    def record(command: list[str], environment: dict[str, str]) -> int:
        seen.append((command, environment))
        return 0

    monkeypatch.setenv("PIP_INDEX_URL", "https://elsewhere.invalid/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/elsewhere")
    monkeypatch.setattr(start, "run_with_progress", record)

    start.install(["-e", "."], tmp_path)

    command, environment = seen[0]
    assert command[-3:] == ["--no-index", "--find-links", str(tmp_path.resolve())]
    assert "PIP_INDEX_URL" not in environment
    assert "PIP_FIND_LINKS" not in environment


def test_missing_bundle_is_named(start: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(start.StartError, match=r"no folder of wheels at .*absent"):
        start.check_bundle(tmp_path / "absent")


def test_bundle_for_another_python_is_refused(start: ModuleType, tmp_path: Path) -> None:
    record = {"python": "3.99", "platform": start.platform_tag()}
    (tmp_path / "bundle.json").write_text(json.dumps(record), encoding="utf-8")

    with pytest.raises(start.StartError, match=r"are for Python 3\.99 on"):
        start.check_bundle(tmp_path)


def test_bundle_holds_application_tools_and_build_backend(start: ModuleType) -> None:
    names = " ".join(start.bundle_requirements())

    for wanted in ("PyQt6", "torch", "pytest", "pyright[nodejs]", "hatchling", "editables"):
        assert wanted in names
    assert "precedent[" not in names


def test_bundle_without_a_folder_is_one_sentence(
    start: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(["bundle"]) == 2
    assert capsys.readouterr().err == "start.py: `bundle` takes one folder: start.py bundle DIR.\n"


@pytest.mark.parametrize(
    ("line", "words", "folder"),
    [
        ([], [], None),
        (["a.dcm", "b"], ["a.dcm", "b"], None),
        (["test", "-k", "lut", "-x"], ["test", "-k", "lut", "-x"], None),
        (["--offline", "w", "test"], ["test"], Path("w")),
        (["test", "-x", "--offline", "w"], ["test", "-x"], Path("w")),
        (["--theme", "light", "a.dcm"], ["--theme", "light", "a.dcm"], None),
    ],
)
def test_what_is_not_ours_is_passed_on_in_order(
    start: ModuleType, line: list[str], words: list[str], folder: Path | None
) -> None:
    assert start.split_offline(line) == (words, folder)


def test_offline_without_a_folder_is_one_sentence(
    start: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(["--offline"]) == 2
    assert capsys.readouterr().err.startswith("start.py: --offline takes a folder of wheels")


def test_help_names_the_commands(start: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["--help"]) == 0
    assert "start.py bundle DIR" in capsys.readouterr().out


def launched(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, words: list[str], *, headless: bool
) -> tuple[list[str], str | None]:
    """Give what the application would be started with."""
    seen: list[tuple[list[str], str | None]] = []

    def record(arguments: list[str], environment: dict[str, str]) -> int:
        seen.append((arguments, environment.get("QT_QPA_PLATFORM")))
        return 0

    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(start, "prepare_system", lambda headless: None)
    monkeypatch.setattr(start, "is_headless", lambda: headless)
    monkeypatch.setattr(start, "hand_over", record)
    start.open_application(words)
    return seen[0]


def test_window_opens_on_the_sample_study(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, platform = launched(start, monkeypatch, [], headless=False)

    assert arguments == [str(start.SAMPLE_STUDY)]
    assert start.SAMPLE_STUDY.is_dir()
    assert platform is None


def test_window_opens_on_the_paths_given(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert launched(start, monkeypatch, ["x.dcm"], headless=False)[0] == ["x.dcm"]


def test_without_a_display_the_demonstration_runs(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, platform = launched(start, monkeypatch, [], headless=True)

    assert arguments == ["demo", "--screenshot", "precedent-demo.png"]
    assert platform == "offscreen"


def test_without_a_display_paths_become_a_picture(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, platform = launched(start, monkeypatch, [str(START)], headless=True)

    assert arguments == ["window", str(START), "--screenshot", "precedent-window.png"]
    assert platform == "offscreen"


@pytest.mark.parametrize("headless", [True, False])
def test_verbs_are_passed_on(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, headless: bool
) -> None:
    arguments, _ = launched(start, monkeypatch, ["doctor", "--json"], headless=headless)

    assert arguments == ["doctor", "--json"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are named on Linux only")
@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, True),
        ({"DISPLAY": ":0"}, False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, False),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, True),
    ],
)
def test_a_display_is_recognised(
    start: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    expected: bool,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert start.is_headless() is expected


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Qt brings its own elsewhere")
def test_missing_libraries_are_named_in_one_line(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "is_loadable", lambda name: name != "libEGL.so.1")
    monkeypatch.setattr(start, "has_fonts", lambda: True)
    monkeypatch.setattr(start, "may_install_packages", lambda: False)
    monkeypatch.setattr(start.shutil, "which", lambda name: name if name == "apt-get" else None)

    start.prepare_system(headless=True)

    assert capsys.readouterr().err == "Qt lacks libEGL.so.1: sudo apt-get install libegl1\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Qt brings its own elsewhere")
def test_missing_libraries_are_installed_when_it_may(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    present: set[str] = set()
    asked: list[str] = []

    def apt_install(packages: list[str]) -> None:
        asked.extend(packages)
        present.update(start.QT_LIBRARIES)

    monkeypatch.setattr(start, "is_loadable", lambda name: name in present)
    monkeypatch.setattr(start, "has_fonts", lambda: False)
    monkeypatch.setattr(start, "may_install_packages", lambda: True)
    monkeypatch.setattr(start, "apt_install", apt_install)

    start.prepare_system(headless=True)

    assert set(asked) == {*start.QT_LIBRARIES.values(), "fonts-dejavu-core"}


@pytest.mark.parametrize(("code", "passed"), [(0, True), (3, False)])
def test_a_check_keeps_its_closing_line(
    start: ModuleType, capsys: pytest.CaptureFixture[str], code: int, passed: bool
) -> None:
    script = f"print('== 3 passed in 1.2s =='); raise SystemExit({code})"

    outcome = start.run_check("pytest", [sys.executable, "-c", script], {})

    assert (outcome.passed, outcome.detail) == (passed, "3 passed in 1.2s")
    assert "== 3 passed in 1.2s ==" in capsys.readouterr().out


def test_one_failed_check_fails_the_run(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def pretend(name: str, command: list[str], environment: dict[str, str]) -> object:
        return start.Outcome(name, name != "mypy", 0.1, "")

    monkeypatch.setattr(start, "prepare_system", lambda headless: None)
    monkeypatch.setattr(start, "run_check", pretend)

    assert start.run_checks([]) == 1
