"""One change of many cases: tags added and taken away, words that all of them share. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from precedent_plugin.cases import Case


@dataclass(frozen=True, slots=True)
class BulkEdit:
    """What changes; None leaves what each case says."""

    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    question: str | None = None
    task: str | None = None
    modality: str | None = None
    body_part: str | None = None
    author: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return self == BulkEdit()

    def changed(self, case: Case) -> Case:
        """Give a case with the change. Raises CaseError."""
        where, removed = case.provenance, set(self.remove_tags)
        tags = tuple(tag for tag in case.tags if tag not in removed)
        return replace(
            case,
            question=case.question if self.question is None else self.question,
            tags=tuple(dict.fromkeys((*tags, *self.add_tags))),
            task=case.task if self.task is None else self.task,
            author=case.author if self.author is None else self.author,
            provenance=replace(
                where,
                modality=where.modality if self.modality is None else self.modality,
                body_part=where.body_part if self.body_part is None else self.body_part,
            ),
        )

    def altered(self, cases: Sequence[Case]) -> list[Case]:
        """Give those of the cases that the change alters, changed."""
        return [new for case in cases if (new := self.changed(case)) != case]
