"""A hub of one repository on this machine, which can break transfers and alter what it sends."""

import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

REVISION = "0123456789abcdef0123456789abcdef01234567"
NAME = "owner/model"


@dataclass
class FakeHub:
    """What it serves, how it misbehaves, and what it was asked for."""

    files: dict[str, bytes]
    breaks_after: int | None = None
    """Bytes after which each transfer is cut."""
    altered: frozenset[str] = frozenset()
    """Files that are sent with one byte changed."""
    status: int = 200
    """Of the listing."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Name and range of every file that was asked for."""

    def __enter__(self) -> Self:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.answer(self)

            def log_message(self, *_: object) -> None:
                """Be quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.partition("?")[0]
        if path == f"/api/models/{NAME}":
            self._send(request, self.status, json.dumps(self._listing()).encode())
            return
        name = path.removeprefix(f"/{NAME}/resolve/{REVISION}/")
        asked = request.headers.get("range")
        self.asked.append((name, asked))
        if name not in self.files:
            self._send(request, 404, b"")
            return
        content = self.files[name]
        if name in self.altered:
            content = content[:-1] + bytes([content[-1] ^ 1])
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        self._send(request, 206 if asked else 200, content[start:], self.breaks_after)

    def _send(
        self, request: BaseHTTPRequestHandler, status: int, body: bytes, most: int | None = None
    ) -> None:
        request.send_response(status)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[:most])

    def _listing(self) -> dict[str, object]:
        siblings: list[dict[str, object]] = []
        for name, content in self.files.items():
            header = f"blob {len(content)}\0".encode()
            entry: dict[str, object] = {
                "rfilename": name,
                "size": len(content),
                "blobId": hashlib.sha1(header + content).hexdigest(),
            }
            if not name.endswith(".json"):
                digest = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": 130}
            siblings.append(entry)
        return {"id": NAME, "sha": REVISION, "siblings": siblings}
