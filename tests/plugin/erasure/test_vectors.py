"""The vectors of a deleted patient's pictures, in the index of every encoder."""

from tests.plugin.suggest.made import counted, embed, picture

from precedent_inference.embedding.embeddings import EmbedderId
from precedent_plugin.cases import CaseDraft, Provenance
from precedent_plugin.erasure.erase import check_patient, erase_patient
from precedent_plugin.erasure.stores import stores_of
from precedent_plugin.library import CaseLibrary
from precedent_plugin.suggest.refresh import refresh

ANNA, BERT = "a" * 32, "b" * 32


def nothing() -> None:
    """Stands for an engine without caches."""


def test_they_go_from_every_index(library: CaseLibrary) -> None:
    for seed, patient in enumerate((ANNA, BERT, ANNA)):
        where = Provenance(patient_key=patient)
        library.add(CaseDraft("What?", "This", provenance=where), picture(1, seed))
    former, _ = counted(EmbedderId("former", "f"))
    for encoder in (former, embed):
        refresh(library, encoder)
    assert any(path.parts[-3] == "index" for path in check_patient(library, ANNA).left)
    done = erase_patient(library, stores_of(library.folder, nothing), ANNA)
    assert done.is_proven
    assert dict(done.counts)["vectors of pictures"] == 4
    assert refresh(library, embed).added == 0
