"""How likely the model finds its answer, and the likeliest different one."""

from precedent_inference.evidence.answers import distinct, says_same
from precedent_inference.evidence.findings import Certainty
from precedent_inference.evidence.subject import Subject
from precedent_inference.generation.scoring import total


def weigh_certainty(subject: Subject) -> Certainty:
    """Weigh the given answer and its rivals.

    Rivals are the options where there are some, otherwise the shots' answers and the likeliest way
    to leave the given answer; those that say the same as it are none.
    """
    told = subject.options or tuple(subject.shot_answers)
    rivals = [text for text in distinct(told) if not says_same(text, subject.given)]
    tokens, *others = subject.weigh([subject.given, *rivals])
    weights = dict(zip(rivals, map(total, others), strict=True))
    if not subject.options:
        left = subject.leave(tokens)
        if left and not says_same(left, subject.given) and left not in weights:
            weights[left] = total(subject.weigh([left])[0])
    given = total(tokens)
    rival = max(weights, key=weights.__getitem__, default=None)
    margin = None if rival is None else given - weights[rival]
    return Certainty(given, given / len(tokens), rival, margin)
