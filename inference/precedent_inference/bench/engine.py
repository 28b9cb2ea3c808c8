"""The engine against the public reference: the same random model, the same prompts, paired runs.

Both sides run in processes of their own with the same number of threads, in turn within each
repeat, so that whatever else the machine does meets both. A ratio is the reference's time over
ours, the median over the repeats.
"""

import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from precedent_inference.bench.peer import NAME as PEER
from precedent_inference.bench.peer import WORKER as PEER_WORKER
from precedent_inference.bench.peer import peer_python
from precedent_inference.bench.process import WorkerProcess, python_command
from precedent_inference.bench.workload import REFERENCES, SIZES, Size, make_workload
from precedent_inference.config import FlamingoConfig
from precedent_inference.errors import EngineError

OUR_WORKER = Path(__file__).with_name("worker.py")
DECODED = 16
"""Tokens over which decoding is timed, beyond the first."""
SAME = 1e-3
"""Largest difference of a logit between the two for one model, float32."""
ALIKE = 0.05
"""The same in bfloat16, as a part of the largest logit; its numbers have eight bits."""
WARM_UP = 20
"""Questions before memory is compared with what it is after many."""

TARGETS = {"cold_first_token": 1.3, "second_question": 20.0, "new_query_image": 5.0, "decode": 1.5}
"""On a CPU, reference over ours."""
GPU_SECONDS = {"cold_first_token": 0.080, "second_question": 0.025}
"""At real size on a GPU, ours."""
GPU_CEILING = 0.65
"""Of what the bandwidth allows, decoding on a GPU."""
INFLUENCE = 7.0
"""Cached first tokens that the influence of six cases may take at most: one for each, and one."""

Report = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class BenchOrder:
    """What to measure."""

    size: Size = "middle"
    against_peer: bool = False
    repeats: int = 5
    threads: int = 1
    questions: int = 1000
    """Asked over one tray, to see whether memory grows; 0 leaves it out."""
    device: str = "cpu"

    @property
    def on_cpu(self) -> bool:
        """Whether both sides compute in float32; on a GPU it is bfloat16."""
        return self.device == "cpu"


@dataclass(slots=True)
class Side:
    """Seconds of one side, by what was timed."""

    worker: WorkerProcess
    seconds: dict[str, list[float]] = field(default_factory=dict)
    tokens: list[list[int]] = field(default_factory=list)

    def ask(self, name: str, question: int, pictures: Sequence[int], **more: object) -> float:
        """Time one question."""
        order = {"question": question, "pictures": list(pictures), "new_tokens": 1} | more
        answer = self.worker.tell(do="ask", **order)
        seconds, tokens = answer["seconds"], answer["tokens"]
        assert isinstance(seconds, float)
        assert isinstance(tokens, list)
        self.seconds.setdefault(name, []).append(seconds)
        self.tokens.append(tokens)
        return seconds


def measure_engine(order: BenchOrder, report: Report) -> dict[str, object]:
    """Run the benchmark; give everything that is printed. Raises EngineError."""
    config = SIZES[order.size]
    work = make_workload(config, questions=order.repeats + 2, pictures=order.repeats + 2)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        inputs, weights = folder / "inputs.npz", folder / "weights.safetensors"
        work.save(inputs)
        peer = None
        if order.against_peer:
            report(f"Starting {PEER}.")
            python = peer_python(report)
            peer = Side(stack.enter_context(_process(PEER, PEER_WORKER, order, python)))
            _start(peer, order, config, inputs, weights)
        report("Starting our engine.")
        ours = Side(stack.enter_context(_process("precedent", OUR_WORKER, order)))
        _start(ours, order, config, inputs, weights if peer else None)
        difference = None if peer is None else _difference(order, peer, ours, folder)
        sides = [ours] if peer is None else [peer, ours]
        for repeat in range(order.repeats + 1):
            report(f"Repeat {repeat} of {order.repeats}." if repeat else "Warming up.")
            _repeat(sides, repeat)
        if peer is not None and order.on_cpu and peer.tokens != ours.tokens:
            raise EngineError(
                "The two sides gave different tokens for one model.", "Report it with the machine."
            )
        peaks = [_bytes(side.worker.tell(do="memory"), "peak_bytes") for side in sides]
        result = _result(order, work.prompt_tokens, sides, peaks)
        result |= {"max_abs_diff": difference}
        result |= _ceiling(ours)
        result |= _influence(ours, order.repeats)
        if not order.on_cpu:
            result |= _gpu_targets(ours, result)
        if order.questions:
            report(f"Asking {order.questions} questions over one tray.")
            result |= {"memory_growth": _growth(ours, order.questions, order.repeats)}
    return result


def _repeat(sides: Sequence[Side], repeat: int) -> None:
    """Time everything once, side by side; the round 0 warms up and is not counted."""
    references = list(range(REFERENCES))
    first, other = [*references, REFERENCES], [*references, REFERENCES + 1 + repeat]
    for side in sides:
        side.ask("cold_first_token", 0, first, cold=True)
    for side in sides:
        side.ask("second_question", 1 + repeat, first)
    for side in sides:
        side.ask("new_query_image", 1 + repeat, other)
    for side in sides:
        # The same question again, short and long: what is left is decoding.
        short = side.ask("short", 1 + repeat, other)
        long = side.ask("long", 1 + repeat, other, new_tokens=1 + DECODED)
        side.seconds.setdefault("decode", []).append((long - short) / DECODED)
    if repeat == 0:
        for side in sides:
            side.seconds.clear()


