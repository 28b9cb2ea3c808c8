"""The engine process: started with a token on a pipe, ended by closing that pipe."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import precedent_inference
import precedent_resources
from precedent_inference.errors import EngineLost

END_S = 5.0
LOG_TAIL_BYTES = 2_000


class Child:
    """One engine process and the address and token it is reached by."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """Start it, without waiting."""
        self.token = secrets.token_urlsafe(32)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "precedent_inference", "serve", "--child", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=os.environ | {"PYTHONPATH": python_path()},
            # Keep the terminal's Ctrl+C for this process; open no console window on Windows.
            creationflags=creation_flags(),
            start_new_session=True,
        )
        self._address: str | None = None
        self._is_closed = False

    def connect(self) -> str:
        """Wait for its address and give it. Raises EngineLost when it ends before it has one."""
        if self._address is None:
            self._address = f"http://127.0.0.1:{self._handshake()}"
        return self._address

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id."""
        number: int = self._process.pid
        return number

    def has_ended(self, within_s: float) -> bool:
        """Wait so long at most for the process to end; say whether it did."""
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def lost(self) -> EngineLost:
        """Say that it ended, with the last line it wrote."""
        if self._is_closed:
            return EngineLost("The engine was ended while it was starting.", "Ask again.")
        status = self._process.poll()
        return EngineLost(
            f"The engine ended with status {status} while it was starting: {self._last_line()}",
            "Ask again; `precedent doctor` checks the installation.",
        )

    def close(self) -> None:
        """End the process, by force if it takes too long or has not begun to listen."""
        self._is_closed = True
        if self._address is None:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue  # a token that a dead process never read
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _handshake(self) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(self.token.encode() + b"\n")
            self._process.stdin.flush()
            answer: object = json.loads(self._process.stdout.readline())
        except (OSError, ValueError) as error:
            self._process.kill()
            self._process.wait()
            raise self.lost() from error
        assert isinstance(answer, dict)
        return int(answer["port"])

    def _last_line(self) -> str:
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - LOG_TAIL_BYTES))
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing."


def creation_flags() -> int:
    """Open no console window on Windows, and leave the terminal's Ctrl+C to the parent."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


def python_path() -> str:
    """Let the process find our packages where this one found them, installed or not."""
    packages = (precedent_inference.__file__, precedent_resources.__file__)
    roots = [str(Path(package).parents[1]) for package in packages]
    return os.pathsep.join(dict.fromkeys([*roots, *_inherited_path()]))


def _inherited_path() -> list[str]:
    inherited = os.environ.get("PYTHONPATH")
    return [inherited] if inherited else []
