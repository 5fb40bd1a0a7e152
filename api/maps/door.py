"""A short way in for tiles: past the routing and the middleware, which cost more than all the rest of a tile.

It keeps what they keep: the asker's turn, the network's allowance, the headers of every answer. Whatever is not plainly
a tile that may be had goes the long way, where the documented route of the same picture is, and every refusal.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from api.access.admission import heard, network, shown_by
from api.access.headers import of_data
from api.compression import choose
from api.errors import ServiceError
from api.maps import service
from api.maps.routes import FRESH, MVT, known
from api.maps.service import Picture, Wish
from api.maps.tile import Tile

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from api.access.limits import Allowance
    from api.access.turns import Lines

ADDRESS = re.compile(r"/api/tiles/([a-z_]{1,40})/(\d{1,9})/(\d{1,9})/(\d{1,9})\.mvt")
TYPE = (b"content-type", MVT.encode())
CACHE = [(name.lower().encode(), value.encode()) for name, value in FRESH.items()]
choice = lru_cache(256)(choose)


class TileDoor:
    """Outermost middleware that answers tiles itself."""

    def __init__(self, app: ASGIApp, lines: Lines, allowance: Allowance) -> None:
        self.app = app
        self.lines = lines
        self.allowance = allowance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a tile, or pass the request on."""
        is_plain = scope["type"] == "http" and scope["method"] == "GET" and not scope["query_string"]
        address = ADDRESS.fullmatch(scope["path"]) if is_plain else None
        picture = None if address is None else await self._picture(scope, *address.groups())
        if picture is None:
            await self.app(scope, receive, send)
            return
        status = 304 if picture.body is None else 200 if picture.body else 204
        await send({"type": "http.response.start", "status": status, "headers": told(scope["scheme"], picture)})
        await send({"type": "http.response.body", "body": picture.body or b""})

    async def _picture(self, scope: Scope, layer: str, z: str, x: str, y: str) -> Picture | None:
        headers = heard(scope)
        asker = shown_by(scope)
        caller = asker.digest or network(scope).encode()
        if not asker.here and self.allowance.take(network(scope), 1.0) > 0:
            return None
        line = self.lines.join(caller)
        if line is None:
            return None
        encoding = choice(headers.get(b"accept-encoding", b"").decode("latin-1"))
        versions = known(headers.get(b"if-none-match", b"").decode("latin-1"))
        try:
            wish = Wish(service.find_layer(layer), Tile(int(z), int(x), int(y)), asker, None, encoding)
            async with line.turns:
                return await service.read_tile(scope["app"].state.tiles, wish, versions)
        except ServiceError:
            return None  # said by the long way, in words
        finally:
            self.lines.leave(caller, line)


def told(scheme: str, picture: Picture) -> list[tuple[bytes, bytes]]:
    """The headers that go with a picture."""
    headers = [*of_data(scheme), *CACHE, (b"etag", f'W/"{picture.etag}"'.encode())]
    if picture.body:
        headers += (TYPE, (b"content-length", str(len(picture.body)).encode()))
        if picture.encoding != "identity":
            headers.append((b"content-encoding", picture.encoding.encode()))
        if picture.note:
            headers.append((b"tile-kept", picture.note.encode()))
    return headers
