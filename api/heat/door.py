"""A short way in for heat tiles: one statement admits the asker and says whether the facts in memory are still true.

Whatever is not plainly such a tile goes the long way, where the documented route of the same answer is: other
addresses, filters that are refused, askers who see no cases, and the first look after something has changed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from fastapi import Request, Response
from pydantic import ValidationError

from api.access.admission import Credential, credential
from api.compression import WORTHWHILE, choose, compress
from api.errors import InvalidError
from api.heat import service
from api.heat.schemas import LISTS, Question
from api.heat.sieve import sieve
from api.maps.service import AWAY

if TYPE_CHECKING:
    import asyncpg
    from starlette.types import ASGIApp, Receive, Scope, Send

    from api.heat.service import Looked
    from api.heat.watch import Watch
    from api.maps.connections import Connections

ADDRESS = re.compile(r"/api/heat/tiles/(\d{1,2})/(\d{1,6})/(\d{1,6})\.mvt")
LONGEST_QUERY = 4_000
MVT = "application/vnd.mapbox-vector-tile"
FRESH = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
ENTER = "SELECT * FROM heat_enter($1, $2, $3, CAST($4::text AS xid8), $5)"


class HeatDoor:
    """Middleware that answers heat tiles itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a heat tile, or pass the request on."""
        address = ADDRESS.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        asked = None if address is None else question(scope["query_string"])
        answer = None
        if address is not None and asked is not None:
            z, x, y = map(int, address.groups())
            answer = await tile(Request(scope, receive), asked, z, x, y)
        await (answer or self.app)(scope, receive, send)


@lru_cache(4_096)
def question(query: bytes) -> Question | None:
    """The filters in an address; None where the long way has to say what is wrong with them.

    >>> question(b"severity=3&severity=4").severity, question(b"severity=9")
    ((3, 4), None)
    """
    said: dict[str, object] = {}
    if len(query) > LONGEST_QUERY:
        return None
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name in LISTS:
            said[name] = (*said.get(name, ()), value)  # type: ignore[misc] # only tuples are put there
        elif name in said:
            return None
        else:
            said[name] = value
    try:
        asked = Question.model_validate(said)
        asked.days()
    except (ValidationError, InvalidError):
        return None
    return asked


async def tile(request: Request, asked: Question, z: int, x: int, y: int) -> Response | None:
    """The tile; None where the long way has to answer."""
    state = request.app.state
    if not state.heat.version:
        return None
    looked = await enter(state.tiles.connections, state.heat, credential(request), asked)
    if looked is None or not service.lies_in_the_world(z, x, y):
        return None
    etag = f'W/"{looked.watch.mark}-{looked.watch.version}-{hash((looked.sight, asked)) & 0xFFFFFFFFFFFF:x}"'
    headers = {**FRESH, "ETag": etag}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    body = service.tile_of(looked, z=z, x=x, y=y)
    if not body:
        return Response(status_code=204, headers=headers)
    encoding = choose(request.headers.get("accept-encoding")) if len(body) >= WORTHWHILE else "identity"
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    return Response(compress(body, encoding), headers=headers, media_type=MVT)


async def enter(connections: Connections, watch: Watch, shown: Credential, asked: Question) -> Looked | None:
    """The look of somebody who sees cases at facts that are still true; None otherwise."""
    facts = watch.facts
    values = (shown.way, shown.digest, shown.here, str(watch.horizon), asked.place)
    try:
        row = await connections.fetch_one(ENTER, values)
    except AWAY:
        connections.forget()
        return None
    if not row["known"] or row["fresh"] or facts is not watch.facts:
        return None
    sight = watch.sight(everywhere=row["everywhere"], places=row["places"], bodies=row["bodies"])
    if not sight.sees_cases or (asked.place is not None and row["what"] is None):
        return None
    return service.Looked(facts, sight, sieve(asked, sight, watch, _place(watch, row)), watch)


def _place(watch: Watch, row: asyncpg.Record) -> tuple[str, frozenset[int]] | None:
    return None if row["what"] is None else (row["what"], frozenset(watch.numbers(row["what"], row["keys"])))
