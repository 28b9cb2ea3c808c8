"""What an answer rests on, on demand: a sentence, and the findings behind it."""

from collections.abc import Callable
from dataclasses import dataclass

from qtpy.QtCore import Qt
from qtpy.QtGui import QImage
from qtpy.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from precedent_inference.evidence.findings import Evidence, OcclusionMap, Verdict
from precedent_plugin.examination import Examination
from precedent_plugin.panels.evidence_words import change_words, evidence_facts
from precedent_plugin.panels.facts_grid import FactsGrid
from precedent_plugin.panels.flow import emptied
from precedent_plugin.panels.heat import heated, strongest
from precedent_plugin.panels.influence import InfluenceBar
from precedent_plugin.panels.pictures import Picture
from precedent_plugin.panels.words import Line, Note, Paragraph, heading

MAP_SIDE = 132
SOUND = ("precedents", "image")
"""Verdicts that are as a reader hopes; the others are shown as a caution."""
ASKING = "Asking again in other forms"
MAP_WORDS = (
    "Orange: covering this place makes the answer less likely. It shows what the answer needs, "
    "not what the model “looked at”."
)
FLAT_WORDS = "No place of the picture carries the answer by itself: covering it changes little."


@dataclass(frozen=True, slots=True)
class EvidenceActs:
    """What the reader can do."""

    examine: Callable[[], object]
    stop: Callable[[], object]


class EvidenceView(QWidget):
    """Below an answer: the offer to examine it, then what was found."""

    def __init__(self, acts: EvidenceActs) -> None:
        super().__init__()
        self.setObjectName("evidence-view")
        self._picture = QImage()
        self.examine = _button("What does it rest on?", "evidence-examine", acts.examine)
        self.examine.setToolTip(
            "Ask the model the same in other forms: without each reference, in other orders, with "
            "a blank picture. Takes seconds; the next question stops it."
        )
        self.stop = _button("Stop", "evidence-stop", acts.stop)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Examining")
        self.state = Line(role="muted", name="evidence-state")
        self.verdict = Note("", name="evidence-verdict")
        self.map = Picture(MAP_SIDE)
        self.map.setObjectName("evidence-map")
        self.map.setToolTip(MAP_WORDS)
        self.map.setAccessibleName("Where the answer comes from in the picture")
        self.map_words = Paragraph(MAP_WORDS, role="muted", name="evidence-map-words")
        self._bars = QGridLayout()
        self._facts = FactsGrid("evidence-fact")
        self._lay_out()
        self.offer()

    def offer(self) -> None:
        """Offer to examine an answer; nothing was found yet."""
        self._show_only(self.examine)
        emptied(self._bars)
        self._facts.fill(())

    def show_picture(self, picture: QImage) -> None:
        """Take the picture over which maps are drawn."""
        self._picture = picture

    def show_examination(self, examination: Examination) -> None:
        """Show where it stands and what has been found."""
        evidence = examination.evidence
        self._show_only(*self._parts(examination))
        self.state.say_whole(_state_words(examination))
        self._show_verdict(evidence.verdict)
        self._fill_bars(evidence, [case.answer for case in examination.question.shots])
        self._facts.fill(evidence_facts(evidence))
        if evidence.maps and not self._picture.isNull():
            self._show_map(evidence.maps[0])

    def _show_map(self, found: OcclusionMap) -> None:
        self.map.show_image(heated(self._picture, found))
        most = strongest(found)
        if not found.is_telling:
            self.map_words.setText(FLAT_WORDS)
        else:
            self.map_words.setText(
                f"{MAP_WORDS} At the strongest place it is {change_words(-most)}."
            )

    def _parts(self, examination: Examination) -> list[QWidget]:
        found = examination.evidence
        parts: list[QWidget] = []
        if examination.state == "under way":
            parts += [self.bar, self.state, self.stop]
        elif examination.state != "done":
            parts += [self.state, self.examine]
        if found.verdict is not None:
            parts.append(self.verdict)
        if found.influences:
            parts.append(self._bars_part)
        if found.findings:
            parts.append(self._facts_part)
        if found.maps:
            parts.append(self._map_part)
        return parts

    def _show_verdict(self, verdict: Verdict | None) -> None:
        if verdict is not None:
            self.verdict.words.setText(verdict.sentence)
            is_sound = verdict.rests in SOUND
            self.verdict.show_as("plain" if is_sound else "caution")

    def _fill_bars(self, evidence: Evidence, answers: list[str]) -> None:
        emptied(self._bars)
        for row, influence in enumerate(evidence.influences):
            name = Line(f"{influence.shot + 1}  {answers[influence.shot]}", role="small")
            self._bars.addWidget(name, row, 0)
            self._bars.addWidget(InfluenceBar(influence.change), row, 1)
            self._bars.addWidget(Line(change_words(influence.change), role="muted"), row, 2)

    def _lay_out(self) -> None:
        self._bars_part = _part("Without each reference", "evidence-influences", self._bars)
        self._bars.setHorizontalSpacing(8)
        for column, share in enumerate((3, 2, 3)):
            self._bars.setColumnStretch(column, share)
        self._facts_part = _part("Asked in other forms", "evidence-facts", self._facts)
        across = QHBoxLayout()
        across.setSpacing(10)
        across.addWidget(self.map, 0, Qt.AlignmentFlag.AlignTop)
        across.addWidget(self.map_words, 1)
        self._map_part = _part("In the picture", "evidence-map-part", across)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for widget in (self.bar, self.state, self.verdict, self._bars_part, self._facts_part,
                       self._map_part):  # fmt: skip
            box.addWidget(widget)
        for button in (self.examine, self.stop):
            box.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_only(self, *parts: QWidget) -> None:
        for part in (self.examine, self.stop, self.bar, self.state, self.verdict, self._bars_part,
                     self._facts_part, self._map_part):  # fmt: skip
            part.setVisible(part in parts)


def _state_words(examination: Examination) -> str:
    if examination.state == "failed":
        return str(examination.error)
    if examination.state == "stopped":
        return "Stopped; not everything was tried."
    return ASKING if examination.found else examination.progress


def _part(words: str, name: str, inside: QGridLayout | QHBoxLayout) -> QWidget:
    part = QWidget()
    part.setObjectName(name)
    row, _ = heading(words, name=f"{name}-heading")
    box = QVBoxLayout(part)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(4)
    box.addWidget(row)
    box.addLayout(inside)
    return part


def _button(words: str, name: str, act: Callable[[], object]) -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(name)
    button.clicked.connect(lambda _=False: act())
    return button
