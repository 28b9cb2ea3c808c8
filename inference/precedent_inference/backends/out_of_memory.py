"""Running out of memory: one sentence for the user, and the memory back.

torch and numpy have several errors for it; they end one question, never the engine.
"""

import functools
import traceback
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from precedent_resources import PrecedentError

Given = ParamSpec("Given")
Result = TypeVar("Result")

SIGNS = (
    "DefaultCPUAllocator",
    "CUDA out of memory",
    "CUDA error: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
)
"""What torch's errors say that are about memory; torch.OutOfMemoryError among them."""


class Frugal(Protocol):
    """Something whose work needs much memory."""

    def relieve(self) -> PrecedentError:
        """Let go of what can be computed again, and give the error to raise."""
        ...


Owner = TypeVar("Owner", bound=Frugal)


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an error of torch, numpy or Python means that memory ran out."""
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in SIGNS)


def within_memory(
    method: Callable[Concatenate[Owner, Given], Result],
) -> Callable[Concatenate[Owner, Given], Result]:
    """Make a method raise what `relieve` gives when memory runs out in it."""

    def guarded(self: Owner, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return method(self, *args, **kwargs)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            # The frames hold the tensors of the failed work, and the error holds the frames.
            traceback.clear_frames(error.__traceback__)
            raise self.relieve() from None

    functools.update_wrapper(guarded, method)
    return guarded
