"""What stands in an answer's place while it is not shown: the reader's own answer, or doubt."""

from collections.abc import Callable

from qtpy.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from precedent_plugin.panels.look import say
from precedent_plugin.panels.words import Note, Paragraph
from precedent_plugin.sureness import Judged, in_percent

MOST_CANDIDATES = 4


class AnswerVeil(QStackedWidget):
    """One page asks for the reader's own answer first; the other says that the model is not sure.

    Source of the first: Buçinca et al. 2021 (cognitive forcing); readers who commit themselves
    follow a wrong answer less often.
    """

    def __init__(self, *, on_commit: Callable[[str], None], on_lift: Callable[[], None]) -> None:
        """on_commit: gets the reader's answer. on_lift: shows the answer all the same."""
        super().__init__()
        self.setObjectName("answer-veil")
        self._on_commit = on_commit
        self.field = QLineEdit()
        self.field.setObjectName("veil-field")
        self.field.setAccessibleName("Your own answer")
        self.field.setPlaceholderText("Your own answer first")
        self.field.returnPressed.connect(self._commit)
        self.field.textChanged.connect(lambda text: self.show_it.setEnabled(bool(text.strip())))
        self.show_it = QPushButton("Show the model's")
        self.show_it.setObjectName("veil-commit")
        self.show_it.setEnabled(False)
        self.show_it.clicked.connect(self._commit)
        say(self.show_it, "primary")
        self.unsure = Paragraph("Not sure", role="answer", name="veil-unsure")
        self.why = Paragraph(role="body-muted", name="veil-why")
        self.candidates = Paragraph(name="veil-candidates")
        self.lift = QPushButton("Show the answer all the same")
        self.lift.setObjectName("veil-lift")
        self.lift.clicked.connect(lambda: on_lift())
        say(self.lift, "link")
        self._committing = self._commit_page()
        self._doubting = self._doubt_page()
        self.addWidget(self._committing)
        self.addWidget(self._doubting)

    def _commit_page(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.field, 1)
        row.addWidget(self.show_it)
        return page

    def _doubt_page(self) -> QWidget:
        page = QWidget()
        box = QVBoxLayout(page)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        for part in (self.unsure, self.why, self.candidates, self.lift):
            box.addWidget(part)
        return page

    def ask_first(self) -> None:
        """Ask for the reader's own answer."""
        self.field.clear()
        self.setCurrentWidget(self._committing)
        self.setMaximumHeight(self.field.sizeHint().height() + 4)
        self.field.setFocus()

    def doubt(self, judged: Judged) -> None:
        """Say that the model is not sure, why, and between what."""
        by, first = judged.by, judged.candidates[0]
        self.why.setText(
            f"Its surest answer has {in_percent(first.probability)} of the probability; on "
            f"“{by.casebook}” {by.share:.0%} of the answers from {in_percent(by.threshold)} on "
            "were right."
        )
        self.candidates.setText(
            "  ·  ".join(
                f"{one.text} {one.probability:.2f}" for one in judged.candidates[:MOST_CANDIDATES]
            )
        )
        self.setMaximumHeight(QWIDGETSIZE_MAX)
        self.setCurrentWidget(self._doubting)

    def _commit(self) -> None:
        if self.field.text().strip():
            self._on_commit(self.field.text().strip())


QWIDGETSIZE_MAX = (1 << 24) - 1
"""Qt's word for no bound."""


def compared(own: str, is_same: bool) -> Note:
    """Say what the reader answered first, beside the model's answer."""
    words = f"You said “{own}”. " + ("The model agrees." if is_same else "The model does not.")
    return Note(words, role="plain" if is_same else "caution", name="answer-own")
