"""A hanging protocol in plain words. No Qt."""

from collections.abc import Sequence

from precedent_viewer.hanging.rules import LinkName, Look, Place, Rule, SeriesTest, StudyTest
from precedent_viewer.views import Layout

OPEN, CLOSE = "\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}"
MINUS = "\N{MINUS SIGN}"
LINK_WORDS: dict[LinkName, str] = {
    "scroll": "scrolling", "place": "zoom and pan", "grey": "windows", "lines": "reference lines",
}  # fmt: skip
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def rule_in_words(rule: Rule) -> str:
    """Say what a protocol does, one line for the studies, one a viewport, one for the links."""
    rows, columns = rule.layout
    layout = f"{rows} \N{MULTIPLICATION SIGN} {columns}"
    lines = [f"For {study_in_words(rule.study)}: {layout}."]
    for number, place in enumerate(rule.places):
        lines.append(f"{place_name(rule.layout, number)}: {place_in_words(place)}.")
    linked = [LINK_WORDS[one] for one in rule.links if one != "lines"]
    if linked:
        lines.append(f"Linked: {', '.join(linked)}.")
    if "lines" in rule.links:
        lines.append("Reference lines are shown.")
    return "\n".join(lines)


def study_in_words(test: StudyTest) -> str:
    """Say which studies are meant: `CT and PT studies of HEAD or BRAIN with “trauma”`."""
    said = f"{' and '.join(test.modalities)} studies" if test.modalities else "studies"
    if not (test.modalities or test.body_parts or test.words):
        return "every study"
    if test.body_parts:
        said += f" of {' or '.join(test.body_parts)}"
    return said + _with(test.words)


def place_name(layout: Layout, number: int) -> str:
    """Name a viewport: `Left`, `Bottom`, `Row 2, column 1`."""
    rows, columns = layout
    if (rows, columns) == (1, 1):
        return "The viewport"
    if rows == 1 and columns <= 3:
        return {1: ("",), 2: ("Left", "Right"), 3: ("Left", "Middle", "Right")}[columns][number]
    if columns == 1 and rows <= 3:
        return {2: ("Top", "Bottom"), 3: ("Top", "Middle", "Bottom")}[rows][number]
    if (rows, columns) == (2, 2):
        return ("Top left", "Top right", "Bottom left", "Bottom right")[number]
    return f"Row {number // columns + 1}, column {number % columns + 1}"


def place_in_words(place: Place) -> str:
    """Say what one viewport shows, and how."""
    if place.series is None:
        return "empty"
    return ", ".join((series_in_words(place.series), *look_in_words(place.look)))


def series_in_words(test: SeriesTest) -> str:
    """Say which series is meant: `the second axial CT series with “bone”, of the newest prior`."""
    which = "the" if test.nth == 1 else f"the {_ordinal(test.nth)}"
    kind = " ".join(part for part in (test.orientation, test.modality) if part)
    said = " ".join(part for part in (which, kind, "series") if part)
    if test.body_parts:
        said += f" of {' or '.join(test.body_parts)}"
    if test.laterality:
        said += f" of side {test.laterality}"
    said += _with(test.words)
    if test.without:
        said += f" without {quoted(test.without, 'or')}"
    return said + ("" if test.age == 0 else f", of {prior_in_words(test.age)}")


def prior_in_words(age: int) -> str:
    """Say which prior is meant."""
    return "the newest prior" if age == 1 else f"the {_ordinal(age)} newest prior"


def look_in_words(look: Look) -> tuple[str, ...]:
    """Say what differs from how a series opens."""
    said: list[str] = []
    if look.window is not None:
        numbers = f"C {look.window.center:g} W {look.window.width:g}".replace("-", MINUS)
        said.append(f"window {look.window.name} ({numbers})" if look.window.name else
                    f"window {numbers}")  # fmt: skip
    if look.inverted:
        said.append("inverted")
    if look.colours is not None:
        said.append(f"in colours {look.colours}")
    if look.quarters:
        said.append(f"turned by {90 * look.quarters}\N{DEGREE SIGN}")
    if look.flipped_horizontally:
        said.append("left and right exchanged")
    if look.flipped_vertically:
        said.append("top and bottom exchanged")
    if look.zoom == "actual":
        said.append("pixel by pixel")
    return tuple(said)


def _with(words: tuple[str, ...]) -> str:
    return f" with {quoted(words, 'and')}" if words else ""


def quoted(words: Sequence[str], joint: str) -> str:
    """Put words in quotation marks, with a joint between them."""
    return f" {joint} ".join(f"{OPEN}{word}{CLOSE}" for word in words)


def _ordinal(number: int) -> str:
    return ORDINALS[number - 1] if number <= len(ORDINALS) else f"{number}th"
