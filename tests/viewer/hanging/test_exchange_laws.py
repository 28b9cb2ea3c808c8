"""Laws of the file of protocols: what is written is read, and nothing else gets in unseen."""

import contextlib
import json

from hypothesis import given
from hypothesis import strategies as st

from precedent_viewer.hanging.exchange import FORMAT, VERSION, rules_from_json, rules_to_json
from precedent_viewer.hanging.rules import (
    LINKS,
    Look,
    Place,
    Rule,
    RuleError,
    SeriesTest,
    StudyTest,
)
from precedent_viewer.model.voi import Window

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
NUMBER = st.floats(-1e6, 1e6)
WINDOWS = st.builds(
    Window, NUMBER, st.floats(1, 1e6), st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]), TEXT
)
LOOKS = st.builds(
    Look, st.none() | WINDOWS, st.booleans(), st.none() | TEXT, st.integers(0, 3), st.booleans(),
    st.booleans(), st.sampled_from(["fit", "actual"]),
)  # fmt: skip
TESTS = st.builds(
    SeriesTest, TEXT, TEXT, TEXTS, TEXT, TEXTS, TEXTS, st.integers(1, 99), st.integers(0, 9)
)
PLACES = st.builds(Place, st.none() | TESTS, LOOKS)
LAYOUTS = st.tuples(st.integers(1, 4), st.integers(1, 4))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    rows, columns = draw(LAYOUTS)
    count = rows * columns
    return Rule(
        draw(TEXT.filter(str.strip)),
        (rows, columns),
        tuple(draw(st.lists(PLACES, min_size=count, max_size=count))),
        draw(st.builds(StudyTest, TEXTS, TEXTS, TEXTS)),
        tuple(draw(st.lists(st.sampled_from(LINKS), unique=True))),
        draw(st.booleans()),
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["name", "layout", "places", "series", "look", "window", "center", "width",
                         "words", "nth", "age", "links", "study", "quarters", "is_on", "id"]),
        inner, max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(st.lists(rules(), max_size=2))
def test_what_is_written_is_read(made: list[Rule]) -> None:
    assert list(rules_from_json(rules_to_json(made))) == made


@given(JSON)
def test_anything_else_is_refused_in_a_sentence_or_is_whole(protocols: object) -> None:
    record = {"format": FORMAT, "version": VERSION, "protocols": protocols}
    with contextlib.suppress(RuleError):
        for rule in rules_from_json(json.dumps(record)):
            assert len(rule.places) == rule.layout[0] * rule.layout[1]


@given(st.text(max_size=50))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(RuleError):
        rules_from_json(text)
