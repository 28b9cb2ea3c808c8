"""What a reader wants suggested, as the controls say it; the query follows off their thread."""

from dataclasses import dataclass, replace

from precedent_plugin.preprocess import ViewImage
from precedent_plugin.storage.suggestion_rows import Scope
from precedent_plugin.suggest.query import SuggestQuery
from precedent_plugin.tray import MAX_SHOTS


@dataclass(frozen=True, slots=True)
class Wish:
    """The controls at one moment."""

    words: str = ""
    like: tuple[str, ...] = ()
    """Ids of cases to find more of, in place of the picture."""
    image_weight: float = 0.5
    relevance: float = 0.7
    tags: tuple[str, ...] = ()
    same_modality: bool = False
    casebook_id: str | None = None
    model: str = "starter"

    def query(self, image: ViewImage | None) -> SuggestQuery:
        """Give the query about a picture; the patient in question never answers for himself."""
        where = None if image is None else image.provenance
        scope = Scope(self.casebook_id, self.tags)
        if where is not None:
            scope = replace(
                scope,
                modality=where.modality if self.same_modality else "",
                excluded_patients=frozenset({where.patient_key} - {""}),
                excluded_studies=frozenset({where.study_key} - {""}),
            )
        query = SuggestQuery(
            None if image is None else image.png,
            self.words,
            self.like,
            image_weight=self.image_weight,
            scope=scope,
            count=MAX_SHOTS,
            relevance=self.relevance,
        )
        return query if where is None else replace(query, provenance=where)
