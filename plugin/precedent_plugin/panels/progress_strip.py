"""One line for work under way: what it does, how far it is, how long it takes, and how it ended."""

from collections.abc import Callable

from qtpy.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from precedent_inference.model_jobs import ImportProgress
from precedent_plugin.panels.words import Line, Note

STEPS = 1000
SOON_S = 5.0


class ProgressStrip(QWidget):
    """Hidden until something begins; a failure stays until the next thing begins."""

    def __init__(self, name: str, *, on_cancel: Callable[[], object]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.words = Line(name=f"{name}-words")
        self.left = Line(role="muted", name=f"{name}-left")
        self.bar = QProgressBar()
        self.bar.setObjectName(f"{name}-bar")
        self.bar.setAccessibleName("Progress")
        self.bar.setTextVisible(False)
        self.stop = QPushButton("Cancel")
        self.stop.setObjectName(f"{name}-cancel")
        self.stop.clicked.connect(on_cancel)
        self.note = Note("", role="failure", name=f"{name}-note")
        row = QHBoxLayout()
        row.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.words)
        words.addWidget(self.left)
        row.addLayout(words, 1)
        row.addWidget(self.stop)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 6, 0)
        box.setSpacing(4)
        box.addLayout(row)
        box.addWidget(self.bar)
        box.addWidget(self.note)
        self.hide()

    def begin(self, words: str, *, can_cancel: bool) -> None:
        """Show that something began, how far it is being unknown."""
        self.say(words)
        self.left.say_whole("")
        self.bar.setRange(0, 0)
        self._show(working=True)
        self.stop.setVisible(can_cancel)
        self.note.hide()

    def say(self, words: str) -> None:
        """Say what is being done now."""
        self.words.say_whole(words)

    def show_progress(self, progress: ImportProgress) -> None:
        """Show how far the stage is."""
        self.say(progress.stage)
        self.left.say_whole(in_words(progress))
        is_known = progress.total > 1
        self.bar.setRange(0, STEPS if is_known else 0)
        if is_known:
            self.bar.setValue(round(STEPS * progress.done / progress.total))

    def end(self) -> None:
        """Show nothing any more."""
        self.hide()

    def succeed(self, words: str) -> None:
        """Say how it ended."""
        self.say(words)
        self.left.say_whole("")
        self._show(working=False)
        self.note.hide()

    def fail(self, message: str, hint: str | None) -> None:
        """Say what went wrong and what to do."""
        self._show(working=False)
        self.words.hide()
        self.note.words.setText(f"{message} {hint}" if hint else message)
        self.note.show()

    def _show(self, *, working: bool) -> None:
        self.words.show()
        self.left.setVisible(working)
        self.bar.setVisible(working)
        self.stop.setVisible(working)
        self.show()


def in_words(progress: ImportProgress) -> str:
    """Say how far a stage is: "4.2 of 16.4 GB, about 3 min left"."""
    if progress.total <= 1:
        return ""
    done, total = progress.done / 1e9, progress.total / 1e9
    amount = f"{done:.1f} of {total:.1f} GB" if total >= 0.1 else f"{progress.done / 1e6:.0f} MB"
    if progress.left_s is None or progress.left_s < SOON_S:
        return amount
    minutes = progress.left_s / 60
    left = f"{minutes:.0f} min" if minutes >= 1.5 else f"{progress.left_s:.0f} s"
    return f"{amount}, about {left} left"
