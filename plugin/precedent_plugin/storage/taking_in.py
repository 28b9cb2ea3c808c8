"""Taking a whole casebook in: its cases, their links and its order, in the caller's transaction."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from sqlite3 import Connection

from precedent_plugin.cases import Case, Casebook, CaseLink
from precedent_plugin.storage import case_rows, casebook_changes, casebook_rows, link_rows
from precedent_plugin.storage.album import Album
from precedent_plugin.storage.edits import Done


@dataclass(frozen=True, slots=True)
class Parcel:
    """A casebook that comes from elsewhere."""

    casebook: Casebook
    cases: Sequence[Case]
    picture: Callable[[str], bytes]
    """Gives the PNG of a hash."""


def take_in(connection: Connection, album: Album, parcel: Parcel) -> Done[Casebook]:
    """Keep a casebook under a free name; what is here already is not doubled."""
    name = casebook_rows.free_name(connection, parcel.casebook.name)
    kept = replace(parcel.casebook, id=uuid.uuid4().hex, name=name, case_count=0)
    casebook_rows.insert_casebook(connection, kept)
    ids: dict[str, str] = {}
    new: list[str] = []
    for case in parcel.cases:
        if _is_here(connection, case):
            ids[case.id] = case.id
            continue
        ids[case.id] = _free_id(connection, case)
        new.append(ids[case.id])
        for sha256 in case.images:
            album.keep(connection, parcel.picture(sha256))
        case_rows.insert_case(connection, replace(case, id=ids[case.id], revision=1, originals=()))
    _link(connection, parcel.cases, ids)
    casebook_rows.write_members(connection, kept.id, list(ids.values()))
    edit = casebook_changes.taken_in(kept, new)
    return Done(replace(kept, case_count=len(ids)), edit)


def _is_here(connection: Connection, case: Case) -> bool:
    here = case_rows.select_case(connection, case.id)
    return here is not None and (here.images, here.question, here.answer, here.rationale) == (
        case.images,
        case.question,
        case.answer,
        case.rationale,
    )


def _free_id(connection: Connection, case: Case) -> str:
    """Give the case's id, or a new one when another case or one in the trash has it."""
    row = connection.execute("SELECT 1 FROM cases WHERE id = ?", (case.id,)).fetchone()
    return case.id if row is None else uuid.uuid4().hex


def _link(connection: Connection, cases: Sequence[Case], ids: dict[str, str]) -> None:
    """Write the links between cases of the parcel; one to any other case is dropped."""
    for case in cases:
        for link in case.links:
            if link.case_id in ids:
                there = CaseLink(link.kind, ids[link.case_id])
                link_rows.insert_link(connection, ids[case.id], there)
