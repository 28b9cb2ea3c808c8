"""Carries calls from any thread to the thread of the window."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal


class Courier(QObject):
    """Delivers closures, in order, on the thread on which it was made."""

    _sent = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        # Qt queues what another thread emits, and calls at once what this one emits.
        self._sent.connect(self._deliver)

    def carry(self, closure: Callable[[], None]) -> None:
        """Call `closure` on the courier's thread, after what this thread sent before."""
        self._sent.emit(closure)

    def _deliver(self, closure: Callable[[], None]) -> None:
        closure()
