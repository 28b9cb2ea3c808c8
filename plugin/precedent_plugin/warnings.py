"""What is true about a prompt and worth knowing before it is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from precedent_plugin.cases import Case
from precedent_plugin.pictures import pixel_hash
from precedent_plugin.plain import plain_words
from precedent_plugin.preprocess import ViewImage

WarningKind = Literal[
    "no-shots",
    "one-answer",
    "contradiction",
    "same-patient",
    "same-study",
    "same-image",
    "blank-image",
    "pixels-not-whole",
]


@dataclass(frozen=True, slots=True)
class PromptWarning:
    """One true sentence about a prompt."""

    kind: WarningKind
    message: str
    case_ids: tuple[str, ...] = ()
    """The shots that it is about."""


def prompt_warnings(
    cases: Sequence[Case],
    image: ViewImage | None,
    pictures: Mapping[str, bytes] | None = None,
) -> tuple[PromptWarning, ...]:
    """Give every warning that is true of these shots, in prompt order, and this picture.

    pictures: the shots' PNGs by hash; with them, equal pixels are found whoever encoded them.
    """
    known = pictures or {}
    about_image = () if image is None else (*_about_image(image), *_kinship(cases, image, known))
    return (*about_image, *_about_shots(cases, known))


def _about_image(image: ViewImage) -> Iterator[PromptWarning]:
    if image.is_blank:
        yield PromptWarning("blank-image", "The picture is blank: every pixel is the same.")
    for note in image.notes:
        yield PromptWarning("pixels-not-whole", f"The picture is not whole: {note}.")


def _kinship(
    cases: Sequence[Case], image: ViewImage, pictures: Mapping[str, bytes]
) -> Iterator[PromptWarning]:
    """Shots that hold the answer already: the query's own picture, study or patient."""
    where = image.provenance
    query_key = _picture_key(image.sha256, {image.sha256: image.png})
    same_image, same_study, same_patient = list[int](), list[int](), list[int]()
    for number, case in enumerate(cases, start=1):
        keys = {_picture_key(sha256, pictures) for sha256 in case.images}
        if image.sha256 in case.images or query_key in keys:
            same_image.append(number)
        elif where.study_key and case.provenance.study_key == where.study_key:
            same_study.append(number)
        elif where.patient_key and case.provenance.patient_key == where.patient_key:
            same_patient.append(number)
    sentences: tuple[tuple[WarningKind, list[int], str], ...] = (
        ("same-image", same_image, "the very picture that is asked about"),
        ("same-study", same_study, "from the same study as the picture"),
        ("same-patient", same_patient, "from the same patient as the picture"),
    )
    for kind, numbers, what in sentences:
        if numbers:
            yield PromptWarning(
                kind,
                f"{_references(numbers)} {what}; the answer may only repeat what was known.",
                tuple(cases[number - 1].id for number in numbers),
            )


def _about_shots(cases: Sequence[Case], pictures: Mapping[str, bytes]) -> Iterator[PromptWarning]:
    ids = tuple(case.id for case in cases)
    if not cases:
        yield PromptWarning(
            "no-shots", "No reference is sent; the model has only what it learned in training."
        )
    if len(cases) > 1 and len({plain_words(case.answer) for case in cases}) == 1:
        yield PromptWarning(
            "one-answer",
            f"All {len(cases)} references have the answer “{cases[0].answer.strip()}”; "
            "models tend to repeat it.",
            ids,
        )
    yield from _contradictions(cases, pictures)


def _contradictions(
    cases: Sequence[Case], pictures: Mapping[str, bytes]
) -> Iterator[PromptWarning]:
    groups: dict[tuple[str, str], list[int]] = {}
    for number, case in enumerate(cases, start=1):
        key = (_picture_key(case.images[0], pictures), plain_words(case.question))
        groups.setdefault(key, []).append(number)
    for numbers in groups.values():
        members = [cases[number - 1] for number in numbers]
        if len({plain_words(case.answer) for case in members}) > 1:
            places = " and ".join(map(str, numbers))
            yield PromptWarning(
                "contradiction",
                f"References {places} answer the same question about the same picture differently.",
                tuple(case.id for case in members),
            )


def _picture_key(sha256: str, pictures: Mapping[str, bytes]) -> str:
    """Name a picture by its pixels where they are at hand, else by its file."""
    png = pictures.get(sha256)
    return sha256 if png is None else pixel_hash(png)


def _references(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"Reference {numbers[0]} is"
    places = ", ".join(map(str, numbers[:-1]))
    return f"References {places} and {numbers[-1]} are"
