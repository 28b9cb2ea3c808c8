"""The reader's hanging protocols, in their order, kept in one JSON file. No Qt."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from psygnal import Signal

from precedent_viewer.hanging.exchange import LONGEST_FILE, rules_from_json, rules_to_json
from precedent_viewer.hanging.rules import Rule, RuleError
from precedent_viewer.safe_write import replace_file

logger = logging.getLogger(__name__)

FILE = "hanging.json"


class HangingBook:
    """All protocols; every change is written at once, and can be taken back."""

    changed = Signal()

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self.problem: RuleError | None = None
        """What was wrong with the file when it was read; it is kept beside the new one."""
        self._rules: tuple[Rule, ...] = self._load()
        self._before: list[tuple[Rule, ...]] = []

    @property
    def rules(self) -> tuple[Rule, ...]:
        """In the order in which they are tried."""
        return self._rules

    @property
    def can_undo(self) -> bool:
        """Whether a change of this session can be taken back."""
        return bool(self._before)

    def put(self, rule: Rule) -> None:
        """Take in a new protocol, before the others; one that is known keeps its place."""
        if any(one.id == rule.id for one in self._rules):
            self._set(rule if one.id == rule.id else one for one in self._rules)
        else:
            self._set((rule, *self._rules))

    def remove(self, rule_id: str) -> None:
        """Take one away."""
        self._set(one for one in self._rules if one.id != rule_id)

    def move(self, rule_id: str, by: int) -> None:
        """Try one earlier (negative) or later; the ends stay."""
        ids = [one.id for one in self._rules]
        at = ids.index(rule_id)
        goal = min(max(at + by, 0), len(ids) - 1)
        rules = list(self._rules)
        rules.insert(goal, rules.pop(at))
        self._set(rules)

    def switch(self, rule_id: str, *, is_on: bool) -> None:
        """Say whether one is applied by itself."""
        self._set(replace(one, is_on=is_on) if one.id == rule_id else one for one in self._rules)

    def undo(self) -> bool:
        """Take back the last change; says whether there was one."""
        if not self._before:
            return False
        self._keep(self._before.pop())
        return True

    def read_from(self, path: Path) -> int:
        """Take in the protocols of a file behind the present ones; gives how many were new.

        One with a known id replaces it. Raises RuleError.
        """
        new = rules_from_json(read_text(path))
        by_id = {one.id: one for one in new}
        known = {one.id for one in self._rules}
        added = [one for one in by_id.values() if one.id not in known]
        self._set((*(by_id.get(one.id, one) for one in self._rules), *added))
        return len(added)

    def write_to(self, path: Path) -> None:
        """Write all protocols. Raises RuleError."""
        write_text(path, rules_to_json(self._rules))

    def _set(self, rules: Iterable[Rule]) -> None:
        wanted = tuple(rules)
        if wanted != self._rules:
            before = self._rules
            self._keep(wanted)
            self._before.append(before)

    def _keep(self, rules: tuple[Rule, ...]) -> None:
        write_text(self.path, rules_to_json(rules), mode=0o600)
        self._rules = rules
        self.changed.emit()

    def _load(self) -> tuple[Rule, ...]:
        if not self.path.exists():
            return ()
        try:
            return rules_from_json(read_text(self.path))
        except RuleError as error:
            logger.warning("The hanging protocols could not be read: %s", type(error).__name__)
            self.problem = RuleError(
                f"The hanging protocols could not be read: {error.message}", self._keep_damaged()
            )
            return ()

    def _keep_damaged(self) -> str:
        beside = self.path.with_suffix(".damaged.json")
        return _try(lambda: self.path.replace(beside), f"The file was kept as {beside.name}.")


def _try(action: Callable[[], object], said: str) -> str:
    try:
        action()
    except OSError:
        return "Check that you may read and write that file."
    return said


def read_text(path: Path) -> str:
    """Read a file of protocols. Raises RuleError."""
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_FILE + 1)
    except OSError as error:
        raise RuleError(
            f"{path.name} could not be read: {error.strerror or error}.", "Check the file."
        ) from error
    if len(content) > LONGEST_FILE:
        raise RuleError(f"{path.name} is too large for hanging protocols.", "Choose another file.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RuleError(f"{path.name} is no text.", "Choose another file.") from error


def write_text(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Write a file whole, or leave the old one. Raises RuleError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text.encode("utf-8"), mode=mode)
    except OSError as error:
        raise RuleError(
            f"{path.name} could not be written: {error.strerror or error}.",
            "Free some space or check the folder's permissions.",
        ) from error
