"""The server on a socket, with the model loaded."""

from __future__ import annotations

import socket
import sys

import uvicorn

from pipeline.config import Config
from pipeline.errors import StatutsError
from pipeline.serve.app import create_app
from pipeline.serve.limits import Limits

_LOOPBACK = ("127.0.0.1", "localhost")


def run(config: Config, host: str, port: int, limits: Limits) -> None:
    """Listen on `host` and `port` until stopped. Raises StatutsError where it cannot, or no model loads."""
    with _listen(host, port) as listening:
        from pipeline.extractor import Extractor  # after a port in use is told

        extractor = Extractor.from_pretrained(config=config)
        alone = host in _LOOPBACK
        app = create_app(
            lambda document: next(extractor.pipe([document])),
            limits=limits,
            hosts=_LOOPBACK if alone else None,
        )
        name = f"[{host}]" if ":" in host else host
        print(f"http://{name}:{listening.getsockname()[1]} (Ctrl+C stops it)", flush=True)
        if not alone:
            print("warning: open to the network, without encryption or passwords", file=sys.stderr)
        uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False)).run([listening])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StatutsError(f"cannot listen on {host} port {port} ({reason}); give another --port") from error
