"""`precedent serve`: secrets stay in files that only the user can read."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.inference.serving.test_server import wait

from precedent_inference.client import EngineClient
from precedent_inference.errors import EngineError
from precedent_inference.verbs.serve import main, write_private


def test_a_private_file_holds_its_content(tmp_path: Path) -> None:
    path = write_private(tmp_path / "inner" / "engine.json", {"port": 1, "token": "t"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"port": 1, "token": "t"}
    assert [child.name for child in path.parent.iterdir()] == ["engine.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the folder private instead")
def test_a_private_file_is_only_the_users(tmp_path: Path) -> None:
    path = write_private(tmp_path / "engine.json", {"port": 1})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EngineError, match="cannot be written"):
        write_private(tmp_path / "file" / "engine.json", {"port": 1})


def test_a_taken_port_is_one_sentence(models_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with pytest.raises(EngineError, match=f"cannot listen on port {port}"):
            main(["--port", port, "--models", str(models_folder)])


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C cannot be sent to one process there")
def test_a_served_engine_prints_no_token_and_tidies_up(models_folder: Path, tmp_path: Path) -> None:
    roots = os.pathsep.join(path for path in sys.path if path)
    environment = os.environ | {"PYTHONPATH": roots, "XDG_DATA_HOME": str(tmp_path)}
    words = [sys.executable, "-m", "precedent_inference", "serve", "--models", str(models_folder)]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        path = tmp_path / "precedent" / "engine.json"
        secret = json.loads(path.read_text(encoding="utf-8"))
        assert secret["token"] not in line
        with EngineClient(f"http://127.0.0.1:{secret['port']}", secret["token"]) as client:
            wait(lambda: client.health()[0] == "ready")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""
    assert not path.exists()
