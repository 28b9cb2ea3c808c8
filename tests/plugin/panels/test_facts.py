"""The words below an answer say what was measured and no more."""

from precedent_inference.protocol import Answer, CacheCounts, ModelSummary, Timing
from precedent_plugin.panels.facts import cache, counted, facts, pace, probability, seconds, timing

ANSWER = Answer(
    text="left",
    model=ModelSummary("starter", "flamingo", "onnx", "float32", "CPU"),
    shots=(),
    timing=Timing(0.0, 0.084, 41.0, 3),
    cache=CacheCounts(0, 0, 0, 0),
    confidence=None,
    warnings=(),
    finish_reason="stop",
)


def test_probability_is_said_to_be_no_truth() -> None:
    assert "nothing about whether they are right" in probability(0.93).explanation


def test_absent_probability_and_cache_are_not_shown() -> None:
    assert [fact.label for fact in facts(ANSWER)] == ["Speed", "Model"]


def test_speed_names_first_word_rate_and_length() -> None:
    assert timing(Timing(0.0, 0.084, 41.2, 3)).value == "first word 84 ms, 41 tokens/s, 3 tokens"


def test_load_time_is_told_when_the_model_was_loaded() -> None:
    assert timing(Timing(1.24, 0.5, 0.0, 1)).value == (
        "first word 500 ms, 1 token, model loaded in 1.2 s"
    )


def test_reuse_counts_pictures_and_tokens() -> None:
    assert cache(CacheCounts(1, 3, 160, 120)).value == "3 of 4 pictures, 120 of 160 prompt tokens"


def test_durations_read_naturally_at_the_border() -> None:
    assert (seconds(0.9994), seconds(0.9996)) == ("999 ms", "1.0 s")


def test_one_thing_is_singular() -> None:
    assert (counted(1, "case"), counted(0, "case"), counted(1200, "case")) == (
        "1 case", "0 cases", "1,200 cases",
    )  # fmt: skip


def test_pace_waits_for_a_measurable_time() -> None:
    assert (pace(1, 0.0), pace(20, 0.5)) == (
        "Answering, 1 token", "Answering, 20 tokens, 40 tokens/s",
    )  # fmt: skip
