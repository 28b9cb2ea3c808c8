"""Let a widget follow a model's signal for as long as the widget lives."""

from collections.abc import Callable
from typing import Any

from psygnal import SignalInstance
from qtpy.QtWidgets import QWidget


def follow(widget: QWidget, signal: SignalInstance, slot: Callable[..., Any]) -> Callable[[], None]:
    """Call `slot` at every `signal` until `widget` is destroyed; give what stops it earlier.

    A model outlives its views; a slot of a deleted widget would raise inside the model's change.
    """
    signal.connect(slot, max_args=len(signal.signature.parameters))

    def forget() -> None:
        signal.disconnect(slot, missing_ok=True)

    def stop() -> None:
        forget()
        widget.destroyed.disconnect(forget)

    widget.destroyed.connect(forget)
    return stop
