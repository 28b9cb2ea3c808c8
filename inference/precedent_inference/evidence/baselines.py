"""What would be said by rule alone, and by the model without shots."""

from collections.abc import Iterator

import numpy as np

from precedent_inference.backends.base import FloatArray
from precedent_inference.evaluation.fewshot import pool
from precedent_inference.evidence.answers import majority, says_same
from precedent_inference.evidence.findings import Baseline, Rule
from precedent_inference.evidence.subject import Subject


def compare(subject: Subject) -> Iterator[Baseline]:
    """Give the answers of the majority, the nearest shot, the last shot, and without any shot.

    Nothing is given for a question without shots.
    """
    given, answers = subject.given, subject.shot_answers
    if not answers:
        return
    most = majority(answers)
    if most is None:
        yield Baseline("majority", None, agrees=False)
    else:
        yield Baseline("majority", most.answer, says_same(most.answer, given), share=most.share)
    rules: tuple[tuple[Rule, int], ...] = (
        ("nearest", nearest(subject)),
        ("last", len(answers) - 1),
    )
    for rule, at in rules:
        yield Baseline(rule, answers[at], says_same(answers[at], given), shot=at)
    alone = subject.answer(subject.asked.in_order(()))
    yield Baseline("zero-shot", alone, says_same(alone, given))


def nearest(subject: Subject) -> int:
    """Give the shot whose first picture is most like the question's, by the model's own features.

    Likeness is the cosine between the latents as the model's profile pools them.
    """
    asked = subject.asked
    pictures = [images[0] for images in (*asked.shots, asked.query)]
    encoded, _ = subject.engine.encode(pictures, subject.cancel)
    vectors = np.stack([pool(image.latents, subject.profile.feature) for image in encoded])
    *shots, query = _unit(vectors)
    return int(np.argmax([float(shot @ query) for shot in shots]))


def _unit(vectors: FloatArray) -> FloatArray:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), np.float32)
