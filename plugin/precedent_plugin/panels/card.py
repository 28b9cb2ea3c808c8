"""One card of the tray: picture, question, answer and likeness of a reference case."""

from collections.abc import Callable
from dataclasses import dataclass

from qtpy.QtCore import QEvent, QPoint, QSize, Qt
from qtpy.QtGui import (
    QContextMenuEvent,
    QDrag,
    QEnterEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
)
from qtpy.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
)

from precedent_plugin.panels.drag import SHOT_MIME, mime_of
from precedent_plugin.panels.icons import icon
from precedent_plugin.panels.keys import LIST_KEYS, KeyKeeper
from precedent_plugin.panels.look import current_tones, say
from precedent_plugin.panels.pictures import Picture
from precedent_plugin.panels.words import Line

PICTURE_SIDE = 44


@dataclass(frozen=True, slots=True)
class Face:
    """What a card shows."""

    case_id: str
    number: int
    """Place in the prompt, from 1; 0 when the shot is muted and not sent."""
    question: str
    answer: str
    likeness: float | None = None
    """0..1 to the picture on screen; None when it is not known."""
    muted: bool = False
    pinned: bool = False
    """Sent whatever number of shots is chosen."""


@dataclass(frozen=True, slots=True)
class CardActions:
    """What the reader can do to a card, each with the case's id."""

    remove: Callable[[str], None]
    mute: Callable[[str, bool], None]
    pin: Callable[[str, bool], None]
    shift: Callable[[str, int], None]
    """Move by -1 (earlier) or +1 (later)."""
    open: Callable[[str], None]
    focus: Callable[[str, int], None]
    """Move the keyboard to the card before (-1) or after (+1)."""


