"""Recording what a function launches on a GPU, to launch all of it at once afterwards.

A decoder's step is hundreds of small kernels; launched one by one they take longer than the
weights take to be read. Source: PyTorch, CUDA semantics, section on CUDA graphs.
"""

from collections.abc import Callable

import torch
from torch import Tensor

WARM_UPS = 2
"""Runs before recording, in which libraries take their workspaces and choose their kernels."""

Step = Callable[[], Tensor]
"""Reads tensors that never move and gives one of its own; may be run any number of times."""


class GraphRecorder:
    """Records steps; their memory is shared, so that only the latest result is to be read."""

    def __init__(self, device: torch.device) -> None:
        """Record for a CUDA device."""
        self._device = device
        self._pool = torch.cuda.graph_pool_handle()

    def record(self, step: Step) -> Step:
        """Give what replays `step`. Raises RuntimeError when something in it waits for the host."""
        stream = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(stream):
            for _ in range(WARM_UPS):
                step()
        torch.cuda.current_stream(self._device).wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool):
            result = step()

        def replay() -> Tensor:
            graph.replay()
            return result

        return replay
