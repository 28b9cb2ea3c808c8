"""The tray: the shots chosen now, in order, with undo. No Qt.

The order held here is the reader's; `select.py` gives the order in which shots are sent. All
changes are made on the GUI thread, and `changed` fires there after each.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from psygnal import Signal

from precedent_plugin.cases import Case
from precedent_plugin.errors import TrayError
from precedent_plugin.select import OrderPolicy

MAX_SHOTS: Final = 8
"""Muted ones count as well: what lies in the tray must fit on the screen."""
MAX_UNDO: Final = 100


@dataclass(frozen=True, slots=True)
class TrayShot:
    """A case in the tray."""

    case: Case
    muted: bool = False
    """Kept in view, but not sent."""
    pinned: bool = False
    """Stays whatever number of shots is chosen."""
    shown: Case | None = None
    """The case with another rendering of its picture; None for the picture that was kept."""

    @property
    def sent(self) -> Case:
        """The case as it stands in a prompt."""
        return self.shown or self.case


@dataclass(frozen=True, slots=True)
class TrayState:
    """Everything that undo brings back."""

    shots: tuple[TrayShot, ...] = ()
    policy: OrderPolicy = "most-similar-last"


class Tray:
    """The shots chosen now."""

    changed = Signal()
    """After any change of shots, order, muting or policy."""

    def __init__(self) -> None:
        self._state = TrayState()
        self._undone: list[TrayState] = []
        self._done: list[TrayState] = []

    @property
    def shots(self) -> tuple[TrayShot, ...]:
        """Every shot in the reader's order, muted ones included."""
        return self._state.shots

    @property
    def active(self) -> tuple[Case, ...]:
        """The cases that are sent, in the reader's order."""
        return tuple(shot.sent for shot in self.shots if not shot.muted)

    @property
    def policy(self) -> OrderPolicy:
        """How shots are ordered when they are sent."""
        return self._state.policy

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to make again."""
        return bool(self._undone)

    def add(self, cases: Iterable[Case], *, index: int | None = None) -> tuple[Case, ...]:
        """Put cases in, at the end or before the shot at `index`; give those that are new.

        A case that lies in the tray already stays where it is. Raises TrayError, and changes
        nothing, when they do not all fit.
        """
        present = {shot.case.id for shot in self.shots}
        new = tuple({case.id: case for case in cases if case.id not in present}.values())
        if len(self.shots) + len(new) > MAX_SHOTS:
            raise TrayError(
                f"The tray holds {len(self.shots)} of {MAX_SHOTS} references; "
                f"{len(new)} more do not fit.",
                "Take some out, or add fewer.",
            )
        place = len(self.shots) if index is None else max(0, min(index, len(self.shots)))
        added = tuple(TrayShot(case) for case in new)
        self._change(shots=self.shots[:place] + added + self.shots[place:])
        return new

    def move(self, case_id: str, index: int) -> None:
        """Move a shot to a place, counted after it was taken out; the order is then by hand."""
        shot = self._shot(case_id)
        rest = [other for other in self.shots if other is not shot]
        rest.insert(max(0, min(index, len(rest))), shot)
        self._change(shots=tuple(rest), policy="by-hand")

    def remove(self, case_ids: Iterable[str]) -> None:
        """Take shots out; ids that are not here are ignored."""
        gone = set(case_ids)
        self._change(shots=tuple(shot for shot in self.shots if shot.case.id not in gone))

    def clear(self) -> None:
        """Take all shots out."""
        self._change(shots=())

    def mute(self, case_id: str, *, muted: bool = True) -> None:
        """Keep a shot in view without sending it, or send it again."""
        self._shot(case_id)
        self.mute_all({case_id: muted})

    def mute_all(self, muted: Mapping[str, bool]) -> None:
        """Mute shots, or send them again, as one change; ids that are not here are ignored."""
        self._change_each(lambda shot: replace(shot, muted=muted.get(shot.case.id, shot.muted)))

    def pin(self, case_id: str, *, pinned: bool = True) -> None:
        """Keep a shot whatever number of shots is chosen, or let go of it again."""
        self._shot(case_id)
        self._change_each(
            lambda shot: replace(shot, pinned=pinned) if shot.case.id == case_id else shot
        )

    def show_as(self, shown: Mapping[str, Case | None]) -> None:
        """Send other renderings of cases, by case id, or again (None) what was kept."""
        self._change_each(lambda shot: replace(shot, shown=shown.get(shot.case.id, shot.shown)))

    def set_policy(self, policy: OrderPolicy) -> None:
        """Choose how shots are ordered when they are sent."""
        self._change(policy=policy)

    def arrange(self, case_ids: Sequence[str], *, policy: OrderPolicy) -> None:
        """Take over an order, e.g. the one computed for the picture on screen; a permutation."""
        by_id = {shot.case.id: shot for shot in self.shots}
        if sorted(case_ids) != sorted(by_id):
            raise TrayError("The new order does not name every reference once.")
        self._change(shots=tuple(by_id[case_id] for case_id in case_ids), policy=policy)

    def refresh(self, find: Callable[[str], Case | None]) -> None:
        """Take over edited cases from the library, and drop deleted ones; not undoable."""
        kept = []
        for shot in self.shots:
            case = find(shot.case.id)
            if case is not None:
                kept.append(replace(shot, case=case, shown=_reshown(shot, case)))
        if tuple(kept) != self.shots:
            self._state = replace(self._state, shots=tuple(kept))
            self._done.clear()
            self._undone.clear()
            self.changed.emit()

    def forget(self, case_ids: Collection[str]) -> None:
        """Take out shots of cases that are gone for good, from what undo would bring back too."""
        self._done.clear()
        self._undone.clear()
        shots = tuple(shot for shot in self.shots if shot.case.id not in case_ids)
        self._state = replace(self._state, shots=shots)
        self.changed.emit()

    def undo(self) -> None:
        """Take the last change back."""
        if self._done:
            self._undone.append(self._state)
            self._state = self._done.pop()
            self.changed.emit()

    def redo(self) -> None:
        """Make the change that was taken back again."""
        if self._undone:
            self._done.append(self._state)
            self._state = self._undone.pop()
            self.changed.emit()

    def _change_each(self, change: Callable[[TrayShot], TrayShot]) -> None:
        self._change(shots=tuple(change(shot) for shot in self.shots))

    def _shot(self, case_id: str) -> TrayShot:
        for shot in self.shots:
            if shot.case.id == case_id:
                return shot
        raise TrayError("This reference is not in the tray any more.", "Add it again.")

    def _change(
        self, *, shots: tuple[TrayShot, ...] | None = None, policy: OrderPolicy | None = None
    ) -> None:
        state = TrayState(
            self.shots if shots is None else shots, self.policy if policy is None else policy
        )
        if state == self._state:
            return
        self._done.append(self._state)
        del self._done[:-MAX_UNDO]
        self._undone.clear()
        self._state = state
        self.changed.emit()


def _reshown(shot: TrayShot, case: Case) -> Case | None:
    """Keep a rendering with a case's new words, unless its picture itself was exchanged."""
    if shot.shown is None or case.images != shot.case.images:
        return None
    was = shot.shown.provenance
    where = replace(case.provenance, window=was.window, spacing_mm=was.spacing_mm, mpp=was.mpp)
    return replace(case, images=shot.shown.images, provenance=where)
