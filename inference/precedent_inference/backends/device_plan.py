"""Which device a model runs on and in which precision, from free memory, and why. No torch here.

What the user asked for is taken or refused with what would fit, never replaced.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from precedent_inference.backends.model_size import Room, needed_bytes
from precedent_inference.caches.budgets import token_bytes
from precedent_inference.config import FlamingoConfig
from precedent_inference.errors import ModelError
from precedent_inference.precision import PRECISIONS, ComputePrecision, Precision

USABLE = 0.95
"""The part of free memory that is counted on; the rest is left to other programs."""

GB = 1e9

DeviceKind = Literal["cuda", "cpu"]


@dataclass(frozen=True, slots=True)
class Device:
    """Something that can run a model, and its memory."""

    kind: DeviceKind
    index: int
    name: str
    """As its maker calls it."""
    free_bytes: int
    has_bf16: bool = True
    """Computes in bfloat16: NVIDIA GPUs since compute capability 8.0, any processor."""

    @property
    def torch_name(self) -> str:
        """As torch calls it: "cuda:0", "cpu"."""
        return f"cuda:{self.index}" if self.kind == "cuda" else "cpu"

    @property
    def half(self) -> ComputePrecision:
        """The half precision to compute in."""
        return "bf16" if self.has_bf16 else "fp16"

    @property
    def by_quality(self) -> tuple[Precision, ...]:
        """Precisions from the best that is worth its memory here to the smallest."""
        if self.kind == "cuda":
            return (self.half, "int8", "int4")
        return ("fp32", self.half, "int8", "int4")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for; None leaves the choice."""

    device: str | None = None
    """As torch calls it, "cpu" or "cuda:1"; "cuda" for any GPU."""
    precision: Precision | None = None


NO_WISH = Wish()


