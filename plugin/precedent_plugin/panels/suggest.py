"""Suggested cases for the picture on screen and the question: alike, and alike with another answer.

The search runs when it is asked for, and then follows view and question while the panel is open.
"""

import threading
from collections.abc import Callable, Sequence

from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from precedent_inference.errors import Cancelled
from precedent_plugin.panels.case_fields import tags_of
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.desk_state import View
from precedent_plugin.panels.facts import counted
from precedent_plugin.panels.flow import emptied
from precedent_plugin.panels.follow import follow
from precedent_plugin.panels.look import Panel, say
from precedent_plugin.panels.suggest_row import SuggestRow
from precedent_plugin.panels.words import Column, Line, Note, Paragraph
from precedent_plugin.suggest.advisor import Advisor, Looked
from precedent_plugin.suggest.suggestions import Suggestion, Suggestions
from precedent_plugin.suggest.wish import Wish
from precedent_plugin.tray import MAX_SHOTS
from precedent_resources import PrecedentError

LEAST_WIDTH = 250
SETTLED_MS = 350
STEPS = 20
EMPTY = (
    "Cases of your library that are like the picture and the question appear here, each with its "
    "reasons. Weak ones are left out: a reference about something else costs accuracy."
)


class SuggestPanel(Panel):
    """What to put beside the question."""

    def __init__(self, desk: Desk, advisor: Advisor, *, open_case: Callable[[str], None]) -> None:
        """open_case: shows a case of the library."""
        super().__init__("suggest-panel")
        self.setMinimumWidth(LEAST_WIDTH)
        self._desk, self._advisor, self._open_case = desk, advisor, open_case
        self._cancel = threading.Event()
        self._like: tuple[str, ...] = ()
        self._has_searched = False
        self._rows: list[SuggestRow] = []
        self._found: Suggestions | None = None
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(self._follow_up)
        self._make_controls()
        self._lay_out()
        follow(self, desk.view_seen, lambda _: self._settled.start())
        follow(self, desk.judged, lambda _: self._settled.start())
        follow(self, desk.tray.changed, self._dress_rows)
        follow(self, desk.library.changed, lambda _: advisor.changed())
        follow(self, desk.thumbnails.ready, self._picture_ready)

    # What commands call

    def look_for(self) -> None:
        """Search for the picture on screen and the question."""
        self._like = ()
        self._search()

    def find_like(self, case_ids: Sequence[str]) -> None:
        """Search for more of the same as some cases."""
        self._like = tuple(case_ids)
        self._search()

    # How it is built

    def _make_controls(self) -> None:
        self.go = QPushButton("Suggest")
        self.go.setObjectName("suggest-go")
        say(self.go, "primary")
        self.go.clicked.connect(lambda: self.look_for())
        self.stop = QPushButton("Cancel")
        self.stop.setObjectName("suggest-stop")
        self.stop.clicked.connect(lambda: self._cancel.set())
        self.stop.hide()
        self.about = Line(role="muted", name="suggest-about")
        self.image = _slider(
            "suggest-image", "What the picture weighs against the words", STEPS // 2
        )
        self.unlike = _slider("suggest-unlike", "How unlike each other they should be", 2)
        for slider in (self.image, self.unlike):
            slider.valueChanged.connect(lambda _: self._settled.start())
        self.tags = QLineEdit()
        self.tags.setObjectName("suggest-tags")
        self.tags.setAccessibleName("Only cases with these tags")
        self.tags.setPlaceholderText("Only with these tags")
        self.tags.returnPressed.connect(self._search)
        self.same = QCheckBox("This modality only")
        self.same.setObjectName("suggest-same-modality")
        self.same.toggled.connect(lambda _: self._settled.start())
        self.here = QCheckBox("The casebook shown only")
        self.here.setObjectName("suggest-casebook")
        self.here.toggled.connect(lambda _: self._settled.start())
        self.bar = QProgressBar()
        self.bar.setObjectName("suggest-bar")
        self.bar.setAccessibleName("Pictures looked at")
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.note = Note("", role="failure", name="suggest-note")
        self.note.hide()
        self.all = QPushButton("Add all")
        self.all.setObjectName("suggest-all")
        say(self.all, "link")
        self.all.clicked.connect(lambda: self._add_all())
        self.all.hide()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.about, 1)
        top.addWidget(self.stop)
        top.addWidget(self.go)
        sliders = QGridLayout()
        sliders.setHorizontalSpacing(8)
        sliders.setVerticalSpacing(2)
        for row, (before, slider, after) in enumerate(
            (("Words", self.image, "Picture"), ("Most alike", self.unlike, "Varied"))
        ):
            for column, widget in enumerate((_small(before), slider, _small(after))):
                sliders.addWidget(widget, row, column)
        boxes = QHBoxLayout()
        boxes.addWidget(self.same)
        boxes.addWidget(self.here)
        boxes.addStretch(1)
        inside = QWidget()
        self.results = QVBoxLayout(inside)
        self.results.setContentsMargins(0, 0, 4, 0)
        self.results.setSpacing(6)
        self.results.addWidget(Paragraph(EMPTY, role="muted", name="suggest-empty"))
        self.results.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 10, 10, 8)
        box.setSpacing(8)
        box.addLayout(top)
        box.addLayout(sliders)
        box.addWidget(self.tags)
        box.addLayout(boxes)
        box.addWidget(self.bar)
        box.addWidget(self.note)
        box.addWidget(Column("suggest-scroll", inside, height=240), 1)
        box.addWidget(self.all, 0, Qt.AlignmentFlag.AlignLeft)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Follow again what changed while the panel was away."""
        super().showEvent(event)
        self._settled.start()

    # The search

    def _follow_up(self) -> None:
        """Search anew once the reader has searched, while the panel is seen."""
        if self._has_searched and self.isVisible() and not self.stop.isVisibleTo(self):
            self._search()

    def _search(self) -> None:
        desk = self._desk
        if desk.view is None and not self._like and not desk.draft.words.strip():
            self._fail(PrecedentError("There is nothing to go by.", "Open a study, or ask first."))
            return
        self._has_searched = True
        self._cancel.set()
        cancel = self._cancel = threading.Event()
        self.note.hide()
        self.go.setEnabled(False)
        self.stop.show()
        self.about.say_whole("Looking")
        view = None if self._like else desk.view
        desk.host.run(
            self._suggest,
            self._wish(),
            view,
            cancel,
            on_result=lambda found: self._end(cancel, found),
            on_error=lambda error: self._end(cancel, error),
            on_progress=lambda looked: self._show_looked(cancel, looked),
        )

    def _wish(self) -> Wish:
        """Read the controls, on their thread."""
        desk = self._desk
        return Wish(
            words=desk.draft.words.strip(),
            like=self._like,
            image_weight=self.image.value() / STEPS,
            relevance=1 - self.unlike.value() / STEPS,
            tags=tags_of(self.tags.text()),
            same_modality=self.same.isChecked(),
            casebook_id=desk.casebook if self.here.isChecked() else None,
            model=desk.draft.settings.model,
        )

    def _suggest(
        self,
        wish: Wish,
        view: View | None,
        cancel: threading.Event,
        progress: Callable[[Looked], object],
    ) -> Suggestions:
        """Make the query and answer it; for a worker."""
        image = None if view is None else self._desk.picture_of(view)
        return self._advisor.suggest(wish.query(image), wish.model, cancel, progress)

    def _show_looked(self, cancel: threading.Event, looked: object) -> None:
        if cancel is self._cancel and isinstance(looked, Looked):
            self.bar.setRange(0, looked.total)
            self.bar.setValue(looked.done)
            self.bar.show()
            words = f"Looking at new pictures: {looked.done:,} of {looked.total:,}"
            self.about.say_whole(words)

    def _end(self, cancel: threading.Event, end: Suggestions | PrecedentError) -> None:
        if cancel is not self._cancel:
            return
        self.bar.hide()
        self.stop.hide()
        self.go.setEnabled(True)
        self.about.say_whole("")
        if isinstance(end, Suggestions):
            self._show(end)
        elif not isinstance(end, Cancelled):
            self._fail(end)

    def _fail(self, error: PrecedentError) -> None:
        self.note.words.setText(f"{error.message} {error.hint or ''}".strip())
        self.note.show()

    # What was found

    def _show(self, found: Suggestions) -> None:
        self._found = found
        emptied(self.results)
        self._rows = []
        for row in found.rows:
            self._place(row)
        if found.sentence:
            self.results.addWidget(Paragraph(found.sentence, role="muted", name="suggest-gate"))
        if found.counter_examples:
            words = "Alike, with another answer"
            self.results.addWidget(Paragraph(words, role="heading", name="suggest-counter"))
            for row in found.counter_examples:
                self._place(row)
        if found.copies:
            words = f"{counted(found.copies, 'case')} with this very picture left out."
            self.results.addWidget(Paragraph(words, role="muted", name="suggest-copies"))
        self.results.addStretch(1)
        kind = "More of the same" if self._like else "For the picture on screen"
        self.about.say_whole(f"{kind}: {counted(len(found.rows), 'case')}")
        self._dress_rows()

    def _place(self, found: Suggestion) -> None:
        row = SuggestRow(
            found, on_add=lambda case_id: self._add([case_id]), on_open=self._open_case
        )
        row.show_image(self._desk.thumbnails.get(found.case.images[0]))
        row.setProperty("sha", found.case.images[0])
        self._rows.append(row)
        self.results.addWidget(row)

    def _picture_ready(self, sha: str) -> None:
        for row in self._rows:
            if row.property("sha") == sha:
                row.show_image(self._desk.thumbnails.get(sha))

    def _dress_rows(self) -> None:
        inside = {shot.case.id for shot in self._desk.tray.shots}
        for row in self._rows:
            row.show_added(is_added=row.case_id in inside)
        waiting = self._waiting(inside)
        self.all.setVisible(len(waiting) > 1)
        self.all.setText(f"Add {counted(len(waiting), 'case')}")

    def _waiting(self, inside: set[str]) -> list[str]:
        """Give the suggested cases that are not in the tray and still fit into it."""
        rows = () if self._found is None else self._found.rows
        ids = [row.case.id for row in rows if row.case.id not in inside]
        return ids[: max(0, MAX_SHOTS - len(inside))]

    def _add(self, case_ids: Sequence[str]) -> None:
        self._desk.add_to_tray(case_ids)

    def _add_all(self) -> None:
        self._add(self._waiting({shot.case.id for shot in self._desk.tray.shots}))


def _slider(name: str, words: str, value: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setObjectName(name)
    slider.setAccessibleName(words)
    slider.setToolTip(words)
    slider.setRange(0, STEPS)
    slider.setValue(value)
    return slider


def _small(words: str) -> QLabel:
    label = QLabel(words)
    say(label, "muted")
    return label
