"""What a tool is, and the pointer event it gets. No Qt."""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

Button = Literal["left", "middle", "right", "back", "forward"]
"""`back` and `forward` are the buttons under the thumb."""
Modifier = Literal["shift", "ctrl", "alt"]
Cursor = Literal[
    "arrow", "cross", "hand", "grab", "zoom", "window", "scroll", "move",
    "size-diagonal", "size-antidiagonal", "size-horizontal", "size-vertical",
]  # fmt: skip
ToolName: TypeAlias = str
"""`window`, `pan`, `zoom`, `scroll`, `region`, and the names that other rooms register."""


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """Where the pointer is, in logical pixels from the canvas' top left corner."""

    x_px: float
    y_px: float
    modifiers: frozenset[Modifier] = frozenset()


class Tool(Protocol):
    """What the pointer does while a button is held.

    `press` begins a gesture, `drag` continues it, `release` ends it; `hover` is asked for the
    cursor while no button is held.
    """

    @property
    def name(self) -> ToolName:
        """Which tool it is."""
        ...

    def press(self, event: PointerEvent) -> None:
        """Begin."""

    def drag(self, event: PointerEvent) -> None:
        """Continue."""

    def release(self, event: PointerEvent) -> None:
        """End."""

    def hover(self, event: PointerEvent) -> Cursor:
        """Say which cursor fits here."""
        ...


@runtime_checkable
class Drawing(Protocol):
    """A tool whose gestures may need several clicks: double clicks and Escape belong to it."""

    def cancel(self) -> bool:
        """Give up what is half drawn; says whether there was anything."""
        ...
