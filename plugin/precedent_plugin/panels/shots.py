"""The tray beside the image: the reference cases that will be read, in order."""

from collections.abc import Callable, Sequence
from functools import partial

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
)
from qtpy.QtWidgets import (
    QFrame,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precedent_plugin.panels.card import CardActions, Face, ShotCard
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.desk_state import Judgement
from precedent_plugin.panels.drag import CASE_MIME, SHOT_MIME, ids_in
from precedent_plugin.panels.facts import facts_words
from precedent_plugin.panels.flow import emptied
from precedent_plugin.panels.follow import follow
from precedent_plugin.panels.icons import icon
from precedent_plugin.panels.look import Tones, current_tones, say
from precedent_plugin.panels.warning_row import WarningRow
from precedent_plugin.panels.words import Column, Line, Paragraph, heading
from precedent_plugin.select import ArrangedShot, OrderPolicy
from precedent_plugin.tray import MAX_SHOTS, Tray
from precedent_plugin.warnings.repair import Repair

GAP = 4
WARNING_LINES = 6
"""Lines of warnings that are seen at once; more of them scroll."""
POLICY_WORDS: dict[OrderPolicy, str] = {
    "most-similar-last": "Most similar last",
    "most-similar-first": "Most similar first",
    "by-hand": "By hand",
}
EMPTY = "Drag reference cases here, or press Return on a case in the library."


class Cards(QWidget):
    """The column of cards; knows where between them something is dropped."""

    def __init__(
        self,
        empty: QFrame,
        *,
        on_cases: Callable[[tuple[str, ...], int], None],
        on_shot: Callable[[str, int], None],
    ) -> None:
        """`on_cases` gets ids from the library, `on_shot` one of the tray, both with a place.

        `empty` stands there while there is no card.
        """
        super().__init__()
        self._empty = empty
        self.setObjectName("tray-cards")
        self.setAcceptDrops(True)
        self._on_cases, self._on_shot = on_cases, on_shot
        self._drop_at: int | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, GAP // 2, 0, GAP // 2)
        self.column.setSpacing(GAP)
        self.column.addWidget(empty)

    @property
    def cards(self) -> list[ShotCard]:
        """The cards in order."""
        found = []
        for place in range(self.column.count()):
            item = self.column.itemAt(place)
            widget = None if item is None else item.widget()
            if isinstance(widget, ShotCard):
                found.append(widget)
        return found

    def place_at(self, y: int) -> int:
        """Give the place, 0 to the number of cards, at which a drop at height `y` goes in."""
        return sum(1 for card in self.cards if y > card.geometry().center().y())

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take cases and our own cards, nothing else."""
        if event is not None and _takes(event):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent | None) -> None:
        """Show where the drop goes."""
        if event is not None and _takes(event):
            self._show_place(self.place_at(event.position().toPoint().y()))
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent | None) -> None:
        """Nothing will be dropped."""
        self._show_place(None)

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Put in what was dropped."""
        self._show_place(None)
        if event is None or not _takes(event):
            return
        place = self.place_at(event.position().toPoint().y())
        moved = ids_in(event.mimeData(), SHOT_MIME)
        if moved:
            before = [card.face.case_id for card in self.cards[:place]]
            self._on_shot(moved[0], place - (moved[0] in before))
        else:
            self._on_cases(ids_in(event.mimeData()), place)
        event.acceptProposedAction()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the line at which a drop goes in."""
        super().paintEvent(event)
        if self._drop_at is None or not self.cards:
            return
        cards = self.cards
        y = (
            cards[self._drop_at].geometry().top() - GAP // 2 - 1
            if self._drop_at < len(cards)
            else cards[-1].geometry().bottom() + 1
        )
        QPainter(self).fillRect(0, y, self.width(), 2, QColor(current_tones().accent))

    def _show_place(self, place: int | None) -> None:
        self._drop_at = place
        parent = self.parentWidget()
        say(self._empty, "empty" if place is None else "empty-target")
        self.update()
        if parent is not None:
            parent.update()


class TrayPanel(QWidget):
    """Heading, cards and cautions of the tray, in the order in which the model will read them."""

    def __init__(
        self,
        desk: Desk,
        *,
        open_case: Callable[[str], None],
        on_repair: Callable[[Repair], None],
    ) -> None:
        """`open_case` shows a case of the library; `on_repair` gets what the desk cannot do."""
        super().__init__()
        self.setObjectName("tray-panel")
        self._on_repair = on_repair
        self._desk, self._tray = desk, desk.tray
        self._shown: dict[str, ShotCard] = {}
        self._actions = CardActions(
            remove=self._remove,
            mute=lambda case_id, muted: desk.tray.mute(case_id, muted=muted),
            pin=lambda case_id, pinned: desk.tray.pin(case_id, pinned=pinned),
            shift=self._shift,
            open=open_case,
            focus=self._focus,
        )
        self._make_head()
        self._make_empty()
        self.cards = Cards(self.empty, on_cases=desk.add_to_tray, on_shot=self._move)
        self._lay_out()
        follow(self, desk.tray.changed, self._sync)
        follow(self, desk.judged, self._judged)
        follow(self, desk.thumbnails.ready, self._picture_ready)
        self._sync()

    def restyle(self, worn: Tones) -> None:
        """Paint the icons in the theme's tone."""
        self.policy_button.setIcon(icon("chevron-down", worn.muted))
        self.undo_button.setIcon(icon("undo", worn.muted))
        self.clear_button.setIcon(icon("trash", worn.muted))
        for card in self._shown.values():
            card.restyle()

    def _make_head(self) -> None:
        self.undo_button = self._tool("undo", "Take the last change of the tray back")
        self.undo_button.clicked.connect(lambda: self._tray.undo())
        self.clear_button = self._tool("clear", "Take all references out of the tray")
        self.clear_button.clicked.connect(lambda: self._tray.clear())
        self.policy_button = self._tool("order", "Order in which the model reads the references")
        self.policy_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.policy_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.policy_button.setMenu(self._policy_menu())
        self.head, self.title = heading(
            "References",
            self.policy_button,
            self.undo_button,
            self.clear_button,
            name="tray-title",
        )

    def _policy_menu(self) -> QMenu:
        menu = QMenu(self)
        for policy, words in POLICY_WORDS.items():
            entry = menu.addAction(words)
            if entry is not None:
                entry.triggered.connect(partial(self._tray.set_policy, policy))
        return menu

    def _tool(self, what: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"tray-{what}")
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.setIconSize(QSize(14, 14))
        return button

    def _make_empty(self) -> None:
        self.empty = QFrame()
        self.empty.setObjectName("tray-empty")
        say(self.empty, "empty")
        words = Paragraph(EMPTY, role="muted")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        box = QVBoxLayout(self.empty)
        box.setContentsMargins(16, 12, 16, 12)
        self.empty.setFixedHeight(4 * self.fontMetrics().lineSpacing() + 16)
        box.addWidget(words)

    def _lay_out(self) -> None:
        self.scroller = Column("tray-scroll", self.cards)
        self.scroller.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        content = QWidget()
        self.warnings = QVBoxLayout(content)
        self.warnings.setContentsMargins(0, 0, 6, 0)
        self.warnings.setSpacing(2)
        self.cautions = Column("tray-warnings", content)
        self.cautions.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.cautions.setMaximumHeight(WARNING_LINES * self.fontMetrics().lineSpacing())
        self.cautions.hide()
        self.facts = Line(role="muted", name="tray-facts")
        self.facts.setToolTip("What the prompt takes of the model, the answer's room included")
        self.facts.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(self.head)
        box.addWidget(self.scroller, 1)
        box.addWidget(self.facts)
        box.addWidget(self.cautions)

    def _judged(self, judgement: Judgement) -> None:
        self._sync()
        emptied(self.warnings)
        for warning in judgement.warnings:
            row = WarningRow(warning, offers=self._desk.offers, on_repair=self._repair)
            self.warnings.addWidget(row)
        self.warnings.addStretch(1)
        self.cautions.setVisible(bool(judgement.warnings))
        self._fit()
        self.facts.say_whole("" if judgement.facts is None else facts_words(judgement.facts))
        self.facts.setVisible(judgement.facts is not None)

    def _repair(self, repair: Repair) -> None:
        if not self._desk.repair(repair):
            self._on_repair(repair)

    def _sync(self) -> None:
        shots = arranged(self._tray, self._desk.judgement.shots)
        for case_id in set(self._shown) - {shot.case.id for shot in shots}:
            gone = self._shown.pop(case_id)
            self.cards.column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        self.empty.setVisible(not shots)
        for place, shot in enumerate(shots):
            self._place(place, shot)
        self.title.setText(f"References  {len(shots)} of {MAX_SHOTS}" if shots else "References")
        self.policy_button.setText(POLICY_WORDS[self._tray.policy])
        self.policy_button.setVisible(len(shots) > 1)
        self.undo_button.setEnabled(self._tray.can_undo)
        self.clear_button.setEnabled(bool(shots))
        self._fit()

    def _place(self, place: int, shot: ArrangedShot) -> None:
        case = shot.case
        face = Face(
            case.id,
            shot.number,
            case.question,
            case.answer,
            shot.likeness,
            shot.muted,
            shot.pinned,
        )
        card = self._shown.get(case.id)
        if card is None:
            card = self._shown[case.id] = ShotCard(face, self._actions)
        card.show_face(face)
        card.show_image(self._desk.thumbnails.get(case.images[0]))
        if self.cards.column.indexOf(card) != place:
            self.cards.column.removeWidget(card)
            self.cards.column.insertWidget(place, card)

    def _fit(self) -> None:
        cards = list(self._shown.values())
        one = cards[0].sizeHint().height() + GAP if cards else self.empty.minimumHeight() + GAP
        # Warnings take their room from the cards, which scroll.
        shown = 1.5 if self.cautions.isVisibleTo(self) else 2.5
        self.scroller.setMinimumHeight(round(one * min(len(cards), shown)) if cards else one)
        self.scroller.updateGeometry()

    def _picture_ready(self, sha: str) -> None:
        for shot in self._tray.shots:
            if shot.case.images[0] == sha and shot.case.id in self._shown:
                self._shown[shot.case.id].show_image(self._desk.thumbnails.get(sha))

    def _remove(self, case_id: str) -> None:
        order = [card.face.case_id for card in self.cards.cards]
        place = order.index(case_id)
        rest = [one for one in order if one != case_id]
        self._tray.remove([case_id])
        if rest:
            self._shown[rest[min(place, len(rest) - 1)]].setFocus()

    def _shift(self, case_id: str, step: int) -> None:
        order = [card.face.case_id for card in self.cards.cards]
        place = order.index(case_id) + step
        if 0 <= place < len(order):
            self._move(case_id, place)
            self._shown[case_id].setFocus()
            self.scroller.ensureWidgetVisible(self._shown[case_id])

    def _move(self, case_id: str, place: int) -> None:
        order = [card.face.case_id for card in self.cards.cards if card.face.case_id != case_id]
        order.insert(place, case_id)
        self._tray.arrange(order, policy="by-hand")

    def _focus(self, case_id: str, step: int) -> None:
        order = self.cards.cards
        place = order.index(self._shown[case_id]) + step
        if 0 <= place < len(order):
            order[place].setFocus(Qt.FocusReason.TabFocusReason)
            self.scroller.ensureWidgetVisible(order[place])


def arranged(tray: Tray, known: Sequence[ArrangedShot]) -> list[ArrangedShot]:
    """Give the tray's shots as they will be read, as far as it is known yet.

    Shots whose place is not known come after the known ones; an order by hand is the tray's own.
    Muted ones come last and have no number.
    """
    ranks = {one.case.id: place for place, one in enumerate(known)}
    likeness = {one.case.id: one.likeness for one in known}
    shots = list(tray.shots)
    if tray.policy != "by-hand":
        shots.sort(key=lambda shot: ranks.get(shot.case.id, len(ranks)))
    shots.sort(key=lambda shot: shot.muted)
    return [
        ArrangedShot(
            shot.sent,
            shot.muted,
            likeness.get(shot.case.id),
            0 if shot.muted else place,
            shot.pinned,
        )
        for place, shot in enumerate(shots, 1)
    ]


def _takes(event: QDropEvent) -> bool:
    mime = event.mimeData()
    return mime is not None and (mime.hasFormat(CASE_MIME) or mime.hasFormat(SHOT_MIME))
