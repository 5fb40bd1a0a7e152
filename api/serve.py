"""Run the service in this process: ``python -m api.serve``.

The supervisor hands over its listening socket in ``MINQING_LISTEN_FD``; without it the service listens itself. While
the supervisor still prepares the store, the service imports and then waits at ``MINQING_GO_FD`` for the word to go.
On SIGTERM no new request is taken and those in flight are finished, for at most ``GRACE_S`` seconds.
"""

from __future__ import annotations

import os
import socket

import uvicorn

from api import log
from api.main import create_app
from api.operations.listening import listen
from api.settings import Settings
from api.wire import Wire

GRACE_S = 20


def serve(settings: Settings, listening: socket.socket) -> None:
    """Serve on ``listening`` until SIGTERM or SIGINT."""
    log.configure(settings)
    config = uvicorn.Config(
        log.RequestLog(create_app(settings)),
        http=Wire,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=75,
        lifespan="on",
    )
    uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    """Serve by the environment's settings."""
    settings = Settings()
    waiting_at = os.environ.get("MINQING_GO_FD")
    if waiting_at and not os.read(int(waiting_at), 1):
        return  # the supervisor gave up
    handed = os.environ.get("MINQING_LISTEN_FD")
    serve(settings, socket.socket(fileno=int(handed)) if handed else listen(settings.host, settings.port))


if __name__ == "__main__":
    main()
