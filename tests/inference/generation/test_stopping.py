"""Text stop rules while an answer streams."""

from hypothesis import given
from hypothesis import strategies as st

from precedent_inference.generation.stopping import StopText

STOPS = ("\nQ", "Question:")


@given(st.text("aQ\nquestion:Qe", max_size=40), st.data())
def test_any_cutting_gives_what_stands_before_the_first_stop(
    text: str, data: st.DataObject
) -> None:
    stop = StopText(STOPS)
    passed, rest = "", text
    while rest:
        length = data.draw(st.integers(1, len(rest)))
        passed, rest = passed + stop.add(rest[:length]), rest[length:]
    cut = min([at for at in (text.find(word) for word in STOPS) if at >= 0], default=len(text))
    assert passed + stop.finish() == text[:cut]


def test_without_rules_text_passes_at_once() -> None:
    assert StopText(()).add("any") == "any"


def test_the_beginning_of_a_stop_waits() -> None:
    stop = StopText(STOPS)
    assert (stop.add("fine Quest"), stop.add("ions")) == ("fine ", "Questions")
