"""How answers are given: after the reader's own, and only when the model is sure."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QCheckBox, QPushButton, QVBoxLayout, QWidget

from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.desk_state import Judgement
from precedent_plugin.panels.follow import follow
from precedent_plugin.panels.look import say
from precedent_plugin.sureness import Sureness, in_percent


class AskOptions(QWidget):
    """What is seldom there: a second look, and from when on the model is sure.

    `commits`, the box by which the reader answers first, stands where the panel puts it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("ask-options")
        self._desk = desk
        self.commits = QCheckBox("I answer first")
        self.commits.setObjectName("ask-commit-first")
        self.commits.setToolTip(
            "The model's answer is hidden until you have written your own; both are then shown."
        )
        self.commits.setChecked(desk.preferences.commits_first)
        self.commits.toggled.connect(self._choose)
        self.abstains = QCheckBox()
        self.abstains.setObjectName("ask-abstain")
        self.abstains.setChecked(desk.preferences.abstains)
        self.abstains.toggled.connect(self._choose)
        self.abstains.hide()
        self.again = QPushButton("Second look at this region")
        self.again.setObjectName("ask-second-look")
        self.again.setToolTip(
            "Ask the same again about the region at full resolution; both answers are kept."
        )
        say(self.again, "link")
        self.again.clicked.connect(lambda: desk.second_look())
        self.again.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self.abstains)
        follow(self, desk.judged, self._judged)
        follow(self, desk.view_seen, lambda _: self._dress())
        follow(self, desk.asking_changed, self._dress)

    def _dress(self) -> None:
        self.again.setVisible(self._desk.can_look_again)
        self.setVisible(self.again.isVisibleTo(self) or self.abstains.isVisibleTo(self))

    def _judged(self, judgement: Judgement) -> None:
        found = judgement.sureness
        self.abstains.setVisible(found is not None)
        if found is not None:
            self.abstains.setText(f"Say “not sure” below {in_percent(found.threshold)}")
            self.abstains.setToolTip(meaning(found))
        self._dress()

    def _choose(self) -> None:
        self._desk.prefer(
            commits_first=self.commits.isChecked(), abstains=self.abstains.isChecked()
        )


def meaning(found: Sureness) -> str:
    """Say where a threshold comes from."""
    return (
        f"Fitted on “{found.casebook}”: {found.share:.0%} of answers were right from there on, and "
        f"{found.coverage:.0%} of questions reached it. The model then chooses among its answers: "
        f"{', '.join(found.options)}."
    )
