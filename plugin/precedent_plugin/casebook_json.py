"""`casebook.json`: the words of a casebook, by the schemas in resources.

Version 2 is written; version 1, which knew less of a case, is read as well. Reading trusts
nothing: the text is parsed strictly and held against the schema before any value of it is used.
Writing is the same words for the same casebook, byte for byte.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from precedent_plugin.cases import Case, Casebook, CaseLink, Provenance, Roi
from precedent_plugin.errors import CasebookError, CaseError
from precedent_resources import resource

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

FORMAT: Final = "precedent-casebook"
VERSION: Final = 2
SCHEMAS: Final = {1: "casebook.1.schema.json", VERSION: "casebook.schema.json"}
Sizes = Mapping[str, tuple[int, int]]
"""Width and height of each picture by its hash."""


class Contents(NamedTuple):
    """What a casebook file says."""

    casebook: Casebook
    cases: tuple[Case, ...]
    sizes: dict[str, tuple[int, int]]


def write_contents(casebook: Casebook, cases: Sequence[Case], sizes: Sizes) -> bytes:
    """Give the bytes of `casebook.json`. Raises CasebookError when the schema forbids it."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "name": casebook.name,
        "description": casebook.description,
        "created": casebook.created,
        "licence": casebook.licence,
        "cases": [_case_document(case, sizes) for case in cases],
    }
    _check(document)
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def read_contents(text: bytes) -> Contents:
    """Read `casebook.json`. Raises CasebookError when it is not one."""
    try:
        document = json.loads(
            text.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise CasebookError(f"its casebook.json is not readable JSON ({error})") from error
    _check(document)
    try:
        cases = tuple(map(_case, document["cases"]))
    except CaseError as error:
        raise CasebookError(f"a case in it cannot be kept: {error.message}") from error
    if len({case.id for case in cases}) != len(cases):
        raise CasebookError("two cases in it have the same id")
    casebook = Casebook(
        id="",
        name=document["name"].strip(),
        description=document["description"],
        licence=document["licence"],
        created=document["created"],
        case_count=len(cases),
    )
    if not casebook.name:
        raise CasebookError("it has no name")
    return Contents(casebook, cases, _sizes(document))


def _case_document(case: Case, sizes: Sizes) -> dict[str, Any]:
    return {
        "id": case.id,
        "images": [
            {"sha256": sha256, "width": sizes[sha256][0], "height": sizes[sha256][1]}
            for sha256 in case.images
        ],
        "question": case.question,
        "answer": case.answer,
        "rationale": case.rationale,
        "tags": list(case.tags),
        "task": case.task,
        "teaching_point": case.teaching_point,
        "author": case.author,
        "roi": case.roi and asdict(case.roi),
        "links": [{"kind": link.kind, "case_id": link.case_id} for link in case.links],
        "provenance": _provenance_document(case.provenance),
        "revision": case.revision,
    }


def _provenance_document(where: Provenance) -> dict[str, Any]:
    window, spacing = where.window, where.spacing_mm
    return {
        "modality": where.modality,
        "body_part": where.body_part,
        "laterality": where.laterality,
        "window": window and {"center": window[0], "width": window[1]},
        "is_inverted": where.is_inverted,
        "spacing_mm": spacing and {"rows": spacing[0], "columns": spacing[1]},
        "mpp": where.mpp,
        "patient_key": where.patient_key,
        "study_key": where.study_key,
        "created": where.created,
        "source": where.source,
        "licence": where.licence,
    }


def _case(document: dict[str, Any]) -> Case:
    return Case(
        id=document["id"],
        images=tuple(image["sha256"] for image in document["images"]),
        question=document["question"],
        answer=document["answer"],
        rationale=document["rationale"] or None,
        tags=tuple(document["tags"]),
        provenance=_provenance(document["provenance"]),
        task=document.get("task", ""),
        teaching_point=document.get("teaching_point") or None,
        author=document.get("author", ""),
        links=tuple(CaseLink(link["kind"], link["case_id"]) for link in document.get("links", ())),
        roi=Roi(**document["roi"]) if document.get("roi") else None,
    )


def _provenance(document: dict[str, Any]) -> Provenance:
    window, spacing = document["window"], document.get("spacing_mm")
    if window and not (math.isfinite(window["center"]) and math.isfinite(window["width"])):
        raise CasebookError("a window in it is not finite")
    return Provenance(
        modality=document["modality"],
        body_part=document["body_part"],
        laterality=document["laterality"],
        window=window and (float(window["center"]), float(window["width"])),
        patient_key=document["patient_key"],
        study_key=document["study_key"],
        created=document.get("created", ""),
        source=document["source"],
        licence=document["licence"],
        spacing_mm=spacing and (float(spacing["rows"]), float(spacing["columns"])),
        mpp=document.get("mpp") and float(document["mpp"]),
        is_inverted=document.get("is_inverted", False),
    )


def _sizes(document: dict[str, Any]) -> dict[str, tuple[int, int]]:
    sizes: dict[str, tuple[int, int]] = {}
    for case in document["cases"]:
        for image in case["images"]:
            size = (image["width"], image["height"])
            if sizes.setdefault(image["sha256"], size) != size:
                raise CasebookError("it gives one picture two sizes")
    return sizes


def _check(document: Any) -> None:
    """Raise CasebookError unless the schema allows the document."""
    from jsonschema.exceptions import best_match

    error = best_match(_validator(_version(document)).iter_errors(document))
    if error is not None:
        reason = error.message if len(error.message) < 120 else f"breaks {error.validator!r}"
        raise CasebookError(f"its casebook.json is wrong at {error.json_path}: {reason}")


def _version(document: Any) -> int:
    """Give the version that a document says, ours when it says none that is known."""
    said = document.get("version") if isinstance(document, dict) else None
    if isinstance(said, int) and said > VERSION:
        raise CasebookError(
            f"it is of version {said}; this Precedent knows versions up to {VERSION}",
            "Install the newer Precedent that wrote it.",
        )
    return said if isinstance(said, int) and said in SCHEMAS else VERSION


@lru_cache(maxsize=len(SCHEMAS))
def _validator(version: int) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    schema = resource("schemas", SCHEMAS[version]).read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(schema))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that has one key twice: two readers would see two different things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has one key twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
