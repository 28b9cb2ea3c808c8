"""Five thousand damaged files: no crash, no hang over five seconds, no memory above the cap."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from pydicom import dcmread
from tests.viewer.mutated.mutations import monsters, mutated, seed_files

OPENER = Path(__file__).with_name("opener.py")
FILES = 5000
BATCHES = 10
PATIENCE_S = 5.0
STARTING_S = 60.0
"""A process imports numpy and the decoders before its first file."""
CAP_BYTES = 2 << 30


class Watched:
    """A process that opens files, ended when one takes too long or too much."""

    def __init__(self, first: int, count: int) -> None:
        self.first, self.count = first, count
        self.verdicts: dict[int, str] = {}
        self.peak_bytes = 0

    def run(self) -> None:
        """Open all of them; after a fall the next process goes on behind the fallen file."""
        at = self.first
        while at < self.first + self.count:
            at = self._once(at)

    def _once(self, at: int) -> int:
        left = self.first + self.count - at
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        with subprocess.Popen(
            [sys.executable, str(OPENER), str(at), str(left)], stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL, env=environment,
        ) as process:  # fmt: skip
            watch = _Watch(process)
            number = at - 1
            assert process.stdout is not None
            for line in process.stdout:
                watch.seen()
                said = line.rstrip("\n")
                if said.lstrip("-").isdigit():
                    number = int(said)
                else:
                    self.verdicts[number] = said
            watch.stop()
            code = process.wait()
        self.peak_bytes = max(self.peak_bytes, watch.peak_bytes)
        if number not in self.verdicts:
            self.verdicts[number] = watch.reason or f"the process ended with {code}"
        return number + 1


class _Watch:
    """Looks at a process ten times a second."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._last = time.monotonic() + STARTING_S - PATIENCE_S
        self._done = threading.Event()
        self.reason = ""
        self.peak_bytes = 0
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def seen(self) -> None:
        """Note a sign of life."""
        self._last = time.monotonic()

    def stop(self) -> None:
        """End the watch."""
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.1):
            held = _bytes_of(self._process.pid)
            self.peak_bytes = max(self.peak_bytes, held)
            if time.monotonic() - self._last > PATIENCE_S + 1:
                self.reason = f"hung for more than {PATIENCE_S:.0f} s"
            elif held > CAP_BYTES:
                self.reason = f"took {held >> 20} MiB"
            if self.reason:
                self._process.kill()
                return


def _bytes_of(pid: int) -> int:
    """Give the memory of a process and of its decoders."""
    try:
        whole = psutil.Process(pid)
        return sum(int(one.memory_info().rss) for one in (whole, *whole.children(recursive=True)))
    except psutil.Error:
        return 0


@pytest.mark.parametrize("batch", range(BATCHES))
def test_damaged_files_are_shown_or_refused(batch: int) -> None:
    count = FILES // BATCHES
    watched = Watched(batch * count, count)
    watched.run()
    bad = {number: said for number, said in watched.verdicts.items()
           if said not in ("ok", "refused")}  # fmt: skip
    assert bad == {}
    assert len(watched.verdicts) == count
    assert watched.peak_bytes < CAP_BYTES


def test_monsters_are_refused_or_shown_in_part(tmp_path: Path) -> None:
    names = [path.name for path in monsters(tmp_path)]
    watched = Watched(-len(names), len(names))
    watched.run()
    said = {names[-1 - number]: verdict for number, verdict in watched.verdicts.items()}
    assert all(verdict in ("ok", "refused") for verdict in said.values()), said
    for name in ("beyond-memory.dcm", "large-frame.dcm", "many-frames.dcm"):
        assert said[name] == "refused"


def test_the_same_number_is_the_same_damage() -> None:
    content = next(path for path in seed_files() if path.name == "CT_small.dcm").read_bytes()
    assert mutated(content, 7) == mutated(content, 7)
    assert len({mutated(content, number) for number in range(50)}) > 40


@pytest.mark.filterwarnings("ignore")
def test_every_common_syntax_is_among_the_seeds() -> None:
    found = set()
    for path in seed_files():
        meta = dcmread(path, stop_before_pixels=True, force=True).get("file_meta")
        found.add(str(getattr(meta, "TransferSyntaxUID", "")))
    base = "1.2.840.10008.1.2"
    wanted = {base, f"{base}.1", f"{base}.1.99", f"{base}.2", f"{base}.5", f"{base}.4.50",
              f"{base}.4.51", f"{base}.4.57", f"{base}.4.70", f"{base}.4.80", f"{base}.4.81",
              f"{base}.4.90", f"{base}.4.91"}  # fmt: skip
    assert wanted - found <= {f"{base}.4.57", f"{base}.4.51"}
