"""The fields of one case: what the model is shown first, then what people and warnings need."""

from collections.abc import Callable
from dataclasses import replace

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QFormLayout,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precedent_plugin.cases import Case
from precedent_plugin.panels.look import say

RATIONALE_LINES, TEACHING_LINES = 4, 3


class CaseFields(QWidget):
    """The words of a case to edit; what is seldom touched is folded away."""

    def __init__(self, *, on_change: Callable[[], None], on_return: Callable[[], None]) -> None:
        super().__init__()
        self._on_change, self._on_return = on_change, on_return
        self.question = self._line("question", "Question")
        self.answer = self._line("answer", "Answer")
        self.rationale = self._text("rationale", "Rationale", RATIONALE_LINES)
        self.rationale.setPlaceholderText("Why this is the answer (optional)")
        self.tags = self._line("tags", "Tags")
        self.tags.setPlaceholderText("Parted by commas")
        self.teaching_point = self._text("teaching-point", "Teaching point", TEACHING_LINES)
        self.teaching_point.setPlaceholderText("What a learner should keep; no model sees it")
        self.task = self._line("task", "Task")
        self.task.setPlaceholderText("side, diagnosis …")
        self.modality = self._line("modality", "Modality")
        self.modality.setPlaceholderText("CT, MR, CR …")
        self.body_part = self._line("body-part", "Anatomy")
        self.body_part.setPlaceholderText("CHEST, BRAIN …")
        self.laterality = self._line("laterality", "Side")
        self.laterality.setPlaceholderText("L, R or B")
        self.author = self._line("author", "Author")
        self.author.setPlaceholderText("As they wish to be named")
        self.more = QToolButton()
        self.more.setObjectName("case-more")
        self.more.setText("More about this case")
        self.more.setCheckable(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.toggled.connect(self._unfold)
        self.rest = QWidget()
        self.rest.hide()
        self._lay_out()

    def _line(self, name: str, words: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(f"case-{name}")
        field.setAccessibleName(words)
        field.returnPressed.connect(self._on_return)
        field.textChanged.connect(self._on_change)
        return field

    def _text(self, name: str, words: str, lines: int) -> QPlainTextEdit:
        field = QPlainTextEdit()
        field.setObjectName(f"case-{name}")
        field.setAccessibleName(words)
        field.setTabChangesFocus(True)
        field.setFixedHeight(lines * field.fontMetrics().lineSpacing() + 14)
        return field

    def _lay_out(self) -> None:
        first = _form()
        for words, field in (
            ("Question", self.question),
            ("Answer", self.answer),
            ("Rationale", self.rationale),
            ("Tags", self.tags),
        ):
            first.addRow(_heading(words, field), field)
        rest = QVBoxLayout(self.rest)
        rest.setContentsMargins(0, 0, 0, 0)
        rest.setSpacing(6)
        taught = _form()
        taught.addRow(_heading("Teaching point", self.teaching_point), self.teaching_point)
        rest.addLayout(taught)
        grid = QGridLayout()
        grid.setSpacing(6)
        grid.setVerticalSpacing(3)
        short = (
            ("Modality", self.modality),
            ("Anatomy", self.body_part),
            ("Side", self.laterality),
            ("Task", self.task),
        )
        for place, (words, field) in enumerate(short):
            row, column = divmod(place, 2)
            grid.addWidget(_heading(words, field), 2 * row, column)
            grid.addWidget(field, 2 * row + 1, column)
        rest.addLayout(grid)
        last = _form()
        last.addRow(_heading("Author", self.author), self.author)
        rest.addLayout(last)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addLayout(first)
        box.addWidget(self.more)
        box.addWidget(self.rest)

    @property
    def is_complete(self) -> bool:
        """Whether there is a question and an answer."""
        return bool(self.question.text().strip() and self.answer.text().strip())

    def show_case(self, case: Case) -> None:
        """Show what a case says."""
        where = case.provenance
        for line, text in (
            (self.question, case.question),
            (self.answer, case.answer),
            (self.tags, ", ".join(case.tags)),
            (self.task, case.task),
            (self.modality, where.modality),
            (self.body_part, where.body_part),
            (self.laterality, where.laterality),
            (self.author, case.author),
        ):
            line.setText(text)
            line.setCursorPosition(0)
        self.rationale.setPlainText(case.rationale or "")
        self.teaching_point.setPlainText(case.teaching_point or "")

    def changed(self, case: Case) -> Case:
        """Give a case as the fields say it. Raises CaseError."""
        return replace(
            case,
            question=self.question.text().strip(),
            answer=self.answer.text().strip(),
            rationale=self.rationale.toPlainText().strip() or None,
            tags=tags_of(self.tags.text()),
            task=self.task.text().strip(),
            teaching_point=self.teaching_point.toPlainText().strip() or None,
            author=self.author.text().strip(),
            provenance=replace(
                case.provenance,
                modality=self.modality.text().strip(),
                body_part=self.body_part.text().strip(),
                laterality=self.laterality.text().strip(),
            ),
        )

    def _unfold(self, is_open: bool) -> None:
        self.more.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.rest.setVisible(is_open)


def tags_of(text: str) -> tuple[str, ...]:
    """Read tags parted by commas, without repeats."""
    return tuple(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))


def _form() -> QFormLayout:
    form = QFormLayout()
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
    form.setContentsMargins(0, 0, 0, 0)
    form.setVerticalSpacing(3)
    return form


def _heading(words: str, field: QWidget) -> QLabel:
    label = QLabel(words)
    label.setBuddy(field)
    say(label, "heading")
    return label