def _result(
    order: BenchOrder, prompt_tokens: int, sides: Sequence[Side], peaks: Sequence[int]
) -> dict[str, object]:
    names = list(TARGETS)
    ours = sides[-1]
    result: dict[str, object] = {
        "size": order.size,
        "prompt": {"tokens": prompt_tokens, "images": REFERENCES + 1},
        "repeats": order.repeats,
        "threads": order.threads,
        "machine": _machine(order.device),
        "ours": {
            "seconds": {name: round(median(ours.seconds[name]), 5) for name in names},
            "peak_memory_bytes": peaks[-1],
        },
    }
    if len(sides) == 1:
        return result
    peer = sides[0]
    ratios = {
        name: median(p / o for p, o in zip(peer.seconds[name], ours.seconds[name], strict=True))
        for name in names
    }
    ratios["peak_memory"] = peaks[0] / peaks[-1]
    result |= {
        PEER: {
            "seconds": {name: round(median(peer.seconds[name]), 5) for name in names},
            "peak_memory_bytes": peaks[0],
        },
        "ratios": {name: round(value, 3) for name, value in ratios.items()},
    }
    if order.on_cpu:
        result["targets"] = TARGETS
        result["missed"] = [name for name, wanted in TARGETS.items() if ratios[name] < wanted]
    return result


def _ceiling(ours: Side) -> dict[str, object]:
    """Compare decoding with what the memory's bandwidth would allow."""
    answer = ours.worker.tell(do="ceiling")
    weight_bytes, bandwidth = _bytes(answer, "weight_bytes"), answer["bytes_per_s"]
    assert isinstance(bandwidth, float)
    tokens_per_s = 1 / median(ours.seconds["decode"])
    return {
        "ceiling": {
            "weight_bytes_a_token": weight_bytes,
            "copy_bytes_per_s": round(bandwidth),
            "tokens_per_s_at_that_bandwidth": round(bandwidth / weight_bytes, 2),
            "measured_tokens_per_s": round(tokens_per_s, 2),
            "measured_over_ceiling": round(tokens_per_s * weight_bytes / bandwidth, 3),
        }
    }


def _influence(ours: Side, repeats: int) -> dict[str, object]:
    """Compare leaving out each of six cases with one first token whose pictures are known."""
    pictures = [*range(REFERENCES), REFERENCES]
    timed = [
        ours.worker.tell(do="influence", question=0, pictures=pictures) for _ in range(repeats + 1)
    ][1:]
    first, influences = (
        median(_seconds(answer, name) for answer in timed)
        for name in ("cached_first_token", "influences")
    )
    return {
        "influence": {
            "cached_first_token_s": round(first, 5),
            "all_cases_s": round(influences, 5),
            "cached_first_tokens": round(influences / first, 2),
            "target": INFLUENCE,
            "is_missed": influences > INFLUENCE * first,
        }
    }


def _gpu_targets(ours: Side, result: dict[str, object]) -> dict[str, object]:
    """Compare with what is wanted at real size on a GPU."""
    ceiling = result["ceiling"]
    assert isinstance(ceiling, dict)
    missed = [name for name, most in GPU_SECONDS.items() if median(ours.seconds[name]) > most]
    if ceiling["measured_over_ceiling"] < GPU_CEILING:
        missed.append("decode")
    return {"targets": {**GPU_SECONDS, "decode": GPU_CEILING}, "missed": missed}


def _growth(ours: Side, questions: int, repeats: int) -> dict[str, object]:
    """Ask many questions over one tray; give the memory held after a few and after all."""
    pictures = [*range(REFERENCES), REFERENCES]
    held = 0
    for at in range(questions):
        if at == min(WARM_UP, questions - 1):
            held = _bytes(ours.worker.tell(do="memory"), "held_bytes")
        ours.ask("growth", at % (repeats + 2), pictures)
    after = _bytes(ours.worker.tell(do="memory"), "held_bytes")
    return {"questions": questions, "bytes_after_a_few": held, "bytes_after_all": after}


def _difference(order: BenchOrder, peer: Side, ours: Side, folder: Path) -> float:
    """Give the largest difference of a logit. Raises EngineError when the models are not one."""
    files = [folder / "peer.npy", folder / "ours.npy"]
    for side, file in zip((peer, ours), files, strict=True):
        pictures = list(range(REFERENCES + 1))
        side.worker.tell(do="logits", question=0, pictures=pictures, to=str(file))
    first, second = (np.load(file) for file in files)
    difference = float(np.abs(first - second).max())
    largest = SAME if order.on_cpu else ALIKE * float(np.abs(first).max())
    if not difference <= largest:
        raise EngineError(
            f"The two sides differ by {difference:.1e} on a logit; nothing was timed.",
            "Report it with the machine.",
        )
    return difference


def _process(
    name: str, script: Path, order: BenchOrder, interpreter: Path | None = None
) -> WorkerProcess:
    threads = str(order.threads)
    environment = os.environ | {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    if interpreter is not None:
        environment.pop("PYTHONPATH", None)
    return WorkerProcess(name, python_command(script, interpreter), environment)


def _start(
    side: Side, order: BenchOrder, config: FlamingoConfig, inputs: Path, weights: Path | None
) -> None:
    side.worker.tell(
        threads=order.threads,
        inputs=str(inputs),
        device=order.device,
        sizes=asdict(config),
        weights=str(weights or ""),
    )


def _seconds(answer: dict[str, object], name: str) -> float:
    value = answer[name]
    assert isinstance(value, float)
    return value


def _bytes(answer: dict[str, object], name: str) -> int:
    value = answer[name]
    assert isinstance(value, int)
    return value


def _machine(device: str) -> dict[str, object]:
    return {
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "device": device,
    }


def _processor() -> str:
    """Give the processor's name; Linux keeps it in a file alone."""
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
