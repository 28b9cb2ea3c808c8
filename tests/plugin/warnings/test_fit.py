"""What does not fit the model is said before the engine refuses it."""

import pytest
from tests.plugin.warnings.scene import case, facts, proposal

from precedent_inference.protocol import PromptFacts
from precedent_plugin.warnings.check import prompt_warnings
from precedent_plugin.warnings.repair import MuteShots, Repair, Shorten

SHOTS = (case(1, "a"), case(2, "b"), case(3, "c"))
FIRST, SECOND = SHOTS[0].id, SHOTS[1].id


@pytest.mark.parametrize(
    ("known", "repair"),
    [
        # 1 + 3 x 20 + 19 + 32 = 112 tokens.
        (facts(context_tokens=111), MuteShots((FIRST,))),
        (facts(context_tokens=92), MuteShots((FIRST,))),
        (facts(context_tokens=91), MuteShots((FIRST, SECOND))),
        # Without any shot 52 are left, 2 too many.
        (facts(context_tokens=50), Shorten("answer", 2)),
        (facts(context_tokens=50, query_tokens=40), Shorten("question", 23)),
    ],
)
def test_a_prompt_that_is_too_long_says_what_to_leave_out(
    known: PromptFacts, repair: Repair
) -> None:
    (warning,) = prompt_warnings(proposal(*SHOTS, facts=known))
    assert (warning.kind, warning.repair) == ("too-long", repair)


def test_a_prompt_that_fits_exactly_is_not_too_long() -> None:
    assert prompt_warnings(proposal(*SHOTS, facts=facts(context_tokens=112))) == ()


@pytest.mark.parametrize(
    ("known", "kind", "muted"),
    [
        (facts(max_images=3), "too-many-pictures", (FIRST,)),
        (facts(trained_images=2), "beyond-training", (FIRST, SECOND)),
    ],
)
def test_too_many_pictures_mute_the_first_shots(
    known: PromptFacts, kind: str, muted: tuple[str, ...]
) -> None:
    (warning,) = prompt_warnings(proposal(*SHOTS, facts=known))
    assert (warning.kind, warning.repair) == (kind, MuteShots(muted))


@pytest.mark.parametrize("trained", [None, 4])
def test_as_many_pictures_as_in_training_are_well(trained: int | None) -> None:
    assert prompt_warnings(proposal(*SHOTS, facts=facts(trained_images=trained))) == ()
