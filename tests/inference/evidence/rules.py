"""Rules for known models, and pictures that they can tell apart."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image
from tests.inference.evidence.known_model import Turn

from precedent_inference.evidence.findings import EvidenceRequest
from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.protocol import AskRequest, Sampling

QUESTION = "Which class?"
DARK, BRIGHT = 20, 230


def flat(grey: int, size: int = 32) -> bytes:
    """A picture of one grey level."""
    return png(np.full((size, size), grey, np.uint8))


def png(pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def asked(query: bytes, *shots: tuple[bytes, str], options: tuple[str, ...] = ()) -> AskRequest:
    """A question about a picture over shots of picture and answer."""
    made = tuple(
        Shot((picture,), QUESTION, answer, f"case-{at}")
        for at, (picture, answer) in enumerate(shots)
    )
    prompt = Prompt(made, Query((query,), QUESTION))
    return AskRequest(prompt, "tiny-previous", Sampling(max_new_tokens=12), options=options)


def about(request: AskRequest, answer: str) -> EvidenceRequest:
    return EvidenceRequest(request, answer)


def nearest(shots: Sequence[Turn], query: Turn) -> Mapping[str, float]:
    """Say what the shot with the most similar brightness says, in nine cases of ten.

    Between two equally near shots it says either. The picture and the shots decide.
    """
    if not shots:
        return {"benign": 0.5, "mass": 0.5}
    gaps = [abs(brightness(shot) - brightness(query)) for shot in shots]
    found = Counter(
        shot.answer for shot, gap in zip(shots, gaps, strict=True) if gap <= min(gaps) + 0.01
    )
    sure = {answer: 0.9 * count / found.total() for answer, count in found.items()}
    return mixed(sure, [shot.answer for shot in shots])


def most(shots: Sequence[Turn], query: Turn) -> Mapping[str, float]:
    """Say each answer as often as shots have it; no picture plays a part."""
    counts = Counter(shot.answer for shot in shots)
    if not counts:
        return {"none": 1.0}
    weights = {answer: float(count) ** 3 for answer, count in counts.items()}
    return {answer: weight / sum(weights.values()) for answer, weight in weights.items()}


def last(shots: Sequence[Turn], query: Turn) -> Mapping[str, float]:
    """Say what the last shot says."""
    return mixed({shots[-1].answer: 0.9}, [shot.answer for shot in shots]) if shots else ALONE


def looks(shots: Sequence[Turn], query: Turn) -> Mapping[str, float]:
    """Say what the picture alone shows, whatever the shots are."""
    bright = 1 / (1 + float(np.exp(-8 * brightness(query))))
    return {"mass": bright, "benign": 1 - bright}


def deaf(shots: Sequence[Turn], query: Turn) -> Mapping[str, float]:
    """Say the same to everything."""
    return {"mass": 0.9, "benign": 0.1}


def fickle(shots: Sequence[Turn], query: Turn) -> Mapping[str, float]:
    """Say what the order of the shots' brightness decides, and be half sure of it."""
    key = sum(at * brightness(shot) for at, shot in enumerate(shots))
    first = "mass" if round(key * 1000) % 2 else "benign"
    other = "benign" if first == "mass" else "mass"
    return {first: 0.55, other: 0.45}


ALONE = {"none": 1.0}


def mixed(sure: Mapping[str, float], answers: Sequence[str]) -> Mapping[str, float]:
    """Share what `sure` leaves over among the answers that stand there."""
    rest = (1 - sum(sure.values())) / len(answers)
    return {
        answer: sure.get(answer, 0.0) + rest * count for answer, count in Counter(answers).items()
    }


def brightness(turn: Turn) -> float:
    """The mean of the normalised picture: 0 for a blank one."""
    return float(turn.picture.mean())
