"""The control of the freshness bench: our service behind a shelf that keeps every tile for a second, as is usual."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from api.main import create_app
from api.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEPT_S = 1.0


class Forgetful:
    """Answers from memory whatever was asked within the last second."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner
        self.kept: dict[str, tuple[float, list[Message]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or ask and remember."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        until, messages = self.kept.get(scope["path"], (0.0, []))
        if time.monotonic() >= until:
            messages = []

            async def keep(message: Message) -> None:
                messages.append(message)

            plain = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"if-none-match"]}
            await self.inner(plain, receive, keep)
            self.kept[scope["path"]] = (time.monotonic() + KEPT_S, messages)
        for message in messages:
            await send(message)


app = Forgetful(create_app(Settings()))
