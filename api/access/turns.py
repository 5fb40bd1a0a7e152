"""One caller's requests take turns, so that nobody's hundred slow questions keep everybody else from the store.

Callers are told apart by the session or the token they show, strangers by their network. Somebody alone loses nothing
by waiting: the store has no more hands than ``AT_ONCE`` leaves it. A live stream gives its turn back once it has begun.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from api import problems
from api.access.admission import address_of, credential
from api.errors import Sentence

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE = 12
"""Three quarters of the connections that the service holds (``Settings.pool_size``)."""
INSIDE = 500
"""Requests of one caller that run, wait or stream; whoever has more open is sent away."""
STREAM = b"text/event-stream"
TOO_MANY = Sentence("同时进行的请求过多,请稍后再试。", "Too many requests at the same time; please wait a little.")


@dataclass(slots=True)
class Line:
    """One caller's requests."""

    turns: asyncio.Semaphore
    inside: int = 0


@dataclass(slots=True)
class Turn:
    """A place among those that run, given back once."""

    turns: asyncio.Semaphore
    held: bool = True

    def over(self) -> None:
        """Let the next one in."""
        if self.held:
            self.held = False
            self.turns.release()


class Lines:
    """Everybody's lines: ``at_once`` requests of each caller run together, at most ``inside`` are open."""

    def __init__(self, *, at_once: int = AT_ONCE, inside: int = INSIDE) -> None:
        self.at_once = at_once
        self.inside = inside
        self.lines: dict[bytes, Line] = {}

    def join(self, caller: bytes) -> Line | None:
        """The caller's line with one more in it; None where it is full."""
        line = self.lines.get(caller)
        if line is None:
            line = self.lines[caller] = Line(asyncio.Semaphore(self.at_once))
        if line.inside >= self.inside:
            return None
        line.inside += 1
        return line

    def leave(self, caller: bytes, line: Line) -> None:
        """One fewer; an empty line is forgotten."""
        line.inside -= 1
        if not line.inside:
            self.lines.pop(caller, None)


class Turns:
    """Lets each caller's requests run together as far as ``lines`` allow, and the others wait for their turn."""

    def __init__(self, app: ASGIApp, lines: Lines) -> None:
        self.app = app
        self.lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not scope["path"].startswith(("/api/", "/open311/")):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        caller = credential(request).digest or address_of(request).encode()
        line = self.lines.join(caller)
        if line is None:
            await problems.answer(request, 429, TOO_MANY, {"Retry-After": "1"})(scope, receive, send)
            return
        try:
            await self._in_turn(line, scope, receive, send)
        finally:
            self.lines.leave(caller, line)

    async def _in_turn(self, line: Line, scope: Scope, receive: Receive, send: Send) -> None:
        await line.turns.acquire()
        turn = Turn(line.turns)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and _streams(message):
                turn.over()
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            turn.over()


def _streams(start: Message) -> bool:
    return any(name == b"content-type" and value.startswith(STREAM) for name, value in start["headers"])
