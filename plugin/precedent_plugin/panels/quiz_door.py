"""From a casebook to a quiz: which cases are due, and where answers are kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from qtpy.QtGui import QImage
from qtpy.QtWidgets import QWidget

from precedent_plugin.cases import Case, Casebook
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.pictures import image_of_png
from precedent_plugin.panels.quiz import QuizActs, QuizDialog, nothing_due
from precedent_plugin.quiz.reviews import Review, Reviews, save_csv
from precedent_plugin.quiz.schedule import Due, in_order, schedule

MOST = 20
"""Cases in a round; what is left is due in the next."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """What a round would ask."""

    title: str
    cases: tuple[Case, ...]
    schedule: tuple[Due, ...]
    """Of every case of the casebook."""


class QuizDoor:
    """Opens quizzes over the casebook that is shown."""

    def __init__(self, desk: Desk, chosen: Callable[[], Casebook | None]) -> None:
        """Take what tells the casebook shown; None is the whole library."""
        self._desk = desk
        self._chosen = chosen
        self._reviews = Reviews(desk.library.folder)

    def open(self, window: QWidget | None) -> None:
        """Prepare a round off the GUI thread, then show it."""
        self._desk.read_library(
            self._sitting, self._chosen(), on_result=partial(self._show, window)
        )

    def _sitting(self, casebook: Casebook | None) -> Sitting:
        cases = self._desk.library.cases(casebook=None if casebook is None else casebook.id)
        found = schedule([case.id for case in cases], self._reviews.all())
        now = datetime.now(UTC)
        by_id = {case.id: case for case in cases}
        # The seed changes from day to day: new cases come in another order, not at every click.
        ids = in_order(found, now, now.toordinal())[:MOST]
        title = "all cases" if casebook is None else casebook.name
        return Sitting(title, tuple(by_id[one] for one in ids), tuple(found.values()))

    def _show(self, window: QWidget | None, sitting: Sitting) -> None:
        if not sitting.cases:
            self._desk.host.notify("Nothing is due.", nothing_due(sitting.schedule))
            return
        acts = QuizActs(self._fetch, self._keep, self._save)
        QuizDialog(sitting.title, sitting.cases, acts, window).open()

    def _fetch(self, case: Case, receive: Callable[[QImage], None]) -> None:
        self._desk.read_library(self._picture, case.images[0], on_result=receive)

    def _picture(self, sha256: str) -> QImage:
        return image_of_png(self._desk.library.image(sha256))

    def _keep(self, review: Review) -> None:
        self._desk.read_library(self._reviews.add, review, on_result=lambda _: None)

    def _save(self, path: Path, reviews: Sequence[Review]) -> None:
        self._desk.change_library(save_csv, path, reviews, say="The results are saved.")
