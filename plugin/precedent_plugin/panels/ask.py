"""The ask panel: what the question is about, its references, the question and the answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from precedent_plugin.cases import Case
from precedent_plugin.history import QuestionRecord
from precedent_plugin.panels.about import About
from precedent_plugin.panels.answer import AnswerActions
from precedent_plugin.panels.ask_options import AskOptions
from precedent_plugin.panels.choice import Choice
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.desk_state import Draft, Engine, View
from precedent_plugin.panels.entry import Entry
from precedent_plugin.panels.facts import counted
from precedent_plugin.panels.field import QuestionField
from precedent_plugin.panels.follow import follow
from precedent_plugin.panels.live_answer import LiveAnswer
from precedent_plugin.panels.look import Panel, Tones, say
from precedent_plugin.panels.model_chooser import ModelChooser
from precedent_plugin.panels.pictures import image_of_array
from precedent_plugin.panels.save_case import SaveCase
from precedent_plugin.panels.shots import TrayPanel
from precedent_plugin.panels.words import Line, hairline
from precedent_plugin.select import muting

SETTLED_MS = 120
"""A view that changed less than this ago is still moving: its pixels are not taken yet."""
WRITTEN_MS = 400
"""Words are counted when none has come for so long."""


class AskPanel(Panel):
    """Everything between a picture and its answer, in reading order from top to bottom."""

    def __init__(self, desk: Desk, *, open_case: Callable[[str], None]) -> None:
        """`open_case` shows a case of the library."""
        super().__init__("ask-panel")
        self._desk = desk
        self._saving: View | None = None
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(desk.look)
        self._written = QTimer(self)
        self._written.setSingleShot(True)
        self._written.setInterval(WRITTEN_MS)
        self._written.timeout.connect(self._write)
        self.about = About(desk, on_save=self.save_case)
        self.save_form = SaveCase(on_save=self._save, on_close=self._leave_form)
        self.save_form.hide()
        self.tray = TrayPanel(desk, open_case=open_case, on_repair=lambda _: self.focus_question())
        self.question = QuestionField(on_submit=self.ask, on_leave=lambda: focus_host(self))
        self.question.installEventFilter(self)
        self.question.textChanged.connect(self._written.start)
        self.models = ModelChooser(desk)
        self.models.box.currentTextChanged.connect(lambda _: self._written.start())
        self.options = AskOptions(desk)
        self._make_controls()
        self.answer = LiveAnswer(
            desk, AnswerActions(copy=self.copy, retry=desk.retry, open_case=open_case)
        )
        self._lay_out()
        self._follow()
        self.restyle(self.worn)

    # What commands call

    def ask(self) -> None:
        """Ask what is in the field about what is on the screen."""
        self._write()
        self._desk.ask(self._desk.draft.words, self._desk.draft.settings)

    def stop(self) -> None:
        """Stop the answer under way."""
        self._desk.stop()

    def copy(self) -> None:
        """Copy the answer with its provenance."""
        self.answer.copy()

    def save_case(self) -> None:
        """Open the form that keeps the picture of this moment as a case."""
        self._desk.look()
        view = self._saving = self._desk.with_values()
        if view is None:
            self._desk.host.notify("There is no picture to save.", "Open a study first.")
            return
        self.about.hide()
        self.save_form.show()
        question, answer = self._desk.last_entry
        self.save_form.begin(
            image_of_array(view.pixels),
            view.title,
            question=question or self.question.toPlainText().strip(),
            answer=answer,
        )

    def focus_question(self) -> None:
        """Put the keyboard into the question field."""
        self.question.setFocus()
        self.question.selectAll()

    @property
    def is_asking(self) -> bool:
        """Whether there is something to stop."""
        return self.answer.is_under_way

    @property
    def has_answer(self) -> bool:
        """Whether there is a finished answer to copy."""
        question = self._desk.session.question
        is_there = question is not None and question.answer is not None
        return is_there and not self.answer.is_veiled

    # Qt

    def restyle(self, worn: Tones) -> None:
        """Paint icons in the theme's tone."""
        for part in (self.about, self.tray, self.models):
            part.restyle(worn)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Wake the engine when the reader goes to the question field."""
        if event is not None and event.type() == QEvent.Type.FocusIn:
            self._desk.warm_up()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Take the picture on screen when the panel comes into view."""
        super().showEvent(event)
        self._settled.start()

    # How it is built

    def _make_controls(self) -> None:
        self.shots = Choice("shots-count", "References to send", characters=5)
        self.shots.setToolTip("How many references are sent; the least alike are muted first")
        self.shots.activated.connect(self._send_only)
        self.button = QPushButton("Ask")
        self.button.setObjectName("ask-button")
        self.button.clicked.connect(self._ask_or_stop)
        self.engine_dot = QLabel("●")
        self.engine_dot.setObjectName("engine-dot")
        self.engine_line = Line(role="muted", name="engine-line")

    def _lay_out(self) -> None:
        controls = QHBoxLayout()
        controls.setSpacing(8)
        controls.addWidget(self.models, 1)
        controls.addWidget(self.shots)
        controls.addWidget(self.button)
        engine = QHBoxLayout()
        engine.setSpacing(5)
        engine.addWidget(self.engine_dot)
        engine.addWidget(self.engine_line, 1)
        engine.addWidget(self.options.commits)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 8)
        box.setSpacing(8)
        box.addWidget(self.about)
        box.addWidget(self.save_form)
        box.addWidget(self.tray)
        box.addWidget(self.question)
        box.addLayout(controls)
        box.addWidget(self.options)
        box.addLayout(engine)
        box.addWidget(hairline())
        box.addWidget(self.answer, 1)
        self.setMinimumWidth(300)

    def _follow(self) -> None:
        desk = self._desk
        follow(self, desk.host.view_changed, lambda _: self._view_changed())
        follow(self, desk.tray.changed, self._count)
        follow(self, desk.engine_changed, self._engine)
        follow(self, desk.asking_changed, self._dress_button)
        follow(self, desk.library.changed, lambda _: self._read_history())
        self._count()
        self._engine(desk.engine)
        self._dress_button()
        self._read_history()

    # What models say

    def _view_changed(self) -> None:
        if self.isVisible():
            self._settled.start()

    def _count(self) -> None:
        tray = self._desk.tray
        self.shots.clear()
        self.shots.addItems([counted(number, "shot") for number in range(len(tray.shots) + 1)])
        self.shots.setCurrentIndex(len(tray.active))
        self.shots.setEnabled(bool(tray.shots))

    def _engine(self, engine: Engine) -> None:
        self.engine_line.say_whole(engine.words)
        say(self.engine_dot, f"dot-{engine.state}")

    def _dress_button(self) -> None:
        question = self._desk.session.question
        asking = question is not None and not question.is_finished
        self.button.setText("Stop" if asking else "Ask")
        self.button.setToolTip("Stop the answer (Esc)" if asking else "Ask (Ctrl+Return)")
        say(self.button, "stop" if asking else "primary")

    def _read_history(self) -> None:
        self._desk.read_library(self._desk.library.history, on_result=self._remember)

    def _remember(self, records: Sequence[QuestionRecord]) -> None:
        self.question.remember([record.question for record in reversed(records)])

    # What the reader does

    def _write(self) -> None:
        self._written.stop()
        settings = replace(self._desk.draft.settings, model=self.models.chosen)
        self._desk.write(Draft(self.question.toPlainText(), settings))

    def _ask_or_stop(self) -> None:
        if self.is_asking:
            self.stop()
        else:
            self.ask()

    def _send_only(self, wanted: int) -> None:
        self._desk.tray.mute_all(muting(self._desk.judgement.shots, wanted))

    def _save(self, entry: Entry) -> None:
        if self._saving is not None:
            self.save_form.wait(True)
            self._desk.save_view(self._saving, entry, self._saved)

    def _saved(self, case: Case | None) -> None:
        self.save_form.wait(False)
        if case is not None:
            self._leave_form()

    def _leave_form(self) -> None:
        self._saving = None
        self.save_form.hide()
        self.about.show()
        focus_host(self)


def focus_host(panel: QWidget) -> None:
    """Give the keyboard back to the host's image."""
    window = panel.window()
    middle = None if window is None else getattr(window, "centralWidget", lambda: None)()
    if isinstance(middle, QStackedWidget):
        middle = middle.currentWidget()
    if isinstance(middle, QWidget):
        middle.setFocus()
