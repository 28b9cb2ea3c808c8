"""Shots and a query made into a prompt; the last check before words go to an engine.

Texts of cases are data: nothing in them is followed, and the engine encodes them as plain text.
"""

from collections.abc import Callable, Sequence

from precedent_inference.errors import PromptError
from precedent_inference.prompt import Prompt, Query, Shot
from precedent_plugin.cases import Case
from precedent_plugin.preprocess import ViewImage
from precedent_plugin.tray import MAX_SHOTS


def compose(
    cases: Sequence[Case],
    image: ViewImage,
    question: str,
    *,
    picture: Callable[[str], bytes],
    rationale: bool = False,
) -> Prompt:
    """Make the prompt of these cases, in this order, and this question.

    picture: gives the PNG of a hash. Rationales are sent when one is asked for. Raises PromptError
    when the words or the shots cannot be asked.
    """
    if len(cases) > MAX_SHOTS:
        raise PromptError(
            f"{len(cases)} references were chosen; at most {MAX_SHOTS} can be sent.",
            "Take some out.",
        )
    silent = sum(1 for case in cases if not case.rationale)
    if rationale and silent:
        raise PromptError(
            f"A rationale was asked for, but {silent} of {len(cases)} references have none.",
            "Ask without rationale, or take those references out.",
        )
    query = Query(images=(image.png,), question=question.strip())
    return Prompt(
        shots=tuple(
            Shot(
                images=tuple(picture(sha256) for sha256 in case.images),
                question=case.question.strip(),
                answer=case.answer.strip(),
                case_id=case.id,
                rationale=case.rationale if rationale else None,
            )
            for case in cases
        ),
        query=query,
    )
