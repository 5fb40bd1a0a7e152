"""What the service says about itself: one event a line, JSON for machines, colours for a terminal, never a secret."""

from __future__ import annotations

import logging
import re
import sys
import time
from typing import TYPE_CHECKING, Any

import orjson
import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from api.settings import Settings

SECRET_NAMES = re.compile(r"password|secret|token|cookie|authorization|phone|id_number", re.IGNORECASE)
CREDENTIALS = re.compile(r"://[^@/\s]+@")
HIDDEN = "•••"
SLOW_S = 1.0


def without_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide values whose name says that they are secret, and credentials inside addresses.

    >>> without_secrets(None, "", {"password": "p", "url": "postgresql://a:b@c/d"})
    {'password': '•••', 'url': 'postgresql://•••@c/d'}
    """
    for name, value in event.items():
        if SECRET_NAMES.search(name):
            event[name] = HIDDEN
        elif isinstance(value, str):
            event[name] = CREDENTIALS.sub(f"://{HIDDEN}@", value)
    return event


def configure(settings: Settings) -> None:
    """Send our own events and everybody else's (uvicorn, SQLAlchemy) through one door to standard output."""
    as_json = settings.log_json if settings.log_json is not None else not sys.stdout.isatty()
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    last: structlog.types.Processor = (
        structlog.processors.JSONRenderer(serializer=lambda event, **_: orjson.dumps(event, default=str).decode())
        if as_json
        else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level, force=True)


class RequestLog:
    """Writes a line for each request but the good and quick ones for tiles, which come by the thousand.

    The path is written, the query is not: it may hold a name or a telephone number.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.log = structlog.get_logger("request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            self._write(scope, status, time.perf_counter() - began)

    def _write(self, scope: Scope, status: int, seconds: float) -> None:
        path = scope["path"]
        if status < 400 and seconds < SLOW_S and path.startswith(("/api/tiles/", "/assets/", "/api/health")):  # noqa: PLR2004  # HTTP's own line between good and bad
            return
        level = self.log.error if status >= 500 else self.log.info  # noqa: PLR2004  # HTTP's own line
        level("request", method=scope["method"], path=path, status=status, ms=round(seconds * 1000, 1))