class ShotCard(QFrame):
    """A card that can be dragged, muted, moved and removed by mouse and by keys."""

    def __init__(self, face: Face, actions: CardActions) -> None:
        super().__init__()
        self.setObjectName("shot-card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._actions = actions
        self._pressed_at: QPoint | None = None
        self.face = face
        self.picture = Picture(PICTURE_SIDE)
        self.picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.number = QLabel()
        say(self.number, "number")
        self.question = Line(role="muted", name="shot-question")
        self.answer = Line(role="strong", name="shot-answer")
        self.likeness = QLabel()
        self.likeness.setObjectName("shot-likeness")
        say(self.likeness, "number")
        self.pin_button = self._button("pin", self._toggle_pin)
        self.mute_button = self._button("mute", self._toggle_mute)
        self.remove_button = self._button("remove", self._remove)
        KeyKeeper(self, LIST_KEYS | {Qt.Key.Key_M, Qt.Key.Key_P})
        self._lay_out()
        self.show_face(face)
        self._mark(False)

    def _button(self, what: str, slot: Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"shot-{what}")
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setIconSize(QSize(14, 14))
        button.setCursor(Qt.CursorShape.ArrowCursor)
        button.clicked.connect(slot)
        policy = button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        button.setSizePolicy(policy)
        return button

    def _lay_out(self) -> None:
        self.number.setFixedWidth(self.fontMetrics().horizontalAdvance("8") + 2)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.question)
        words.addWidget(self.answer)
        ends = QVBoxLayout()
        ends.setSpacing(0)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        buttons.addWidget(self.pin_button)
        buttons.addWidget(self.mute_button)
        buttons.addWidget(self.remove_button)
        ends.addLayout(buttons)
        ends.addWidget(self.likeness, 0, Qt.AlignmentFlag.AlignRight)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 4, 4)
        row.setSpacing(8)
        row.addWidget(self.number)
        row.addWidget(self.picture)
        row.addLayout(words, 1)
        row.addLayout(ends)

    def show_face(self, face: Face) -> None:
        """Show another face of the same case: moved, muted or edited."""
        self.face = face
        self.number.setText(str(face.number) if face.number else "\N{EN DASH}")
        self.question.say_whole(face.question)
        self.answer.say_whole(face.answer)
        say(self.answer, "body-muted" if face.muted else "strong")
        self.picture.dim(face.muted)
        self.likeness.setText("" if face.likeness is None else f"{face.likeness:.2f} alike")
        self.likeness.setToolTip(
            "Likeness of this picture to the one on screen; 1.00 is the same picture."
        )
        self.pin_button.setToolTip(
            "Pinned: sent whatever number is chosen (P lets go)"
            if face.pinned
            else "Pin: send it whatever number is chosen (P)"
        )
        self.mute_button.setToolTip("Send again (M)" if face.muted else "Keep, but do not send (M)")
        self.remove_button.setToolTip("Take out of the tray (Del)")
        place = f"Reference {face.number}" if face.number else "Muted reference"
        self.setAccessibleName(f"{place}: {face.question} {face.answer}")
        self.restyle()

    def show_image(self, image: QImage) -> None:
        """Show the case's picture."""
        self.picture.show_image(image)

    def restyle(self) -> None:
        """Paint the icons in the theme's tone."""
        worn = current_tones()
        tone = worn.muted
        self.pin_button.setIcon(icon("pin", worn.accent if self.face.pinned else tone))
        self.pin_button.setVisible(self.face.pinned or self.mute_button.isVisibleTo(self))
        self.mute_button.setIcon(icon("eye-off" if self.face.muted else "eye", tone))
        self.remove_button.setIcon(icon("close", tone))

    def _toggle_mute(self) -> None:
        self._actions.mute(self.face.case_id, not self.face.muted)

    def _toggle_pin(self) -> None:
        self._actions.pin(self.face.case_id, not self.face.pinned)

    def _remove(self) -> None:
        self._actions.remove(self.face.case_id)

    def _mark(self, current: bool) -> None:
        say(self, "card-current" if self.hasFocus() else "card")
        for button in (self.mute_button, self.remove_button):
            button.setVisible(current)
        self.pin_button.setVisible(current or self.face.pinned)

    def enterEvent(self, event: QEnterEvent | None) -> None:
        """Show what can be done while the pointer is here."""
        super().enterEvent(event)
        self._mark(True)

    def leaveEvent(self, event: QEvent | None) -> None:
        """Be calm again."""
        super().leaveEvent(event)
        self._mark(self.hasFocus())

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self._mark(True)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Be calm again."""
        super().focusOutEvent(event)
        self._mark(self.underMouse())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Alt+Up and Alt+Down reorder, Del removes, M mutes, P pins, Return opens, arrows walk."""
        if event is None:
            return
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._actions.shift(self.face.case_id, step)
        elif step is not None:
            self._actions.focus(self.face.case_id, step)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove()
        elif event.key() == Qt.Key.Key_M:
            self._toggle_mute()
        elif event.key() == Qt.Key.Key_P:
            self._toggle_pin()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._actions.open(self.face.case_id)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Remember where a drag may begin."""
        super().mousePressEvent(event)
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Begin to drag the card once the pointer has moved far enough."""
        if event is None or self._pressed_at is None:
            return
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if moved < QApplication.startDragDistance():
            return
        drag = QDrag(self)
        drag.setMimeData(mime_of([self.face.case_id], SHOT_MIME))
        drag.setPixmap(self.picture.grab())
        self._pressed_at = None
        drag.exec(Qt.DropAction.MoveAction)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Open the case."""
        self._actions.open(self.face.case_id)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        """Offer the same in words."""
        if event is None:
            return
        menu = card_menu(self, self._actions)
        menu.exec(event.globalPos())


def card_menu(card: ShotCard, actions: CardActions) -> QMenu:
    """Build the menu of a card, with the keys that do the same."""
    menu = QMenu(card)
    face = card.face
    for words, do in (
        ("Open case\tReturn", lambda: actions.open(face.case_id)),
        (
            "Send again\tM" if face.muted else "Keep, but do not send\tM",
            lambda: actions.mute(face.case_id, not face.muted),
        ),
        (
            "Let go of the pin\tP" if face.pinned else "Pin\tP",
            lambda: actions.pin(face.case_id, not face.pinned),
        ),
        ("Move up\tAlt+Up", lambda: actions.shift(face.case_id, -1)),
        ("Move down\tAlt+Down", lambda: actions.shift(face.case_id, 1)),
        ("Take out of the tray\tDel", lambda: actions.remove(face.case_id)),
    ):
        entry = menu.addAction(words)
        if entry is not None:
            entry.triggered.connect(do)
    return menu
