"""A worker process that is told by lines of JSON what to do, one answer for each."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import cast

from precedent_inference.errors import EngineError

TAIL_BYTES = 2_000


class WorkerProcess:
    """A process that runs one side of a comparison; ends with the `with` block."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str]) -> None:
        self.name = name
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the process
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=environment,
        )

    def tell(self, **order: object) -> dict[str, object]:
        """Send an order and wait for its answer. Raises EngineError when the process ends."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._ended() from error
        line = self._process.stdout.readline()
        if not line:
            raise self._ended()
        return cast("dict[str, object]", json.loads(line))

    def _ended(self) -> EngineError:
        status = self._process.wait()
        size = self._errors.seek(0, 2)
        self._errors.seek(max(0, size - TAIL_BYTES))
        said = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return EngineError(
            f"The benchmark's process {self.name} ended with status {status}: "
            f"{said[-1] if said else 'it said nothing'}.",
            "Free memory and run it again.",
        )

    def __enter__(self) -> "WorkerProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()


def python_command(script: Path, interpreter: Path | None = None) -> list[str]:
    """Give the command that runs a script unbuffered with an interpreter, ours by default."""
    return [str(interpreter or sys.executable), "-u", str(script)]
