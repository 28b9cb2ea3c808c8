"""Errors on the wire: `{"error": {"type", "message", "hint"}}`, and the status each one has."""

from precedent_inference.errors import (
    Cancelled,
    EngineBusy,
    EngineError,
    EngineFull,
    EngineLoading,
    EngineRefused,
    ImageError,
    ModelError,
    PromptError,
    RequestTooLarge,
)
from precedent_resources import PrecedentError

_KINDS: tuple[tuple[str, type[PrecedentError], int], ...] = (
    ("too_large", RequestTooLarge, 413),
    ("prompt", PromptError, 400),
    ("image", ImageError, 400),
    ("model", ModelError, 422),
    ("refused", EngineRefused, 401),
    ("loading", EngineLoading, 503),
    ("busy", EngineBusy, 429),
    ("cancelled", Cancelled, 499),
    ("full", EngineFull, 500),
    ("engine", EngineError, 500),
)


def error_to_json(error: PrecedentError) -> dict[str, object]:
    """Give the body of an error."""
    kind = next((name for name, cls, _ in _KINDS if isinstance(error, cls)), "engine")
    return {"error": {"type": kind, "message": error.message, "hint": error.hint}}


def error_status(error: PrecedentError) -> int:
    """Give the HTTP status of an error; 500 for what is none of the caller's doing."""
    return next((status for _, cls, status in _KINDS if isinstance(error, cls)), 500)


def error_from_json(body: object, status: int) -> PrecedentError:
    """Give the error that a server reported, ours or one of another make."""
    raw = body.get("error") if isinstance(body, dict) else None
    table: dict[str, object] = raw if isinstance(raw, dict) else {}
    message, hint = table.get("message", raw), table.get("hint")
    if not isinstance(message, str):
        message = f"The server answered with status {status} and no reason."
    by_name = next((cls for name, cls, _ in _KINDS if name == table.get("type")), None)
    cls = by_name or _by_status(status)
    return cls(message, hint if isinstance(hint, str) else None)


def _by_status(status: int) -> type[PrecedentError]:
    if status in {401, 403}:
        return EngineRefused
    if status in {413, 429, 503}:
        return next(cls for _, cls, known in _KINDS if known == status)
    return PromptError if 400 <= status < 500 else EngineError
