"""Bringing the index up to a library: only what is new is embedded, what is gone goes."""

from collections.abc import Sequence

import pytest
from tests.plugin.suggest.made import EMBEDDER, counted, embed, picture, planted, vector_of

from precedent_inference.embedding.embeddings import EmbedderId, Embeddings
from precedent_inference.errors import EngineError, EngineLost, ImageError
from precedent_plugin.cases import CaseDraft
from precedent_plugin.library import CaseLibrary
from precedent_plugin.suggest import refresh as refresh_module
from precedent_plugin.suggest.index import FOLDER, PictureIndex
from precedent_plugin.suggest.refresh import refresh


def kept(library: CaseLibrary) -> set[str]:
    return set(PictureIndex(library.folder, EMBEDDER).read().pictures)


def test_only_new_pictures_are_embedded(library: CaseLibrary) -> None:
    made, calls = counted()
    planted(library, 2, 20)
    told = refresh(library, made)
    assert (told.added, told.removed, sum(calls)) == (40, 0, 40)
    library.add(CaseDraft("What?", "x"), picture(5, 5))
    assert refresh(library, made).added == 1
    assert refresh(library, made).added == 0
    assert sum(calls) == 41


def test_progress_reaches_the_end(library: CaseLibrary) -> None:
    planted(library, 2, 20)
    told: list[tuple[int, int]] = []
    refresh(library, embed, lambda done, of: told.append((done, of)))
    assert told == [(32, 40), (40, 40)]


def test_what_was_embedded_before_a_stop_is_kept(library: CaseLibrary) -> None:
    planted(library, 2, 20)
    made, calls = counted()
    told = refresh(library, made, is_cancelled=lambda: sum(calls) >= 32)
    assert (told.added, told.is_complete) == (32, False)
    assert refresh(library, made).added == 8


def test_what_was_embedded_before_the_engine_died_is_kept(
    library: CaseLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh_module, "SAVE_EVERY", 32)
    planted(library, 2, 20)
    made, calls = counted()

    def dying(pngs: Sequence[bytes], /) -> Embeddings:
        if sum(calls) >= 32:
            raise EngineLost("The engine died.")
        return made(pngs)

    with pytest.raises(EngineLost):
        refresh(library, dying)
    assert len(kept(library)) == 32


def test_a_case_in_the_trash_keeps_its_vector_until_that_is_emptied(library: CaseLibrary) -> None:
    first, *_ = planted(library, 2, 3)
    refresh(library, embed)
    library.delete([first.id])
    assert refresh(library, embed).removed == 0
    library.empty_trash()
    assert refresh(library, embed).removed == 1
    assert first.images[0] not in kept(library)


def test_a_deleted_picture_leaves_every_index(library: CaseLibrary) -> None:
    first, *_ = planted(library, 2, 3)
    former, _ = counted(EmbedderId("former", "f"))
    refresh(library, former)
    vector = vector_of(library.image(first.images[0])).astype("<f2").tobytes()
    library.delete([first.id])
    library.empty_trash()
    refresh(library, embed)
    files = [path for path in (library.folder / FOLDER).rglob("*") if path.is_file()]
    assert all(vector not in path.read_bytes() for path in files)


def test_another_embedder_looks_at_everything_again(library: CaseLibrary) -> None:
    planted(library, 2, 3)
    refresh(library, embed)
    made, calls = counted(EmbedderId("planted", "other weights"))
    assert refresh(library, made).added == 6
    assert sum(calls) == 6


def test_an_embedder_that_changes_meanwhile_is_refused(library: CaseLibrary) -> None:
    planted(library, 2, 3)
    other, _ = counted(EmbedderId("other", "o"))
    with pytest.raises(EngineError, match="changed its encoder"):
        refresh(library, lambda pngs: other(pngs) if pngs else embed(pngs))


def test_a_missing_picture_is_left_out_and_tried_again(library: CaseLibrary) -> None:
    first, *_ = planted(library, 2, 3)
    path = next(library.folder.rglob(f"{first.images[0]}.png"))
    png = path.read_bytes()
    path.unlink()
    told = refresh(library, embed)
    assert (told.added, told.unreadable) == (5, 1)
    path.write_bytes(png)
    assert refresh(library, embed).added == 1


def test_one_picture_that_the_engine_refuses_costs_no_other(library: CaseLibrary) -> None:
    bad, *_ = planted(library, 2, 3)
    png = library.image(bad.images[0])

    def picky(pngs: Sequence[bytes], /) -> Embeddings:
        if png in pngs:
            raise ImageError("It is too large.")
        return embed(pngs)

    told = refresh(library, picky)
    assert (told.added, told.unreadable) == (5, 1)
    assert bad.images[0] not in kept(library)


def test_a_damaged_index_is_made_again(library: CaseLibrary) -> None:
    planted(library, 2, 3)
    refresh(library, embed)
    path = PictureIndex(library.folder, EMBEDDER).path
    path.write_bytes(b"nonsense")
    assert refresh(library, embed).added == 6
    assert len(kept(library)) == 6
