"""A casebook shown to an audience: a title page, then picture and question, then the answer."""

from collections.abc import Callable
from dataclasses import dataclass

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QImage, QKeyEvent, QResizeEvent
from qtpy.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from precedent_plugin.cases import Case, Casebook
from precedent_plugin.panels.dialog import button
from precedent_plugin.panels.facts import counted
from precedent_plugin.panels.look import Panel, text_px
from precedent_plugin.panels.pictures import Picture
from precedent_plugin.panels.words import Line, Paragraph

MARGIN = 32
FOOT = 80
"""Height of the line with the buttons, and of what is around it."""
LEAST_WORDS = 300
"""Width of the words beside the picture."""
KEYS = "Space or → goes on, ← goes back, F fills the screen, Esc ends"


@dataclass(frozen=True, slots=True)
class Talk:
    """What is presented."""

    casebook: Casebook
    cases: tuple[Case, ...]
    """In the casebook's own order."""

    @property
    def authors(self) -> str:
        """Who made the cases, each once."""
        return ", ".join(dict.fromkeys(case.author for case in self.cases if case.author))


class PresentationDialog(QDialog):
    """Pages through a casebook: its title, then each case without and with its answer."""

    def __init__(
        self,
        talk: Talk,
        fetch: Callable[[Case, Callable[[QImage], None]], object],
        parent: QWidget | None,
    ) -> None:
        """fetch: reads a case's picture and hands it over."""
        super().__init__(parent)
        self.setObjectName("presentation")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setWindowTitle(talk.casebook.name)
        self.resize(1180, 760)
        self._talk, self._fetch = talk, fetch
        self._page = 0
        self._is_revealed = False
        self.pages = QStackedWidget()
        self.pages.addWidget(self._title_page())
        self.pages.addWidget(self._case_page())
        self.place = Line(role="muted", name="presentation-place")
        self.back = button("Back", "presentation-back", self.go_back)
        self.on = button("Begin", "presentation-on", self.go_on, role="primary")
        self._lay_out()
        self._show()

    @property
    def page(self) -> int:
        """Which page is shown; 0 is the title, the first case has 1."""
        return self._page

    def go_on(self) -> None:
        """Show the answer, else the next case; the last page ends it."""
        if self._page and not self._is_revealed:
            self._is_revealed = True
        elif self._page < len(self._talk.cases):
            self._page, self._is_revealed = self._page + 1, False
        else:
            self.accept()
            return
        self._show()

    def go_back(self) -> None:
        """Hide the answer, else show the case before with its answer."""
        if self._is_revealed:
            self._is_revealed = False
        elif self._page:
            self._page -= 1
            self._is_revealed = self._page > 0
        self._show()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Page with arrows, space and page keys; F fills the screen."""
        if event is None:
            return
        key = Qt.Key
        if event.key() in (key.Key_Space, key.Key_Right, key.Key_PageDown, key.Key_Return):
            self.go_on()
        elif event.key() in (key.Key_Left, key.Key_PageUp, key.Key_Backspace):
            self.go_back()
        elif event.key() in (key.Key_F, key.Key_F11):
            self.showNormal() if self.isFullScreen() else self.showFullScreen()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Give the picture all the room that the words leave."""
        super().resizeEvent(event)
        self._fit()

    def _title_page(self) -> QWidget:
        page = QWidget()
        book = self._talk.casebook
        box = QVBoxLayout(page)
        box.setSpacing(12)
        box.addStretch(2)
        box.addWidget(Paragraph(book.name, role="answer", name="presentation-name"))
        box.addWidget(Paragraph(book.description, name="presentation-description"))
        facts = (counted(len(self._talk.cases), "case"), self._talk.authors, book.licence)
        words = "  ·  ".join(part for part in facts if part)
        box.addWidget(Paragraph(words, role="body-muted"))
        box.addStretch(3)
        box.addWidget(Paragraph(KEYS, role="muted"))
        return page

    def _case_page(self) -> QWidget:
        page = QWidget()
        self.picture = Picture(480)
        self.question = Paragraph(role="title", name="presentation-question")
        self.answer = Paragraph(role="answer", name="presentation-answer")
        self.rationale = Paragraph(name="presentation-rationale")
        self.taught = Paragraph(role="strong", name="presentation-taught")
        words = QVBoxLayout()
        words.setSpacing(14)
        for part in (self.question, self.answer, self.rationale, self.taught):
            words.addWidget(part)
        words.addStretch(1)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return page

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self.place, 1)
        foot.addWidget(self.back)
        foot.addWidget(self.on)
        self.pages.setStyleSheet(for_an_audience())
        panel = Panel("presentation-panel")
        box = QVBoxLayout(panel)
        box.setContentsMargins(MARGIN, MARGIN, MARGIN, 16)
        box.setSpacing(16)
        box.addWidget(self.pages, 1)
        box.addLayout(foot)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(panel)

    def _fit(self) -> None:
        room = self.size() - QSize(2 * MARGIN + LEAST_WORDS, MARGIN + FOOT)
        side = max(120, min(room.height(), room.width()))
        self.picture.setFixedSize(side, side)

    def _show(self) -> None:
        total = len(self._talk.cases)
        self.pages.setCurrentIndex(1 if self._page else 0)
        self.back.setVisible(self._page > 0)
        if not self._page:
            self.place.say_whole("")
            self.on.setText("Begin" if total else "Close")
            return
        case = self._talk.cases[self._page - 1]
        self.place.say_whole(f"{self._page} of {total}")
        if not self._is_revealed or not self.question.text():
            self.picture.show_image(QImage())
        self._fetch(case, lambda image: self._show_picture(case, image))
        self.question.setText(case.question)
        self.answer.setText(case.answer)
        self.rationale.setText(case.rationale or "")
        self.taught.setText(case.teaching_point or "")
        for part in (self.answer, self.rationale, self.taught):
            part.setVisible(self._is_revealed and bool(part.text()))
        is_last = self._page == total
        self.on.setText(("End" if is_last else "Next") if self._is_revealed else "Show the answer")

    def _show_picture(self, case: Case, image: QImage) -> None:
        if self._page and self._talk.cases[self._page - 1] is case:
            self.picture.show_image(image)


def for_an_audience() -> str:
    """Give the style that makes words legible from the back of a room."""
    return (
        f"QLabel {{ font-size: {text_px(1.45)}px; }}"
        f'QLabel[role="title"] {{ font-size: {text_px(1.7)}px; }}'
        f'QLabel[role="answer"] {{ font-size: {text_px(2.6)}px; }}'
        f'QLabel[role="body-muted"] {{ font-size: {text_px(1.2)}px; }}'
    )