@dataclass(frozen=True, slots=True)
class Smaller:
    """A precision that takes less memory."""

    precision: Precision
    saved_bytes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Where and how a model runs."""

    device: Device
    precision: Precision
    compute: ComputePrecision
    """What is added and multiplied."""
    reason: str
    """One sentence."""
    smaller: Smaller | None = None
    """The next smaller precision, if there is one."""

    @property
    def way_out(self) -> str:
        """What makes the model smaller, for the end of a hint; empty when nothing does."""
        if self.smaller is None:
            return ""
        saved = _gb(self.smaller.saved_bytes)
        return f", or start the engine with --precision {self.smaller.precision} ({saved} less)"


@dataclass(frozen=True, slots=True)
class Planner:
    """One model and what it must have room for."""

    config: FlamingoConfig
    room: Room

    def plan(self, devices: Sequence[Device], wish: Wish = NO_WISH) -> Plan:
        """Choose a device and a precision. devices: the processor among them.

        A GPU is taken before the processor, and the best precision that fits on any of them; of
        equal ones that with the most free memory. Raises ModelError when nothing fits, saying what
        would.
        """
        wanted = sorted(_wanted(devices, wish.device), key=lambda device: -device.free_bytes)
        for kind in ("cuda", "cpu"):
            group = [device for device in wanted if device.kind == kind]
            for precision in _precisions(group, wish):
                for device in group:
                    if self._fits(device, precision) and _computes(device, precision):
                        return self._chosen(device, precision, wish, wanted)
        raise self._refusal(wanted, wish)

    def _needed(self, precision: Precision) -> int:
        return needed_bytes(self.config, precision, self.room)

    def _fits(self, device: Device, precision: Precision) -> bool:
        return self._needed(precision) <= USABLE * device.free_bytes

    def _chosen(
        self, device: Device, precision: Precision, wish: Wish, wanted: Sequence[Device]
    ) -> Plan:
        needed = self._needed(precision)
        asked = " as asked" if wish.precision else ""
        why = (
            f"{precision} on {device.name}{asked}: "
            f"{_gb(needed)} of {_gb(device.free_bytes)} free are needed"
        )
        smaller = self._smaller(device, precision)
        rest = [self._passed_over(device, wanted), self._tight(device, precision, smaller)]
        compute: ComputePrecision = (
            device.half if precision in ("int8", "int4") else _as_compute(precision)
        )
        reason = "; ".join([why, *filter(None, rest)]) + "."
        return Plan(device, precision, compute, reason, smaller)

    def _smaller(self, device: Device, precision: Precision) -> Smaller | None:
        for other in device.by_quality:
            saved = self._needed(precision) - self._needed(other)
            if saved > 0:
                return Smaller(other, saved)
        return None

    def _passed_over(self, device: Device, wanted: Sequence[Device]) -> str:
        """Say why a better choice was not taken."""
        gpus = [other for other in wanted if other.kind == "cuda"]
        if device.kind == "cpu" and gpus:
            smallest = gpus[0].by_quality[-1]
            return (
                f"no GPU has room ({_list(gpus)}; {smallest} needs {_gb(self._needed(smallest))})"
            )
        best = device.by_quality[0]
        if not self._fits(device, best):
            return f"{best} would need {_gb(self._needed(best))}"
        return ""

    def _tight(self, device: Device, precision: Precision, smaller: Smaller | None) -> str:
        """Say when little is left for keeping prompts between questions."""
        left = USABLE * device.free_bytes - self._needed(precision)
        prompt = self.room.context_tokens * token_bytes(self.config, precision)
        if smaller is None or left >= prompt:
            return ""
        return f"{smaller.precision} would leave room to keep more prompts"

    def _refusal(self, wanted: Sequence[Device], wish: Wish) -> ModelError:
        fitting: list[tuple[Precision, Device]] = [
            (precision, device)
            for device in wanted
            for precision in device.by_quality
            if self._fits(device, precision)
        ]
        if wish.precision is None or not fitting:
            least: Precision = wish.precision or "int4"
            smallest = "" if wish.precision else ", the smallest precision"
            return ModelError(
                f"The model needs {_gb(self._needed(least))} of memory in {least}{smallest} "
                f"({_list(wanted)}).",
                "Close other programs, or choose a smaller model.",
            )
        precision, device = fitting[0]
        problem = f"needs {_gb(self._needed(wish.precision))} of memory ({_list(wanted)})"
        if not any(_computes(other, wish.precision) for other in wanted):
            problem = f"cannot be computed here ({', '.join(other.name for other in wanted)})"
        return ModelError(
            f"The model in {wish.precision} {problem}; in {precision} it needs "
            f"{_gb(self._needed(precision))} and would fit on {device.name}.",
            f"Ask for --precision {precision}, or for none.",
        )


def _wanted(devices: Sequence[Device], wish: str | None) -> list[Device]:
    """Give the devices that a wish allows. Raises ModelError when there is none."""
    if wish is None:
        return list(devices)
    found = [device for device in devices if wish in (device.kind, device.torch_name)]
    if not found:
        names = ", ".join(f"{device.torch_name} ({device.name})" for device in devices)
        raise ModelError(
            f"There is no device {wish!r} that can run a model; this machine has {names}.",
            "Ask for one of these, or for none.",
        )
    return found


def _precisions(group: Sequence[Device], wish: Wish) -> list[Precision]:
    """Give the precisions to try on devices of a kind, the best first."""
    if wish.precision is not None:
        return [wish.precision]
    offered = {precision for device in group for precision in device.by_quality}
    return [precision for precision in PRECISIONS if precision in offered]


def _computes(device: Device, precision: Precision) -> bool:
    """A GPU without bfloat16 computes in float16 instead."""
    return precision != "bf16" or device.has_bf16


def _as_compute(precision: Precision) -> ComputePrecision:
    assert precision == "fp32" or precision == "bf16" or precision == "fp16"
    return precision


def _list(devices: Sequence[Device]) -> str:
    return ", ".join(f"{device.name}: {_gb(device.free_bytes)} free" for device in devices)


def _gb(size: int) -> str:
    return f"{size / GB:.1f} GB"
