"""`precedent serve`: the engine as a server on this machine.

With `--child` it belongs to the process that started it: the token comes on the first line of
standard input, the port goes out as one line of JSON, and it ends when standard input closes.
"""

import argparse
import contextlib
import json
import logging
import os
import secrets
import socket
import sys
import threading
from pathlib import Path
from typing import get_args

import platformdirs
import uvicorn

from precedent_inference.backends.device_plan import Wish
from precedent_inference.caches.image_store import default_root
from precedent_inference.embedding.setting import embedder_at
from precedent_inference.errors import EngineError
from precedent_inference.loading import BACKEND_CHOICES, load_answerer
from precedent_inference.models import FoundModels, find_models
from precedent_inference.precision import Precision
from precedent_inference.protocol import PROTOCOL_VERSION
from precedent_inference.serving.server import build_app
from precedent_inference.serving.service import Service

STARTER = "starter"
GRACE_S = 2.0
"""How long an answer may take to notice that the process should end."""


def main(argv: list[str]) -> int:
    """Serve until told to end."""
    args = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    token = sys.stdin.readline().strip() if args.child else secrets.token_urlsafe(32)
    if not token:
        return 2
    found = find_models(args.models)
    first = args.model or _first(found)
    store = None if args.no_image_store else args.image_store or default_root()
    service = Service(
        found,
        first,
        lambda model, report: load_answerer(
            model,
            args.backend,
            report=report,
            store_folder=store,
            wish=Wish(args.device, args.precision),
        ),
        store=store,
        encoder=None if args.encoder is None else embedder_at(args.encoder),
    )
    with _listener(args.port) as listener:
        port = listener.getsockname()[1]
        server = _server(service, token, port)
        service.start()
        if args.child:
            _hand_over(port)
            threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
            server.run(sockets=[listener])
            os._exit(0)  # a library's tidying up takes seconds, and the parent waits
        path = write_private(_address_file(), {"port": port, "token": token})
        sys.stdout.write(f"Serving on http://127.0.0.1:{port}; the token is in {path}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again at its end
            server.run(sockets=[listener])
        path.unlink(missing_ok=True)
    service.close()
    return 0


def write_private(path: Path, content: dict[str, object]) -> Path:
    """Write JSON into a file that only this user can read, whole or not at all.

    Raises EngineError when it cannot be written.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(content, stream)
        draft.replace(path)
    except OSError as error:
        raise EngineError(f"The token cannot be written to {path}: {error.strerror}.") from error
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="precedent serve", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--backend", choices=BACKEND_CHOICES, default="auto")
    parser.add_argument("--model", help="the model to load first (default: starter)")
    parser.add_argument(
        "--models", type=Path, action="append", default=[], metavar="FOLDER", help="look here too"
    )
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--device", help="for torch: cpu, cuda, cuda:1 (default: what fits)")
    parser.add_argument(
        "--precision",
        choices=get_args(Precision),
        help="for torch: of the weights (default: the best that fits)",
    )
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument(
        "--image-store",
        type=Path,
        metavar="FOLDER",
        help="keep encoded images here across restarts (default: the user's cache)",
    )
    kept.add_argument(
        "--no-image-store", action="store_true", help="keep encoded images in memory alone"
    )
    parser.add_argument(
        "--encoder",
        type=Path,
        metavar="PATH",
        help="compare pictures by this ONNX file or Hugging Face folder",
    )
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser


def _listener(port: int) -> socket.socket:
    """Listen on this machine alone. Raises EngineError when the port is taken."""
    listener = socket.socket()
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise EngineError(
            f"The engine cannot listen on port {port}: {error}.", "Leave --port out."
        ) from error
    return listener


def _first(found: FoundModels) -> str:
    names = [model.profile.name for model in found.models]
    return STARTER if STARTER in names or not names else names[0]


def _server(service: Service, token: str, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        build_app(service, token, port),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def _hand_over(port: int) -> None:
    sys.stdout.write(json.dumps({"port": port, "protocol": PROTOCOL_VERSION}) + "\n")
    sys.stdout.flush()
    # Nobody reads this pipe any more; what a library prints must not fill it and block.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def _end_with_parent(server: uvicorn.Server) -> None:
    while sys.stdin.readline():
        pass
    server.should_exit = True
    timer = threading.Timer(GRACE_S, os._exit, args=(0,))
    timer.daemon = True
    timer.start()


def _address_file() -> Path:
    return platformdirs.user_data_path("precedent", appauthor=False) / "engine.json"
