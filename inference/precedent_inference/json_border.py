"""Decoded JSON at the border, read by type; every mistake becomes one sentence with its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

from precedent_resources import PrecedentError

Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True, slots=True)
class Table:
    """A JSON object whose fields are read by type; a mistake raises `error` with its place."""

    values: Mapping[str, object]
    where: str
    error: type[PrecedentError]

    @classmethod
    def of(cls, raw: object, where: str, error: type[PrecedentError]) -> "Table":
        """Check that `raw` is a JSON object."""
        if not isinstance(raw, dict):
            raise error(f"{where} is not a JSON object.")
        return cls(cast("Mapping[str, object]", raw), where, error)

    @property
    def names(self) -> tuple[str, ...]:
        """The field names as they stand."""
        return tuple(self.values)

    def holds_text(self, name: str) -> bool:
        """Tell whether a field is there and is text."""
        return isinstance(self.values.get(name), str)

    def text(self, name: str, default: str | None = None) -> str:
        """Give a text field."""
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise self._wrong(name, "a text")
        return value

    def optional_text(self, name: str) -> str | None:
        """Give a text field, None when it is absent or null."""
        return None if self.values.get(name) is None else self.text(name)

    def text_or_integer(self, name: str) -> str | int | None:
        """Give a field that is a text, a whole number or absent."""
        value = self.values.get(name)
        if value is None or (isinstance(value, str | int) and not isinstance(value, bool)):
            return value
        raise self._wrong(name, "a text or a whole number")

    def integer(self, name: str, default: int | None = None, *, least: int | None = None) -> int:
        """Give a whole number."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name, "a whole number")
        if least is not None and value < least:
            raise self._wrong(name, f"at least {least}")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """Give a finite number."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, "a number")
        if not abs(value) < float("inf"):
            raise self._wrong(name, "a finite number")
        return float(value)

    def optional_number(self, name: str) -> float | None:
        """Give a finite number, None when it is absent or null."""
        return None if self.values.get(name) is None else self.number(name)

    def flag(self, name: str, *, default: bool) -> bool:
        """Give true or false."""
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def choice(self, name: str, choices: tuple[Choice, ...]) -> Choice:
        """Give one of a closed set of words."""
        value = self.values.get(name)
        for choice in choices:
            if value == choice:
                return choice
        raise self._wrong(name, " or ".join(repr(str(choice)) for choice in choices))

    def table(self, name: str, default: Mapping[str, object] | None = None) -> "Table":
        """Give an inner object."""
        return Table.of(self.values.get(name, default), f"{self.where}: {name}", self.error)

    def items(self, name: str, default: tuple[object, ...] | None = None) -> list[object]:
        """Give a list, its items unchecked."""
        value = self.values.get(name, default)
        if not isinstance(value, list | tuple):
            raise self._wrong(name, "a list")
        return list(cast("list[object]", value))

    def tables(self, name: str, default: tuple[object, ...] | None = None) -> list["Table"]:
        """Give a list of objects."""
        return [
            Table.of(item, f"{self.where}: {name}[{at}]", self.error)
            for at, item in enumerate(self.items(name, default))
        ]

    def texts(self, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Give a list of texts."""
        found = self.items(name, default)
        texts = tuple(item for item in found if isinstance(item, str))
        if len(texts) != len(found):
            raise self._wrong(name, "a list of texts")
        return texts

    def numbers(self, name: str) -> tuple[float, ...]:
        """Give a list of numbers."""
        found = self.items(name)
        numbers = [
            float(item)
            for item in found
            if isinstance(item, int | float) and not isinstance(item, bool)
        ]
        if len(numbers) != len(found):
            raise self._wrong(name, "a list of numbers")
        return tuple(numbers)

    def integers(self, name: str) -> tuple[int, ...]:
        """Give a list of whole numbers."""
        found = self.items(name)
        whole = tuple(
            item for item in found if isinstance(item, int) and not isinstance(item, bool)
        )
        if len(whole) != len(found):
            raise self._wrong(name, "a list of whole numbers")
        return whole

    def _wrong(self, name: str, rule: str) -> PrecedentError:
        if name not in self.values:
            return self.error(f"{self.where} lacks the field {name}; it must be {rule}.")
        return self.error(f"{self.where}: {name} must be {rule}.")
