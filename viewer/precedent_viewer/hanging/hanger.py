"""Hanging protocols at work: kept, tried, applied on opening, taken back. No Qt.

On opening a study is hung by itself only while the reader has done nothing yet: from the first
scroll, window or choice on, a protocol is offered and never imposed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from psygnal import Signal

from precedent_viewer.grey_levels import AS_IN_FILE
from precedent_viewer.hanging.arranging import Arrangement, Arranger
from precedent_viewer.hanging.book import HangingBook
from precedent_viewer.hanging.demonstration import rule_from
from precedent_viewer.hanging.matching import Match, matches
from precedent_viewer.hanging.recent import RecentStudies
from precedent_viewer.hanging.rules import Rule
from precedent_viewer.hanging.summaries import StudySummary, summary_of
from precedent_viewer.model.study import Frame, StudyTree
from precedent_viewer.views import Views


@dataclass(frozen=True, slots=True)
class Offer:
    """A protocol that fits what was opened."""

    match: Match
    is_hung: bool
    """Whether it was applied; else the reader may ask for it."""


class Hanger:
    """What the commands, the dialogs and the end of an opening call."""

    changed = Signal()
    """What can be hung or taken back may have changed."""

    def __init__(
        self, views: Views, tree: StudyTree, arranger: Arranger, book: HangingBook,
        recent: RecentStudies,
    ) -> None:  # fmt: skip
        self._views, self._tree, self._arranger = views, tree, arranger
        self.book, self.recent = book, recent
        self._before: list[Arrangement] = []
        self._hung: tuple[str, str] | None = None
        self._known: set[str] = set()
        self._first: Frame | None = None
        views.main.all[0].frame_changed.connect(self._see)
        tree.cleared.connect(self._forget)

    # What is open

    def studies(self) -> tuple[StudySummary, ...]:
        """Sum up what is open."""
        return tuple(summary_of(study) for study in self._tree.studies)

    def current(self, studies: Sequence[StudySummary] | None = None) -> StudySummary | None:
        """Give the study that would be hung: the newest of the active viewport's patient."""
        known = self.studies() if studies is None else studies
        series = self._views.active.series
        uid = None if series is None else series.uid
        shown = next((one for one in known if uid in {s.uid for s in one.series}), None)
        if shown is None:
            return known[0] if known else None
        same = [one for one in known if shown.patient and one.patient == shown.patient]
        return max(same, key=lambda one: one.date, default=shown) if shown.date else shown

    def fitting(self) -> tuple[Match, ...]:
        """Give the protocols that fit the current study."""
        studies = self.studies()
        study = self.current(studies)
        return () if study is None else matches(self.book.rules, study, studies)

    # Demonstrating

    def demonstrated(self) -> Rule | None:
        """Make a protocol of what is on the screen; None when nothing is."""
        return rule_from(self._arranger.demonstration(), self.studies())

    # Hanging

    def hang(self, match: Match) -> None:
        """Show a study as a protocol says; `undo` brings back what was there."""
        wanted = (match.study.uid, match.rule.id)
        if wanted != self._hung:
            self._before.append(self._arranger.keep())
        self._arranger.hang(match)
        self._hung = wanted
        self.changed.emit()

    def hang_next(self) -> Match | None:
        """Hang by the first protocol that fits, or by the one after the present."""
        fitting = self.fitting()
        if not fitting:
            return None
        ids = [(one.study.uid, one.rule.id) for one in fitting]
        at = ids.index(self._hung) + 1 if self._hung in ids else 0
        chosen = fitting[at % len(fitting)]
        self.hang(chosen)
        return chosen

    @property
    def can_undo(self) -> bool:
        """Whether there is a hanging to take back."""
        return bool(self._before)

    def undo(self) -> None:
        """Bring back the screen as it was before the last hanging."""
        if self._before:
            self._arranger.restore(self._before.pop())
            self._hung = None
            self.changed.emit()

    def opened(self) -> Offer | None:
        """Take note of what was opened; hang it when the reader has done nothing yet.

        Gives what was hung or could be. The list of the last studies is to be saved afterwards.
        """
        studies = self.studies()
        new = [one for one in studies if one.uid not in self._known]
        was_empty = not self._known
        self._known |= {one.uid for one in new}
        offer = self._offer(may_hang=was_empty and self._is_untouched()) if new else None
        self.recent.add(studies)
        self.changed.emit()
        return offer

    def _offer(self, *, may_hang: bool) -> Offer | None:
        fitting = self.fitting()
        if not fitting:
            return None
        if may_hang:
            self.hang(fitting[0])
        return Offer(fitting[0], may_hang)

    def _see(self, frame: Frame | None) -> None:
        """Keep the image that an opening shows by itself."""
        if frame is None or self._first is None:
            self._first = frame

    def _is_untouched(self) -> bool:
        """Whether the screen is as a first opening leaves it."""
        if len(self._views.all) != 1:
            return False
        view = self._views.all[0]
        is_first = view.frame == self._first
        return is_first and view.grey.choice == AS_IN_FILE and view.place.is_fitted

    def _forget(self) -> None:
        self._before.clear()
        self._known.clear()
        self._hung = None
        self.changed.emit()
