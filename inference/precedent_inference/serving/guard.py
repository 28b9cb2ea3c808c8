"""Who may speak to the engine: this machine, under its own name, with the token."""

import hmac

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from precedent_inference.errors import EngineRefused
from precedent_inference.wire.errors import error_to_json


class Guard:
    """Refuses requests without the token, and those that name another host.

    The host check keeps a web page that resolves its own name to this machine from reaching the
    engine.
    """

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or answer 401 or 403."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts:
            await _refuse(403, "The engine answers to 127.0.0.1 alone.")(scope, receive, send)
        elif not hmac.compare_digest(headers.get("authorization", "").encode(), self._expected):
            await _refuse(401, "The engine's token is missing or wrong.")(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _refuse(status: int, message: str) -> JSONResponse:
    return JSONResponse(error_to_json(EngineRefused(message)), status)
