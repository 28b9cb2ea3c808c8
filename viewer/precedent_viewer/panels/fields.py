"""Fields of forms, each with its label and a name for a screen reader."""

from collections.abc import Iterable

from PyQt6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QSpinBox, QWidget

Choice = tuple[str, object]
"""What is shown, and what it stands for."""


def add_field(form: QFormLayout, name: str, field: QWidget, hint: str = "") -> None:
    """Put a field below the others of a form."""
    label = QLabel(name)
    label.setBuddy(field)
    field.setAccessibleName(name)
    if hint:
        field.setToolTip(hint)
        field.setAccessibleDescription(hint)
    form.addRow(label, field)


def text_field(text: str = "", placeholder: str = "") -> QLineEdit:
    """Give a line of text."""
    made = QLineEdit(text)
    made.setPlaceholderText(placeholder)
    return made


def choice_field(choices: Iterable[Choice]) -> QComboBox:
    """Give a list to choose from."""
    made = QComboBox()
    for words, value in choices:
        made.addItem(words, value)
    return made


def choose(field: QComboBox, value: object, words: str = "") -> None:
    """Choose a value; one that is not offered is added under its words."""
    for at in range(field.count()):
        if field.itemData(at) == value:
            field.setCurrentIndex(at)
            return
    field.addItem(words or str(value), value)
    field.setCurrentIndex(field.count() - 1)


def number_field(least: int, most: int) -> QSpinBox:
    """Give a whole number."""
    made = QSpinBox()
    made.setRange(least, most)
    return made


def listed(text: str) -> tuple[str, ...]:
    """Split what is written at commas and spaces, each once."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def parts_listed(text: str) -> tuple[str, ...]:
    """Split what is written at commas alone, in capitals: names of body parts may have spaces."""
    parts = (part.strip().upper() for part in text.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))
