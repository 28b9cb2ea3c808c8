"""Hanging protocols as JSON: one file holds any number of them, in their order. No Qt."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import NoReturn, cast

from precedent_viewer.errors import WindowError
from precedent_viewer.hanging.rules import (
    LINKS,
    LinkName,
    Look,
    Place,
    Rule,
    RuleError,
    SeriesTest,
    StudyTest,
    Zoom,
    new_id,
)
from precedent_viewer.model.voi import VoiFunction, Window

FORMAT = "precedent-hanging"
VERSION = 1
LONGEST_FILE = 4 << 20
"""Bytes; a protocol takes about a thousand."""
MOST_RULES = 1000
LARGEST_NUMBER = 1e300
"""JSON knows no bound, and a whole number beyond this is none that a window has."""


def rules_to_json(rules: Sequence[Rule]) -> str:
    """Write protocols so that another viewer reads them."""
    record = {"format": FORMAT, "version": VERSION, "protocols": [asdict(one) for one in rules]}
    return json.dumps(record, indent=2)


def rules_from_json(text: str) -> tuple[Rule, ...]:
    """Read protocols. Raises RuleError, which says what is wrong and where."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RuleError("The hanging protocols are not JSON.", "Export them anew.") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise RuleError("The file holds no hanging protocols.", f"Its format should be {FORMAT}.")
    if record.get("version") != VERSION:
        raise RuleError(
            f"The hanging protocols have version {record.get('version')!r}, not {VERSION}.",
            "They come from another version of Precedent.",
        )
    found = _Reader(record, "").records("protocols")
    if len(found) > MOST_RULES:
        raise RuleError(f"The file holds {len(found)} hanging protocols.", f"Keep {MOST_RULES}.")
    return tuple(_rule(one) for one in found)


class _Reader:
    """Takes fields of a JSON object by type; what is absent has the empty value."""

    def __init__(self, record: Mapping[str, object], where: str) -> None:
        self._record, self.where = record, where

    def text(self, name: str) -> str:
        found = self._record.get(name, "")
        return found if isinstance(found, str) else self._wrong(name, "text")

    def text_or_none(self, name: str) -> str | None:
        return None if self._record.get(name) is None else self.text(name)

    def number(self, name: str, default: float = 0.0) -> float:
        found = self._record.get(name, default)
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if not is_number or abs(cast("float", found)) > LARGEST_NUMBER:
            self._wrong(name, "a number")
        return float(cast("float", found))

    def whole(self, name: str, default: int = 0) -> int:
        found = self._record.get(name, default)
        is_whole = isinstance(found, int) and not isinstance(found, bool)
        return cast("int", found) if is_whole else self._wrong(name, "a whole number")

    def yes(self, name: str, *, default: bool = False) -> bool:
        found = self._record.get(name, default)
        return found if isinstance(found, bool) else self._wrong(name, "true or false")

    def texts(self, name: str) -> tuple[str, ...]:
        found = self.items(name)
        if not all(isinstance(one, str) for one in found):
            self._wrong(name, "a list of texts")
        return tuple(cast("list[str]", found))

    def record(self, name: str) -> "_Reader | None":
        found = self._record.get(name)
        if found is None:
            return None
        if not isinstance(found, dict):
            self._wrong(name, "an object")
        return _Reader(cast("dict[str, object]", found), f"{self.where}{name}.")

    def records(self, name: str) -> "list[_Reader]":
        found = self.items(name)
        if not all(isinstance(one, dict) for one in found):
            self._wrong(name, "a list of objects")
        return [
            _Reader(cast("dict[str, object]", one), f"{self.where}{name}[{at}].")
            for at, one in enumerate(found)
        ]

    def items(self, name: str) -> list[object]:
        found = self._record.get(name, [])
        return found if isinstance(found, list) else self._wrong(name, "a list")

    def _wrong(self, name: str, wanted: str) -> NoReturn:
        raise RuleError(f"{self.where}{name} of the hanging protocols is not {wanted}.",
                        "Correct it, or export the file anew.")  # fmt: skip


def _rule(said: _Reader) -> Rule:
    sizes = said.items("layout")
    if len(sizes) != 2 or not all(type(one) is int for one in sizes):
        raise RuleError(f"{said.where}layout is not two whole numbers.", "Give rows and columns.")
    rows, columns = cast("list[int]", sizes)
    links = said.texts("links")
    if not set(links) <= set(LINKS):
        raise RuleError(f"{said.where}links holds what is not known.", f"Use {', '.join(LINKS)}.")
    study = said.record("study")
    return Rule(
        name=said.text("name"),
        layout=(rows, columns),
        places=tuple(_place(one) for one in said.records("places")),
        study=StudyTest() if study is None else _study_test(study),
        links=cast("tuple[LinkName, ...]", links),
        is_on=said.yes("is_on", default=True),
        id=said.text("id") or new_id(),
    )


def _study_test(said: _Reader) -> StudyTest:
    return StudyTest(said.texts("modalities"), said.texts("body_parts"), said.texts("words"))


def _place(said: _Reader) -> Place:
    series, look = said.record("series"), said.record("look")
    return Place(
        None if series is None else _series_test(series), Look() if look is None else _look(look)
    )


def _series_test(said: _Reader) -> SeriesTest:
    return SeriesTest(
        modality=said.text("modality"),
        orientation=said.text("orientation"),
        body_parts=said.texts("body_parts"),
        laterality=said.text("laterality"),
        words=said.texts("words"),
        without=said.texts("without"),
        nth=said.whole("nth", 1),
        age=said.whole("age"),
    )


def _look(said: _Reader) -> Look:
    window = said.record("window")
    return Look(
        window=None if window is None else _window(window),
        inverted=said.yes("inverted"),
        colours=said.text_or_none("colours"),
        quarters=said.whole("quarters"),
        flipped_horizontally=said.yes("flipped_horizontally"),
        flipped_vertically=said.yes("flipped_vertically"),
        zoom=cast("Zoom", said.text("zoom") or "fit"),
    )


def _window(said: _Reader) -> Window:
    function = cast("VoiFunction", said.text("function") or "LINEAR")
    try:
        return Window(said.number("center"), said.number("width"), function, said.text("name"))
    except WindowError as error:
        raise RuleError(f"{said.where[:-1]}: {error.message}", error.hint) from error
