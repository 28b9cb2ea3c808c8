"""An import that is cut short, by the disk, the user or a kill, leaves no model."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.inference.importing.layouts import write_release
from torch import Tensor

from precedent_inference.errors import Cancelled, ModelError
from precedent_inference.importing import convert
from precedent_inference.importing.convert import Progress
from precedent_inference.importing.importer import ImportOrder, import_model
from precedent_inference.models import ModelFolder, check_files, find_models

State = dict[str, Tensor]
NEVER = threading.Event()


def run(paths: list[Path], target: Path) -> ModelFolder:
    return import_model(ImportOrder(tuple(paths), target.name), target, lambda _: None, NEVER)


def run_script(script: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, with the packages of this one."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, *map(str, paths)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX's")
def test_a_disk_that_takes_no_more_leaves_nothing(tmp_path: Path) -> None:
    """The writing library raises an error of its own, whatever the system says."""
    write_release(tmp_path / "release")
    script = (
        "import resource, signal, sys, threading\n"
        "from pathlib import Path\n"
        "from precedent_inference.errors import ModelError\n"
        "from precedent_inference.importing.importer import ImportOrder, import_model\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n"
        "    order = ImportOrder((Path(sys.argv[1]),), 'med')\n"
        "    import_model(order, Path(sys.argv[2]), print, threading.Event())\n"
        "except ModelError as error:\n"
        "    print('said:', error)\n"
    )
    done = run_script(script, tmp_path / "release", tmp_path / "models" / "med")
    assert done.returncode == 0
    assert "said: The weights cannot be written to weights-00001-of" in done.stdout
    assert list((tmp_path / "models").iterdir()) == []


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_release(tmp_path / "release")

    def full(tensors: State, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(convert, "save_file", full)
    with pytest.raises(ModelError, match="No space left on device"):
        run([tmp_path / "release"], tmp_path / "models" / "med")
    assert list((tmp_path / "models").iterdir()) == []


def test_too_little_space_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_release(tmp_path / "release")
    usage = type("Usage", (), {"free": 1_000_000})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(ModelError, match=r"needs 0\.0 GB in .*models; 0\.0 GB are free"):
        run([tmp_path / "release"], tmp_path / "models" / "med")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_cancelled_import_leaves_nothing(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    cancel = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.stage == "Converting weights":
            cancel.set()

    order = ImportOrder((tmp_path / "release",), "med")
    with pytest.raises(Cancelled):
        import_model(order, tmp_path / "models" / "med", stop, cancel)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_draft_is_no_model(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    imported = run([tmp_path / "release"], tmp_path / "models" / "med")
    imported.path.rename(tmp_path / "models" / "med.part")
    names = [model.profile.name for model in find_models([tmp_path / "models"]).models]
    assert "med" not in names


def test_a_killed_import_shows_no_model_and_can_be_done_again(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    script = (
        "import sys, os, threading\n"
        "from pathlib import Path\n"
        "from precedent_inference.importing.importer import ImportOrder, import_model\n"
        "def die(progress):\n"
        "    if progress.stage == 'Hashing the sources':\n"
        "        os.kill(os.getpid(), 9)\n"
        "order = ImportOrder((Path(sys.argv[1]),), 'med')\n"
        "import_model(order, Path(sys.argv[2]), die, threading.Event())\n"
    )
    target = tmp_path / "models" / "med"
    assert run_script(script, tmp_path / "release", target).returncode != 0
    assert (tmp_path / "models" / "med.part").is_dir()
    assert not target.exists()
    names = [model.profile.name for model in find_models([tmp_path / "models"]).models]
    assert "med" not in names
    assert run([tmp_path / "release"], target).profile.name == "med"
    assert not (tmp_path / "models" / "med.part").exists()


def test_a_second_import_of_a_name_waits_for_the_first(tmp_path: Path) -> None:
    write_release(tmp_path / "release")
    order, target = ImportOrder((tmp_path / "release",), "med"), tmp_path / "models" / "med"

    def begin_again(progress: Progress) -> None:
        if progress.stage == "Hashing the sources":
            with pytest.raises(ModelError, match="Another process is writing"):
                import_model(order, target, lambda _: None, NEVER)

    imported = import_model(order, target, begin_again, NEVER)
    assert all(check.state == "ok" for check in check_files(imported))
    assert not (target / "writer").exists()


@pytest.mark.parametrize(
    "stage", ["Converting weights", "Hashing the sources", "Hashing the model"]
)
def test_every_long_stage_can_be_cancelled(tmp_path: Path, stage: str) -> None:
    write_release(tmp_path / "release")
    cancel = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.stage == stage:
            cancel.set()

    order = ImportOrder((tmp_path / "release",), "med")
    with pytest.raises(Cancelled):
        import_model(order, tmp_path / "models" / "med", stop, cancel)
    assert list((tmp_path / "models").iterdir()) == []
