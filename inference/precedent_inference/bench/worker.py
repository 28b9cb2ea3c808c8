"""Our side of a benchmark: the engine with its caches, told by lines of JSON what to time.

Answers the same lines as `peer_worker.py`. Only the text border is left out: token ids and
normalised pictures go in, token ids come out, on both sides.
"""

import hashlib
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from precedent_inference.backends.pytorch import TorchBackend, static_decoder
from precedent_inference.bench.influence import time_influences
from precedent_inference.bench.peak_memory import held_bytes, peak_bytes
from precedent_inference.bench.workload import Workload, load_workload
from precedent_inference.config import FlamingoConfig, config_from_json
from precedent_inference.engine import CacheBudgets, Engine, Prefilled, TokenRules
from precedent_inference.images import ModelImage
from precedent_inference.importing.memory_model import build_model
from precedent_inference.importing.sizes import StatedSizes
from precedent_inference.importing.source import WeightSource
from precedent_inference.importing.tensor_files import open_tensor_file
from precedent_inference.model.cross_attention import GatedCrossAttention
from precedent_inference.model.flamingo import Flamingo
from precedent_inference.model.packed import pack_linears
from precedent_inference.protocol import Sampling

Order = dict[str, Any]
Answer = dict[str, object]

CONTEXT_TOKENS = 512
"""More than any prompt here and its answer."""
COPY_BYTES = 256 * 1024**2
COPY_REPEATS = 9
NEVER = threading.Event()


class Worker:
    """Answers one order at a time."""

    def __init__(self, order: Order) -> None:
        torch.set_num_threads(order["threads"])
        config = config_from_json(order["sizes"], "the benchmark")
        self._work: Workload = load_workload(Path(order["inputs"]))
        self._device = torch.device(order["device"])
        weights = Path(order["weights"]) if order["weights"] else None
        model = _model(config, weights, self._device)
        self._decode_bytes = _bytes_a_token(model)
        if self._device.type == "cpu":
            pack_linears(model)
        static = static_decoder(model, CONTEXT_TOKENS)
        rules = TokenRules(
            self._work.image, "next", (self._work.image,), frozenset({self._work.end_of_chunk})
        )
        budgets = CacheBudgets(prefixes=4 * 1024**3)
        self._engine = Engine(TorchBackend(model, static=static), rules, budgets=budgets)

    def ask(self, order: Order) -> Answer:
        """Generate, from empty caches if `cold` says so, and say how long it took."""
        if order.get("cold"):
            self._engine.forget()
        started = time.perf_counter()
        prompt = self._prefill(order)
        sampling = Sampling(order["new_tokens"])
        tokens = [new.token for new in self._engine.decode(prompt, sampling, NEVER)]
        return {"seconds": time.perf_counter() - started, "tokens": tokens}

    def logits(self, order: Order) -> Answer:
        """Write the logits after the prompt to a file."""
        np.save(order["to"], self._prefill(order).logits)
        return {}

    def memory(self, _: Order) -> Answer:
        """Give the bytes held now, and at most held so far: by the process, or on the GPU."""
        if self._device.type == "cuda":
            peak = torch.cuda.max_memory_reserved(self._device)
            return {"peak_bytes": peak, "held_bytes": torch.cuda.memory_allocated(self._device)}
        return {"peak_bytes": peak_bytes(), "held_bytes": held_bytes()}

    def ceiling(self, _: Order) -> Answer:
        """Give the bytes of weights that one token reads, and the bandwidth of a copy here."""
        return {"weight_bytes": self._decode_bytes, "bytes_per_s": _copy_bandwidth(self._device)}

    def influence(self, order: Order) -> Answer:
        """Say how long leaving out each case takes, and how long a first token."""
        return {**time_influences(self._engine, *self._prompt(order))}

    def _prompt(self, order: Order) -> tuple[list[int], list[ModelImage]]:
        images = [_image(self._work.pixels[at]) for at in order["pictures"]]
        return self._work.tokens[order["question"]].tolist(), images

    def _prefill(self, order: Order) -> Prefilled:
        tokens, images = self._prompt(order)
        return self._engine.prefill(tokens, images, NEVER, room=order.get("new_tokens", 0))


def _model(config: FlamingoConfig, weights: Path | None, device: torch.device) -> Flamingo:
    """Give the model in float32 on the CPU, in bfloat16 on a GPU."""
    dtype = torch.float32 if device.type == "cpu" else torch.bfloat16
    if weights is not None:
        source = WeightSource([open_tensor_file(weights)])
        heads = StatedSizes("next", config.vision.heads, language_heads=config.language.heads)
        return build_model(source, heads).to(device, dtype)
    torch.manual_seed(0)
    torch.set_default_dtype(dtype)
    with device:
        model = Flamingo(config)
    torch.set_default_dtype(torch.float32)
    return model.eval().requires_grad_(requires_grad=False)


def _bytes_a_token(model: Flamingo) -> int:
    """Count what decoding one token reads: layers, the gated blocks' MLPs, the head."""
    parts: list[nn.Module] = [model.layers, model.norm, model.head]
    for block in model.cross_attention.values():
        assert isinstance(block, GatedCrossAttention)
        parts += [block.mlp_norm, block.up, block.down]
    return sum(weight.nbytes for part in parts for weight in part.parameters())


def _copy_bandwidth(device: torch.device) -> float:
    """Give the bytes read and written a second by a large copy, the median of several."""
    source = torch.ones(COPY_BYTES // 4, device=device)
    target = torch.empty_like(source)
    seconds: list[float] = []
    for _ in range(COPY_REPEATS):
        _wait(device)
        started = time.perf_counter()
        target.copy_(source)
        _wait(device)
        seconds.append(time.perf_counter() - started)
    return 2 * COPY_BYTES / float(np.median(seconds))


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _image(pixels: np.ndarray[Any, np.dtype[np.float32]]) -> ModelImage:
    """Make a picture with its key, which is hashed on every question as it is in use."""
    seen = np.zeros((1, 1, 3), np.uint8)
    return ModelImage(seen, pixels, hashlib.sha256(pixels.tobytes()).hexdigest())


def main() -> None:
    """Answer orders until standard input ends."""
    worker: Worker | None = None
    for line in sys.stdin:
        order: Order = json.loads(line)
        if worker is None:
            worker = Worker(order)
            answer: Answer = {"ready": True}
        else:
            answer = getattr(worker, order["do"])(order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
