"""Picture embeddings as JSON, to and from `embedding/embeddings.py`.

The shape is that of other servers' text embeddings, with pictures as data URLs for `input` and the
embedder named beside the vectors.
"""

import base64
import binascii
from typing import Final, Literal

import numpy as np

from precedent_inference.embedding.embeddings import (
    MAX_PICTURES,
    EmbedderId,
    Embeddings,
    EmbedRequest,
    FloatArray,
)
from precedent_inference.errors import EngineError, PromptError
from precedent_inference.json_border import Table
from precedent_inference.wire.data_url import bytes_from_url, png_url

Json = dict[str, object]
Encoding = Literal["float", "base64"]
ENCODINGS: Final[tuple[Encoding, ...]] = ("float", "base64")
WHERE: Final = "The engine's embeddings"


def embed_request_to_json(request: EmbedRequest) -> Json:
    """Give the body of `POST /v1/precedent/embeddings`."""
    return {
        "model": request.model,
        "input": [png_url(image) for image in request.images],
        "encoding_format": "base64",
    }


def embed_request_from_json(raw: object) -> tuple[EmbedRequest, Encoding]:
    """Read that body. Raises PromptError with the place of a mistake."""
    table = Table.of(raw, "The request", PromptError)
    urls = table.texts("input")
    if len(urls) > MAX_PICTURES:
        raise PromptError(
            f"The request holds {len(urls)} pictures; {MAX_PICTURES} are embedded at once.",
            "Send them in several requests.",
        )
    encoding: Encoding = "float"
    if "encoding_format" in table.names:
        encoding = table.choice("encoding_format", ENCODINGS)
    images = tuple(bytes_from_url(url, PromptError) for url in urls)
    return EmbedRequest(table.text("model"), images), encoding


def embeddings_to_json(embeddings: Embeddings, model: str, encoding: Encoding) -> Json:
    """Give the body of the answer; base64 holds little-endian float32."""
    vectors = embeddings.vectors.astype("<f4", copy=False)
    return {
        "object": "list",
        "model": model,
        "embedder": {
            "name": embeddings.embedder.name,
            "fingerprint": embeddings.embedder.fingerprint,
        },
        "data": [
            {"object": "embedding", "index": at, "embedding": _written(vector, encoding)}
            for at, vector in enumerate(vectors)
        ],
    }


def embeddings_from_json(raw: object, count: int) -> Embeddings:
    """Read that body, of `count` pictures. Raises EngineError when it is not understood."""
    table = Table.of(raw, WHERE, EngineError)
    made_by = table.table("embedder")
    rows = [_read(item) for item in table.tables("data")]
    if len(rows) != count or len({len(row) for row in rows}) > 1:
        raise EngineError(f"{WHERE}: {count} vectors of one width were expected.")
    vectors = np.stack(rows) if rows else np.zeros((0, 0), np.float32)
    if not np.isfinite(vectors).all():
        raise EngineError(f"{WHERE} hold something that is no number.")
    return Embeddings(EmbedderId(made_by.text("name"), made_by.text("fingerprint")), vectors)


def _written(vector: FloatArray, encoding: Encoding) -> object:
    if encoding == "float":
        return vector.tolist()
    return base64.b64encode(vector.tobytes()).decode("ascii")


def _read(table: Table) -> FloatArray:
    if not table.holds_text("embedding"):
        return np.asarray(table.numbers("embedding"), np.float32)
    try:
        data = base64.b64decode(table.text("embedding"), validate=True)
        return np.frombuffer(data, "<f4").astype(np.float32)
    except (binascii.Error, ValueError) as error:
        raise EngineError(f"{WHERE} are broken: {error}.") from error
