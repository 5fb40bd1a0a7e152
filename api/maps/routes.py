"""Tiles over HTTP: which layers there are, what is in them, and each tile, always asked again and rarely sent twice."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.access.admission import credential
from api.compression import choose
from api.database import Session
from api.maps import service
from api.maps.schemas import LayerRead, TileJsonRead
from api.maps.service import Picture, Wish
from api.maps.tables import LAYERS
from api.maps.tile import Tile
from api.places.service import read_city

router = APIRouter(prefix="/api/tiles", tags=["maps"])

MVT = "application/vnd.mapbox-vector-tile"
ADDRESS = "/api/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt"
ETAG = re.compile(r'"([0-9a-f]{32})"')
FRESH = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}


Plan = Annotated[UUID | None, Query(description="Micro-grids of this plan; without it, those published.")]


@router.get("")
async def read_layers() -> list[LayerRead]:
    """The layers of the map, and from which to which zoom each has tiles."""
    return [
        LayerRead(
            layer=layer.name,
            name=layer.zh,
            minzoom=layer.minzoom,
            maxzoom=layer.maxzoom,
            url=ADDRESS.format(layer=layer.name),
            tilejson=f"/api/tiles/{layer.name}.json",
        )
        for layer in LAYERS.values()
    ]


@router.get("/{layer}.json")
async def read_tilejson(request: Request, session: Session, layer: str, plan: Plan = None) -> TileJsonRead:
    """A layer as TileJSON 3.0, for any map that reads vector tiles."""
    found = service.find_layer(layer)
    address = str(request.base_url).rstrip("/") + ADDRESS.format(layer=found.name)
    return service.describe(found, address + (f"?plan={plan}" if plan else ""), (await read_city(session)).bbox)


@router.get(
    "/{layer}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={
        200: {"content": {MVT: {}}, "description": "The tile."},
        204: {"description": "Nothing lies here."},
        304: {"description": "The reader's copy is the latest."},
    },
)
async def read_tile(request: Request, layer: str, *, z: int, x: int, y: int, plan: Plan = None) -> Response:
    """A vector tile (MVT 2.1) as of this moment, with a second layer ``<layer>_label`` of one point a feature."""
    headers = request.headers
    wish = Wish(
        service.find_layer(layer), Tile(z, x, y), credential(request), plan, choose(headers.get("accept-encoding"))
    )
    picture = await service.read_tile(request.app.state.tiles, wish, known(headers.get("if-none-match")))
    return _answer(picture)


def known(if_none_match: str | None) -> list[str]:
    """The versions that a reader says it has."""
    return ETAG.findall(if_none_match) if if_none_match else []


def _answer(picture: Picture) -> Response:
    headers = {"ETag": f'W/"{picture.etag}"', **FRESH}
    if picture.body is None:
        return Response(status_code=304, headers=headers)
    if not picture.body:
        return Response(status_code=204, headers=headers)
    if picture.encoding != "identity":
        headers["Content-Encoding"] = picture.encoding
    if picture.note:
        headers["Tile-Kept"] = picture.note
    return Response(picture.body, headers=headers, media_type=MVT)
