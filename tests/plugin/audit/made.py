"""Questions that were put and answered, written by hand."""

import io

import numpy as np
from PIL import Image

from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.protocol import (
    Answer,
    AnswerToken,
    AskRequest,
    CacheCounts,
    ModelSummary,
    Sampling,
    Sent,
    Timing,
)
from precedent_plugin.audit.entry import Ended, Put
from precedent_plugin.cases import Case, Provenance
from precedent_plugin.pictures import content_hash
from precedent_plugin.preprocess import ViewImage

MODEL = ModelSummary(
    "starter", "flamingo", "onnx", "fp32", "CPU", "It fits.", ("No GPU.",), "f" * 64
)


def png(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def put(name: str = "1" * 32, *, patient: str = "p-query", shot_patient: str = "p-shot") -> Put:
    """A question with one shot."""
    picture, shot = png(1), png(2)
    where = Provenance(
        patient_key=patient, study_key="s", source="CT, frame 4 of 4", window=(40, 80)
    )
    case = Case(
        "c" * 32,
        (content_hash(shot),),
        "Which side?",
        "left",
        provenance=Provenance(patient_key=shot_patient),
    )
    prompt = Prompt(
        (Shot((shot,), case.question, case.answer, case.id),), Query((picture,), "Which side?")
    )
    image = ViewImage(picture, content_hash(picture), 8, 8, where)
    request = AskRequest(prompt, sampling=Sampling(5, temperature=0.5, seed=3), logprobs=True)
    return Put(name, "2026-11-23T10:00:00+00:00", request, image, (case,))


def answer(*tokens: tuple[str, float], text: str = "left", model: ModelSummary = MODEL) -> Answer:
    return Answer(
        text,
        model,
        ("c" * 32,),
        Timing(1.0, 0.1, 20.0, 2),
        CacheCounts(2, 0, 30, 0),
        0.5,
        ("It ran on the CPU.",),
        "stop",
        sent=Sent("<image>Which side? left", ()),
        tokens=tuple(AnswerToken(words, log) for words, log in tokens or (("left", -0.5),)),
    )


ENDED = Ended("answered", answer(), warnings=("Blank.",))
