"""All annotations of the images that are open, with undo, and the file that keeps them. No Qt."""

from collections.abc import Iterable
from dataclasses import dataclass

from psygnal import Signal

from precedent_viewer.measuring.annotations import Annotation, ImageKey
from precedent_viewer.measuring.store import AnnotationStore

MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class _Change:
    """One step: what was there before and what is there now, by id."""

    study_uid: str
    before: tuple[Annotation, ...]
    after: tuple[Annotation, ...]


class AnnotationBook:
    """Every change is kept at once; undo and redo go step by step within one study."""

    changed = Signal()
    """Annotations came, went or moved."""
    selected = Signal(object)
    """The chosen annotation's id, or None."""

    def __init__(self, store: AnnotationStore) -> None:
        self._store = store
        self._by_id: dict[str, Annotation] = {}
        self._known: set[str] = set()
        """Instances whose annotations were read from the file."""
        self._done: list[_Change] = []
        self._undone: list[_Change] = []
        self._selection: str | None = None

    @property
    def selection(self) -> Annotation | None:
        """The chosen annotation."""
        return self._by_id.get(self._selection or "")

    def all(self) -> tuple[Annotation, ...]:
        """Every annotation that is known, in the order in which it came."""
        return tuple(self._by_id.values())

    def has(self, annotation_id: str) -> bool:
        """Say whether an annotation is there."""
        return annotation_id in self._by_id

    def on(self, image: ImageKey) -> tuple[Annotation, ...]:
        """The annotations of one image; read from the file when they are first asked for."""
        self.load([image.sop_instance_uid])
        return tuple(one for one in self._by_id.values() if one.image == image)

    def load(self, sop_instance_uids: Iterable[str]) -> None:
        """Read what the file keeps of some instances."""
        wanted = [uid for uid in sop_instance_uids if uid not in self._known]
        if not wanted:
            return
        self._known.update(wanted)
        for one in self._store.read(wanted):
            self._by_id.setdefault(one.id, one)

    def put(self, annotation: Annotation) -> None:
        """Take in a new annotation, or another state of one that is there; one step of undo."""
        before = self._by_id.get(annotation.id)
        if before == annotation:
            return
        self._step((() if before is None else (before,)), (annotation,), annotation.study_uid)

    def remove(self, ids: Iterable[str]) -> None:
        """Take annotations away; one step of undo."""
        gone = tuple(self._by_id[one] for one in ids if one in self._by_id)
        if gone:
            self._step(gone, (), gone[0].study_uid)

    def select(self, annotation_id: str | None) -> None:
        """Choose an annotation, or none."""
        if annotation_id != self._selection:
            self._selection = annotation_id
            self.selected.emit(annotation_id)

    def can_undo(self, study_uid: str) -> bool:
        """Whether a step of a study can be taken back."""
        return any(change.study_uid == study_uid for change in self._done)

    def can_redo(self, study_uid: str) -> bool:
        """Whether a step of a study can be made again."""
        return any(change.study_uid == study_uid for change in self._undone)

    def undo(self, study_uid: str) -> Annotation | None:
        """Take back the last step in a study; gives what it was about."""
        at = _last(self._done, study_uid)
        if at is None:
            return None
        change = self._done[at]
        self._apply(change.after, change.before)
        self._undone.append(self._done.pop(at))
        return (*change.before, *change.after)[0]

    def redo(self, study_uid: str) -> Annotation | None:
        """Make the last step that was taken back again; gives what it was about."""
        at = _last(self._undone, study_uid)
        if at is None:
            return None
        change = self._undone[at]
        self._apply(change.before, change.after)
        self._done.append(self._undone.pop(at))
        return (*change.before, *change.after)[0]

    def _step(
        self, before: tuple[Annotation, ...], after: tuple[Annotation, ...], study_uid: str
    ) -> None:
        self._apply(before, after)
        self._done.append(_Change(study_uid, before, after))
        del self._done[:-MOST_STEPS]
        self._undone = [one for one in self._undone if one.study_uid != study_uid]

    def _apply(self, gone: tuple[Annotation, ...], come: tuple[Annotation, ...]) -> None:
        """Change the file first: what cannot be kept is not shown as if it were."""
        kept = {one.id for one in come}
        self._store.write(come, [one.id for one in gone if one.id not in kept])
        for one in gone:
            if one.id not in kept:
                self._by_id.pop(one.id, None)
        for one in come:
            self._by_id[one.id] = one
        if self._selection not in self._by_id:
            self.select(None)
        self.changed.emit()


def _last(changes: list[_Change], study_uid: str) -> int | None:
    """Give the place of a study's last step; it stays there until the file has taken it."""
    places = (at for at in range(len(changes) - 1, -1, -1) if changes[at].study_uid == study_uid)
    return next(places, None)
