#!/usr/bin/env python3
"""Make ready and start Precedent, or run its tests. Needs nothing but Python.

    python3 start.py [PATH...]         install on first use, open the window
    python3 start.py test [ARGS...]    linters, type checkers and the whole test suite
    python3 start.py bundle DIR        fetch every wheel for an installation without internet
    python3 start.py --offline DIR ... install from such a folder, then go on

The environment is the folder `.venv` beside this file. A stamp in it says what was installed, so
that the next start goes straight to the application.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        f"Precedent needs Python 3.11 or newer; this is Python {sys.version.split()[0]}. "
        "Start it with a newer one, for example: python3.12 start.py"
    )

import ctypes
import hashlib
import io
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import time
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "precedent-installed.json"
LOG = VENV / "install.log"
SAMPLE_STUDY = ROOT / "resources" / "precedent_resources" / "samples" / "study"
DEMO_PICTURE = "precedent-demo.png"
WINDOW_PICTURE = "precedent-window.png"
BUNDLE_RECORD = "bundle.json"
MOST_PROCESSES = 4
"""For the tests: each loads torch and Qt for itself."""

QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""What Qt's libraries load from the system, and the Debian package of each."""
X11_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What Qt needs besides to open a window on an X server."""
FONT_PACKAGE = "fonts-dejavu-core"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


class StartError(Exception):
    """What stops the start, in one sentence that says what to do."""


@dataclass(frozen=True)
class Outcome:
    """How one check of `start.py test` ended."""

    name: str
    passed: bool
    seconds: float
    detail: str


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says and give the exit status."""
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a letter shows a question mark; it is no reason to stop.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        return run(arguments)
    except StartError as error:
        say(f"start.py: {error}", stream=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def run(arguments: Sequence[str]) -> int:
    """Choose between installing, testing, bundling and starting."""
    if arguments and arguments[0] in ("-h", "--help"):
        say((__doc__ or "").strip())
        return 0
    words, offline = split_offline(arguments)
    if words[:1] == ["bundle"]:
        return bundle(words[1:])
    if words[:1] == ["test"]:
        make_ready(offline, extra="dev")
        return run_checks(words[1:])
    make_ready(offline)
    return open_application(words)


def split_offline(arguments: Sequence[str]) -> tuple[list[str], Path | None]:
    """Take `--offline DIR` out of the command line; the rest is for pytest or the application."""
    words = list(arguments)
    if "--offline" not in words:
        return words, None
    place = words.index("--offline")
    if place + 1 == len(words):
        raise StartError("--offline takes a folder of wheels: start.py --offline DIR.")
    folder = Path(words[place + 1])
    return words[:place] + words[place + 2 :], folder


def say(text: str, *, end: str = "\n", stream: TextIO | None = None) -> None:
    """Print at once: children write to the same terminal."""
    out = stream or sys.stdout
    out.write(text + end)
    out.flush()


def make_ready(offline: Path | None = None, extra: str = "") -> None:
    """Install the project into `.venv` unless the stamp says that this was done."""
    wanted = fingerprint()
    stamp = read_stamp()
    known = stamp.get("extras", []) if stamp.get("fingerprint") == wanted else []
    if extra in known and venv_python().exists():
        return
    started = time.monotonic()
    make_venv()
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    say("Installing Precedent into .venv (first use: some minutes) ...")
    install(["-e", target], offline)
    record = {"fingerprint": wanted, "extras": sorted({"", extra, *known})}
    STAMP.write_text(json.dumps(record), encoding="utf-8")
    say(f"Installed in {time.monotonic() - started:.0f} s.")


def fingerprint() -> str:
    """Give a hash of all that decides what an installation holds."""
    project = read_project()
    parts = [project["build-system"], project["project"], sys.version, str(ROOT)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_project() -> dict[str, dict[str, object]]:
    """Read pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read_stamp() -> dict[str, list[str] | str]:
    """Read what was installed; empty when nothing was or the stamp is damaged."""
    try:
        record = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def venv_python() -> Path:
    """Give the path of the environment's Python."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_venv() -> None:
    """Make `.venv`, or mend it when it is broken or of another Python version."""
    if has_pip(venv_python()):
        return
    say(f"Making .venv with Python {platform.python_version()} ...")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if run_quietly(command) == 0:
        return
    package = f"python{python_tag()}-venv"
    if may_install_packages():
        apt_install([package])
        if run_quietly(command) == 0:
            return
    raise StartError(
        f"Python's venv module could not make {VENV}: free some disk space, or install the module"
        f" (Debian, Ubuntu: sudo apt-get install {package}), then start again."
    )


def has_pip(python: Path) -> bool:
    """Whether `python` is there, runs, has pip and is of our version."""
    if not python.exists():
        return False
    probe = f"import pip, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    return run_quietly([str(python), "-c", probe]) == 0


def run_quietly(command: Sequence[str]) -> int:
    """Run a command without its output; 127 when it cannot be started."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode
    except OSError:
        return 127


def install(targets: Sequence[str], offline: Path | None) -> None:
    """Install with pip: from its configured index, or from a folder of wheels alone."""
    command = [str(venv_python()), "-m", "pip", "install", "--no-input", *targets]
    environment = dict(os.environ)
    if offline is not None:
        check_bundle(offline)
        command += ["--no-index", "--find-links", str(offline.resolve())]
        environment = without_pip_settings(environment)
    status = run_with_progress(command, environment)
    if status != 0:
        say("\n".join(LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]))
        remedy = (
            "Make the bundle anew with `start.py bundle`"
            if offline is not None
            else "Check the network, or take wheels along with `start.py bundle DIR`"
            " and `--offline DIR`"
        )
        raise StartError(f"pip could not install; its words are above and in {LOG}. {remedy}.")


def without_pip_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Drop pip's own settings, so that a bundle is the only source."""
    kept = {name: text for name, text in environment.items() if not name.startswith("PIP_")}
    return kept | {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run_with_progress(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run pip, keep its output in the log and show what it is at."""
    live = sys.stdout.isatty()
    shown = 0.0
    with LOG.open("w", encoding="utf-8") as log:
        log.write(shlex.join(command) + "\n")
        with subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                log.write(line)
                if line.strip() and time.monotonic() - shown > (0.1 if live else 20.0):
                    shown = time.monotonic()
                    show_progress(line.strip(), live)
    if live:
        show_progress("", live)
    return process.returncode


def show_progress(line: str, live: bool) -> None:
    """Show one line of progress, over the one before where the terminal can."""
    if live:
        width = shutil.get_terminal_size().columns - 3
        say(f"\r  {line[:width]:<{width}}\r", end="")
    elif line:
        say(f"  {line[:100]}")


def bundle(arguments: Sequence[str]) -> int:
    """Fetch every wheel that the application and its tests need on a machine like this one."""
    if len(arguments) != 1:
        raise StartError("`bundle` takes one folder: start.py bundle DIR.")
    folder = Path(arguments[0]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    make_venv()
    requirements = folder / "requirements.txt"
    requirements.write_text("\n".join(bundle_requirements()) + "\n", encoding="utf-8")
    command = [str(venv_python()), "-m", "pip", "wheel", "--no-input"]
    say(f"Fetching wheels into {folder} ...")
    if run_with_progress([*command, "-w", str(folder), "-r", str(requirements)], dict(os.environ)):
        raise StartError(f"pip could not fetch every wheel; its words are in {LOG}.")
    record = json.dumps({"python": python_tag(), "platform": platform_tag()})
    (folder / BUNDLE_RECORD).write_text(record, encoding="utf-8")
    wheels = list(folder.glob("*.whl"))
    size = sum(wheel.stat().st_size for wheel in wheels) / 2**20
    say(f"{len(wheels)} wheels, {size:.0f} MiB, for Python {python_tag()} on {platform_tag()}.")
    say(f"On the other machine: python3 start.py --offline {folder.name}")
    return 0


def bundle_requirements() -> list[str]:
    """List what to fetch: the application, the tools of `test`, and what builds the project."""
    project = read_project()["project"]
    extras = project["optional-dependencies"]
    assert isinstance(extras, dict)
    assert isinstance(project["dependencies"], list)
    build = read_project()["build-system"]["requires"]
    assert isinstance(build, list)
    listed = [*project["dependencies"], *(one for extra in extras.values() for one in extra)]
    # An extra may name the project itself with another extra; those are in the list already.
    ours = re.compile(rf"{project['name']}\s*\[")
    # The build backend asks for `editables` while it builds, not in pyproject.toml.
    return [one for one in listed if not ours.match(one)] + [*build, "editables"]


def check_bundle(folder: Path) -> None:
    """Raise StartError unless the wheels in `folder` are for this Python and system."""
    if not folder.is_dir():
        raise StartError(f"There is no folder of wheels at {folder}; name it after --offline.")
    try:
        record = json.loads((folder / BUNDLE_RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    made, ours = (record["python"], record["platform"]), (python_tag(), platform_tag())
    if made != ours:
        raise StartError(
            f"The wheels in {folder} are for Python {made[0]} on {made[1]}; this is Python"
            f" {ours[0]} on {ours[1]}. Make a bundle on a machine like this one."
        )


def python_tag() -> str:
    """Give the version that wheels are bound to, `3.11`."""
    return ".".join(platform.python_version_tuple()[:2])


def platform_tag() -> str:
    """Give the system that wheels are bound to, `linux x86_64`."""
    return f"{platform.system().lower()} {platform.machine().lower()}"


def prepare_system(headless: bool) -> None:
    """Install the system libraries that Qt lacks, or say which they are."""
    if not sys.platform.startswith("linux"):
        return
    wanted = QT_LIBRARIES if headless else QT_LIBRARIES | X11_LIBRARIES
    missing = {name: package for name, package in wanted.items() if not is_loadable(name)}
    packages = list(missing.values()) + ([] if has_fonts() else [FONT_PACKAGE])
    if not packages:
        return
    if may_install_packages():
        apt_install(packages)
        missing = {name: package for name, package in missing.items() if not is_loadable(name)}
        if not missing:
            return
    say(
        f"Qt lacks {', '.join(missing) or 'a font'}: {install_hint(missing, packages)}",
        stream=sys.stderr,
    )


def is_loadable(library: str) -> bool:
    """Whether the system's loader finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_fonts() -> bool:
    """Whether any scalable font is installed, without which a window shows no letters."""
    folders = (Path(name).expanduser() for name in FONT_FOLDERS)
    return any(any(folder.rglob(f"*.{kind}")) for folder in folders for kind in ("ttf", "otf"))


def may_install_packages() -> bool:
    """Whether this is Debian or a child of it, and we are its root."""
    is_root = sys.platform.startswith("linux") and os.geteuid() == 0
    return is_root and shutil.which("apt-get") is not None


def apt_install(packages: Sequence[str]) -> None:
    """Install Debian packages; a failure shows itself by what is still missing."""
    say(f"Installing system packages: {' '.join(packages)} ...")
    environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    for step in (command, ["apt-get", "update"], command):
        ended = subprocess.run(step, env=environment, capture_output=True, check=False)
        if step is command and ended.returncode == 0:
            return


def install_hint(libraries: Iterable[str], packages: Sequence[str]) -> str:
    """Give the command that installs what is missing on this system."""
    if shutil.which("apt-get"):
        return f"sudo apt-get install {' '.join(packages)}"
    if shutil.which("dnf"):
        provided = " ".join(f"'{name}()(64bit)'" for name in libraries)
        return f"sudo dnf install {provided or 'dejavu-sans-fonts'}"
    return f"install the packages that Debian calls {' '.join(packages)}"


def open_application(arguments: Sequence[str]) -> int:
    """Open the window; without a display run the demonstration and leave a picture of it."""
    headless = is_headless()
    prepare_system(headless)
    environment = dict(os.environ)
    if not headless:
        return hand_over([*(arguments or [str(SAMPLE_STUDY)])], environment)
    environment["QT_QPA_PLATFORM"] = "offscreen"
    if not arguments:
        say("No display: asking the sample question, with the window rendered off screen.")
        return hand_over(["demo", "--screenshot", DEMO_PICTURE], environment)
    if not arguments[0].startswith("-") and not Path(arguments[0]).exists():
        return hand_over(arguments, environment)
    say(f"No display: the window is rendered off screen to {Path(WINDOW_PICTURE).resolve()}")
    return hand_over(["window", *arguments, "--screenshot", WINDOW_PICTURE], environment)


def is_headless() -> bool:
    """Whether there is no screen to open a window on."""
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return True
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.platform.startswith("linux") and not has_display


def hand_over(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Become the application, so that signals reach it; Windows waits for it instead."""
    command = [str(venv_python()), "-m", "precedent_plugin", *arguments]
    if os.name != "nt":
        os.execve(command[0], command, environment)
    return subprocess.run(command, env=environment, check=False).returncode


def run_checks(arguments: Sequence[str]) -> int:
    """Run linters, type checkers and pytest, then show how each ended."""
    prepare_system(headless=True)
    python = str(venv_python())
    environment = dict(os.environ) | {
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
        "PYTHONUTF8": "1",
    }
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    checks = {
        "ruff check": [python, "-m", "ruff", "check", "."],
        "ruff format": [python, "-m", "ruff", "format", "--check", "."],
        "mypy": [python, "-m", "mypy"],
        "pyright": [python, "-m", "pyright"],
        "deptry": [python, "-m", "deptry", "viewer", "plugin", "inference", "resources"],
        "pytest": [python, "-m", "pytest", *(arguments or side_by_side())],
    }
    outcomes = [run_check(name, command, environment) for name, command in checks.items()]
    width = max(len(one.name) for one in outcomes)
    say("")
    for one in outcomes:
        mark = "passed" if one.passed else "FAILED"
        say(f"{one.name:<{width}}  {mark}  {one.seconds:6.1f} s  {one.detail}")
    return 0 if all(one.passed for one in outcomes) else 1


def side_by_side() -> list[str]:
    """Give what spreads the whole suite over processes, a file's tests in one of them."""
    return ["-n", str(min(MOST_PROCESSES, os.cpu_count() or 1)), "--dist", "loadfile"]


def run_check(name: str, command: Sequence[str], environment: Mapping[str, str]) -> Outcome:
    """Run one check, pass its output through and keep its closing line."""
    say(f"--- {name}")
    started = time.monotonic()
    closing = ""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            say(line, end="")
            closing = line.strip(" =\n") or closing
    seconds = time.monotonic() - started
    return Outcome(name, process.returncode == 0, seconds, closing)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
