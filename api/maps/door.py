"""A short way in for tiles: past the routing, which costs the service more than all the rest of a tile.

Whatever is not plainly a tile's address goes the long way, where the documented route of the same function is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastapi import Request, Response

from api import problems
from api.errors import ServiceError
from api.maps.routes import read_tile

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

ADDRESS = re.compile(r"/api/tiles/([a-z_]{1,40})/(\d{1,9})/(\d{1,9})/(\d{1,9})\.mvt")


class TileDoor:
    """Middleware that answers tiles itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a tile, or pass the request on."""
        is_plain = scope["type"] == "http" and scope["method"] == "GET" and not scope["query_string"]
        address = ADDRESS.fullmatch(scope["path"]) if is_plain else None
        answer = self.app if address is None else await self.tile(Request(scope, receive), *address.groups())
        await answer(scope, receive, send)

    @staticmethod
    async def tile(request: Request, layer: str, z: str, x: str, y: str) -> Response:
        """The tile, or a sentence why there is none."""
        try:
            return await read_tile(request, layer, z=int(z), x=int(x), y=int(y))
        except ServiceError as error:
            return problems.answer(request, error.status, error.sentence)
