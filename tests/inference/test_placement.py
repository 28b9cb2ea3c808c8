from hypothesis import given
from hypothesis import strategies as st

from precedent_inference.placement import (
    PLACEMENTS,
    Placement,
    decode_index,
    media_index,
    reusable_prefix,
)

SEQUENCES = st.lists(st.booleans(), max_size=40)
# text, image 1, its text, image 2, its text
TEXT_IMAGES = [False, True, False, True, False]


def test_text_sees_the_preceding_image() -> None:
    assert media_index(TEXT_IMAGES, "previous") == [0, 1, 1, 2, 2]


def test_text_sees_the_next_image_and_the_question_none() -> None:
    assert media_index(TEXT_IMAGES, "next") == [1, 1, 2, 2, 0]


def test_generated_tokens_see_the_last_image_or_none() -> None:
    assert (decode_index("previous", 3), decode_index("next", 3)) == (3, 0)


def test_with_the_next_rule_reuse_ends_after_the_last_references_image_token() -> None:
    assert reusable_prefix(TEXT_IMAGES, "next") == 2


def test_with_the_previous_rule_reuse_ends_at_the_query_image() -> None:
    assert reusable_prefix(TEXT_IMAGES, "previous") == 3


@given(SEQUENCES, st.integers(0, 40), st.sampled_from(PLACEMENTS))
def test_a_sequence_in_two_pieces_is_the_whole(
    sequence: list[bool], cut: int, placement: Placement
) -> None:
    head, tail, total = sequence[:cut], sequence[cut:], sum(sequence)
    first = media_index(head, placement, total=total)
    rest = media_index(tail, placement, seen=sum(head), total=total)
    assert first + rest == media_index(sequence, placement)


@given(SEQUENCES, st.sampled_from(PLACEMENTS))
def test_every_index_names_an_image_that_is_there(
    sequence: list[bool], placement: Placement
) -> None:
    assert all(0 <= index <= sum(sequence) for index in media_index(sequence, placement))
