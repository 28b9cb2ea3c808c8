"""The dialog in which a hanging protocol is read in plain words, changed and tried."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from precedent_resources import PrecedentError
from precedent_viewer.hanging.rules import LinkName, Place, Rule, StudyTest, with_layout
from precedent_viewer.hanging.summaries import StudySummary
from precedent_viewer.hanging.words import place_name, rule_in_words
from precedent_viewer.panels.fields import (
    add_field,
    choice_field,
    choose,
    listed,
    parts_listed,
    text_field,
)
from precedent_viewer.panels.hanging.dry_run import DryRun
from precedent_viewer.panels.hanging.place_form import PlaceForm, WindowsOf
from precedent_viewer.theme import Theme
from precedent_viewer.views import MOST_COLUMNS, MOST_ROWS

LINK_TITLES: tuple[tuple[LinkName, str], ...] = (
    ("scroll", "Scrolling"), ("place", "Zoom and pan"), ("grey", "Window"),
    ("lines", "Reference lines"),
)  # fmt: skip


class RuleDialog(QDialog):
    """One protocol: its studies, its viewports, its words, and a dry run that follows each edit."""

    def __init__(
        self, rule: Rule, studies: Sequence[StudySummary], windows: WindowsOf, theme: Theme,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setObjectName("hanging-rule-dialog")
        self.setWindowTitle("Always hang like this")
        self.resize(1040, 800)
        self.on_save: Callable[[Rule], object] = lambda _rule: None
        self._rule, self._studies, self._at = rule, studies, 0
        self.name = text_field(rule.name)
        self.modalities = text_field(", ".join(rule.study.modalities), "any, or CT, PT…")
        self.body_parts = text_field(", ".join(rule.study.body_parts), "any, or CHEST, LUNG…")
        self.words = text_field(" ".join(rule.study.words), "words of the study's description")
        self.viewports = QButtonGroup(self)
        self.layout_choice = choice_field(
            tuple((f"{rows} \N{MULTIPLICATION SIGN} {columns}", (rows, columns))
                  for rows in range(1, MOST_ROWS + 1) for columns in range(1, MOST_COLUMNS + 1))
        )  # fmt: skip
        self._grid, self._grid_holder = QGridLayout(), QWidget()
        self.form = PlaceForm(windows)
        self.links = {name: QCheckBox(title) for name, title in LINK_TITLES}
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.problem = QLabel()
        self.problem.setObjectName("warning-text")
        self.problem.setWordWrap(True)
        self.dry_run = DryRun(theme)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out()
        self._connect()
        self._choose(0)
        self._show()

    def rule(self) -> Rule:
        """Give the protocol as it is written."""
        return self._rule

    # Building

    def _lay_out(self) -> None:
        sides = QHBoxLayout()
        sides.setSpacing(20)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(9)
        for part in (
            _section("Name and studies"), self._studies_form(), _section("Goes together"),
            self._links_row(), _section("Viewports"), self._viewports(), self.form,
        ):  # fmt: skip
            left.addWidget(part)
        left.addStretch(1)
        right.addWidget(_section("In words"))
        right.addWidget(self.said)
        right.addWidget(self.dry_run, 1)
        left_side = QWidget()
        left_side.setLayout(left)
        left.setContentsMargins(0, 0, 8, 0)
        # On small or magnified screens the form is taller than the screen.
        scroll = QScrollArea()
        scroll.setWidget(left_side)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setMinimumWidth(left_side.sizeHint().width())
        sides.addWidget(scroll, 5)
        sides.addLayout(right, 6)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(12)
        whole.addLayout(sides, 1)
        whole.addWidget(self.problem)
        whole.addWidget(self.buttons)

    def _studies_form(self) -> QWidget:
        holder = QWidget()
        form = QFormLayout(holder)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(7)
        add_field(form, "Name", self.name)
        add_field(form, "Study has", self.modalities, "The study holds all these modalities.")
        add_field(form, "Study is of", self.body_parts, "Some series is of one of these parts.")
        add_field(form, "Study's words", self.words, "All stand in the study's description.")
        return holder

    def _viewports(self) -> QWidget:
        holder = QWidget()
        form = QFormLayout(holder)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(7)
        choose(self.layout_choice, self._rule.layout)
        add_field(form, "Layout", self.layout_choice)
        self._grid_holder.setLayout(self._grid)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        form.addRow(self._grid_holder)
        self._fill_grid()
        return holder

    def _fill_grid(self) -> None:
        """Give each viewport of the layout a button that shows what is in it."""
        for button in self.viewports.buttons():
            self.viewports.removeButton(button)
            self._grid.removeWidget(button)
            button.deleteLater()
        rows, columns = self._rule.layout
        for number in range(rows * columns):
            made = QPushButton(str(number + 1))
            made.setCheckable(True)
            made.setAutoDefault(False)
            made.setAccessibleName(place_name(self._rule.layout, number))
            made.setToolTip(place_name(self._rule.layout, number))
            made.setMinimumWidth(36)
            self.viewports.addButton(made, number)
            self._grid.addWidget(made, number // columns, number % columns)

    def _links_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        for name, check in self.links.items():
            check.setChecked(name in self._rule.links)
            row.addWidget(check)
        row.addStretch(1)
        return holder

    def _connect(self) -> None:
        for field in (self.name, self.modalities, self.body_parts, self.words):
            field.textEdited.connect(lambda _text: self._edit())
        for check in self.links.values():
            check.toggled.connect(lambda _on: self._edit())
        self.layout_choice.currentIndexChanged.connect(lambda _at: self._change_layout())
        self.viewports.idClicked.connect(self._choose)
        self.form.edited.connect(self._edit_place)
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)

    # Following

    def _choose(self, number: int) -> None:
        self._at = number
        button = self.viewports.button(number)
        if button is not None:
            button.setChecked(True)
        self.form.show_place(self._rule.places[number])

    def _change_layout(self) -> None:
        self._rule = with_layout(self._rule, self.layout_choice.currentData())
        self._fill_grid()
        self._choose(min(self._at, len(self._rule.places) - 1))
        self._show()

    def _edit_place(self) -> None:
        places: list[Place] = list(self._rule.places)
        places[self._at] = self.form.place()
        self._rule = replace(self._rule, places=tuple(places))
        self._show()

    def _edit(self) -> None:
        study = StudyTest(
            tuple(one.upper() for one in listed(self.modalities.text())),
            parts_listed(self.body_parts.text()),
            tuple(one.casefold() for one in listed(self.words.text())),
        )
        links = tuple(name for name, check in self.links.items() if check.isChecked())
        # An empty name is not taken over: the dialog asks for one and keeps the last.
        name = self.name.text().strip() or self._rule.name
        self._rule = replace(self._rule, name=name, study=study, links=links)
        self._show()

    def _show(self) -> None:
        self.said.setText(rule_in_words(self._rule))
        self.dry_run.show_rule(self._rule, self._studies)
        is_named = bool(self.name.text().strip())
        self._complain("" if is_named else "Give the protocol a name.")
        save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        if save is not None:
            save.setEnabled(is_named)

    def _complain(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))

    def _save(self) -> None:
        try:
            self.on_save(self._rule)
        except PrecedentError as error:
            self._complain(str(error))
            return
        self.accept()


def _section(words: str) -> QLabel:
    made = QLabel(words)
    made.setObjectName("section")
    return made
