"""How much one request may carry, and how many one caller may make.

A body of data is at most ``JSON_BYTES`` (a polygon of 20,000 corners is a tenth of that); a file to be imported may be
larger and is read piece by piece. Callers are told apart by their network (a forged cookie earns nobody a share of
their own), so an office shares one allowance; the machine itself is not counted.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request

from api import problems
from api.access.admission import SAFE_METHODS, address_of, on_this_machine
from api.errors import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON_BYTES = 4 * 1024 * 1024
FILE_BYTES = 512 * 1024 * 1024
PHOTO_BYTES = 32 * 1024 * 1024
FILE_TYPES = ("multipart/form-data", "application/octet-stream", "application/zip", "application/geopackage+sqlite3")
TOO_LARGE = Sentence("请求内容太大。", "The request carries too much.")
TOO_OFTEN = Sentence("请求过于频繁,请稍后再试。", "Too many requests; please wait a little.")


class BodyLimit:
    """Refuses a body that is larger than its kind may be, whether or not it admits to its size."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        most = FILE_BYTES if kind in FILE_TYPES else PHOTO_BYTES if kind.startswith("image/") else JSON_BYTES
        declared = request.headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > most:
            await problems.answer(request, 413, TOO_LARGE, {"Connection": "close"})(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)


@dataclass(slots=True)
class Bucket:
    """What a caller has left."""

    left: float
    at: float


class Allowance:
    """What each network has left of ``per_second`` requests in the long run, and ten times that at once."""

    CALLERS = 20_000
    DEPTH_S = 10.0

    def __init__(self, per_second: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = per_second
        self.clock = clock
        self.buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, caller: str, cost: float) -> float:
        """Take ``cost`` from the caller's bucket; the seconds to wait where it does not hold as much."""
        now, depth = self.clock(), self.rate * self.DEPTH_S
        bucket = self.buckets.pop(caller, None) or Bucket(depth, now)
        bucket.left = min(depth, bucket.left + (now - bucket.at) * self.rate)
        bucket.at = now
        self.buckets[caller] = bucket
        while len(self.buckets) > self.CALLERS:
            self.buckets.popitem(last=False)
        if bucket.left < cost:
            return (cost - bucket.left) / self.rate
        bucket.left -= cost
        return 0.0


class RateLimit:
    """Holds each network to its ``allowance``; changes count tenfold."""

    CHANGE_COST = 10.0

    def __init__(self, app: ASGIApp, allowance: Allowance) -> None:
        self.app = app
        self.allowance = allowance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not scope["path"].startswith(("/api/", "/open311/")):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        cost = 1.0 if request.method in SAFE_METHODS else self.CHANGE_COST
        if not on_this_machine(request) and (wait := self.allowance.take(address_of(request), cost)) > 0:
            retry = {"Retry-After": str(max(1, round(wait)))}
            await problems.answer(request, 429, TOO_OFTEN, retry)(scope, receive, send)
            return
        await self.app(scope, receive, send)
