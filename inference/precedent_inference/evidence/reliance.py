"""What the answer needs: the question's picture, the shots' pictures or the shots' answers."""

from collections.abc import Iterator

from precedent_inference.errors import PromptError
from precedent_inference.evidence.answers import exchanged, meaning, says_same
from precedent_inference.evidence.findings import Reliance, Removal
from precedent_inference.evidence.pictures import blank
from precedent_inference.evidence.subject import Subject
from precedent_inference.evidence.variant import Variant


def take_away(subject: Subject) -> Iterator[Reliance]:
    """Take one source of the answer away at a time.

    Left out is what cannot be taken away: the shots' pictures without shots; their answers where
    all are the same, or where the exchanged ones are too long for the model's context.
    """
    asked, grey = subject.asked, blank(subject.profile.image)
    yield _without(subject, "query-picture", asked.with_blank_query(grey))
    if not asked.shots:
        return
    yield _without(subject, "shot-pictures", asked.with_blank_shots(grey))
    names = exchanged(subject.shot_answers)
    if names is None:
        return
    variant = asked.with_answers(names)
    if _fits(subject, variant):
        expected = names.get(meaning(subject.given))
        yield _without(subject, "shot-answers", variant, expected)


def _fits(subject: Subject, variant: Variant) -> bool:
    try:
        subject.encode(variant)
    except PromptError:
        return False
    return True


def _without(
    subject: Subject, what: Removal, variant: Variant, expected: str | None = None
) -> Reliance:
    usual, then = subject.usual, subject.read(variant)
    has_moved = not says_same(then.answer, usual.answer)
    change = usual.log_probability - then.log_probability
    return Reliance(what, then.answer, has_moved, change, expected)
