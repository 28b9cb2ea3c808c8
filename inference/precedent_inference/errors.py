"""What can go wrong in the engine, as a user reads it.

PrecedentError
    PromptError         the question or its shots cannot be asked (caller's mistake, HTTP 400)
        RequestTooLarge its body is larger than the engine reads (HTTP 413)
    ImageError          a picture cannot be read or prepared (caller's mistake, HTTP 400)
    ModelError          a model folder, profile or weights file is missing or broken (HTTP 422)
    EngineError         the engine failed or was lost while it answered
        EngineLost      the connection broke: the process died or was killed
        EngineLoading   the engine is still starting (HTTP 503)
        EngineBusy      too many questions stand in line (HTTP 429)
        EngineFull      memory ran out while it answered; it goes on serving (HTTP 500)
        EngineRefused   the token or the address is wrong (HTTP 401, 403)
    EvaluationError     labelled pictures cannot be evaluated as they stand
    Cancelled           the user stopped the answer
"""

from precedent_resources import PrecedentError


class PromptError(PrecedentError):
    """The question or its shots cannot be asked as they stand."""


class RequestTooLarge(PromptError):
    """The request's body is larger than the engine reads."""


class ImageError(PrecedentError):
    """A picture cannot be read or prepared for the model."""


class ModelError(PrecedentError):
    """A model folder, profile or weights file is missing or broken."""


class EngineError(PrecedentError):
    """The engine failed while it worked."""


class EngineLost(EngineError):
    """The connection to the engine broke: its process died or was killed."""


class EngineLoading(EngineError):
    """The engine is still starting."""


class EngineBusy(EngineError):
    """Too many questions stand in line already."""


class EngineFull(EngineError):
    """Memory ran out while it answered."""


class EngineRefused(EngineError):
    """The engine refused the token."""


class EvaluationError(PrecedentError):
    """Labelled pictures cannot be evaluated as they stand."""


class Cancelled(PrecedentError):
    """The user stopped the answer."""
