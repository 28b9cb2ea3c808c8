"""What a prompt takes of a model, to and from `protocol.py`."""

from dataclasses import asdict

from precedent_inference.errors import EngineError
from precedent_inference.json_border import Table
from precedent_inference.protocol import PictureFacts, PromptFacts

Json = dict[str, object]


def facts_to_json(facts: PromptFacts) -> Json:
    """Give the body of an answer of `POST /v1/precedent/count`."""
    body: Json = asdict(facts)
    return body | {"prompt_tokens": facts.prompt_tokens, "fits": facts.fits}


def facts_from_json(raw: object) -> PromptFacts:
    """Read that body. Raises EngineError when it is not understood."""
    table = Table.of(raw, "The engine's count", EngineError)
    trained = table.values.get("trained_images")
    return PromptFacts(
        model=table.text("model"),
        preamble_tokens=table.integer("preamble_tokens"),
        shot_tokens=table.integers("shot_tokens"),
        query_tokens=table.integer("query_tokens"),
        answer_tokens=table.integer("answer_tokens"),
        context_tokens=table.integer("context_tokens"),
        max_images=table.integer("max_images"),
        trained_images=None if trained is None else table.integer("trained_images"),
        pictures=tuple(_picture(picture) for picture in table.tables("pictures")),
        images_cached=table.integer("images_cached"),
        prompt_tokens_cached=table.integer("prompt_tokens_cached"),
    )


def _picture(table: Table) -> PictureFacts:
    kept = table.numbers("kept")
    if len(kept) != 4:
        raise EngineError(f"{table.where}: kept must be four numbers.")
    left, top, width, height = kept
    return PictureFacts(
        table.integer("width"),
        table.integer("height"),
        (left, top, width, height),
        table.number("scale"),
    )
