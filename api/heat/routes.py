"""Heat maps over HTTP: figures, tiles, cells, films, areas and hot spots, all under the same filters."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from sse_starlette import EventSourceResponse

from api.access.streams import while_admitted
from api.compression import WORTHWHILE, choose, compress
from api.database import Session, fresh_look
from api.heat import areas, hexagons, service, spotting
from api.heat import export as exporting
from api.heat.schemas import (
    AreasQuestion,
    AreasRead,
    CellsRead,
    FilmQuestion,
    HexagonsQuestion,
    HexagonsRead,
    Level,
    Question,
    SpotsRead,
    SummaryRead,
)

router = APIRouter(prefix="/api/heat", tags=["heat"])
MVT = "application/vnd.mapbox-vector-tile"
FILM = "application/octet-stream"
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
    "html": "text/html",
}
LOOK_EVERY_S = 0.8
FRESH = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}

Asked = Annotated[Question, Query()]


@router.get("")
async def read_summary(request: Request, session: Session, asked: Asked) -> SummaryRead:
    """Everything that passes the filters, in figures."""
    return await service.summarise(session, request.app.state.heat, asked)


@router.get(
    "/tiles/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={200: {"content": {MVT: {}}, "description": "The tile."}, 204: {"description": "Nothing lies here."}},
)
async def read_tile(request: Request, session: Session, asked: Asked, *, z: int, x: int, y: int) -> Response:
    """A heat tile (MVT 2.1): squares of the lattice with ``n`` issues each, 100 m from zoom 12 on."""
    body = await service.read_tile(session, request.app.state.heat, asked, z=z, x=x, y=y)
    return _sent(request, body, MVT)


@router.get("/cells")
async def read_cells(request: Request, session: Session, asked: Asked) -> CellsRead:
    """Every cell that has any issue, for programs that read JSON."""
    return await service.read_cells(session, request.app.state.heat, asked)


@router.get(
    "/film",
    response_class=Response,
    responses={200: {"content": {FILM: {}}, "description": service.read_film.__doc__ or ""}},
)
async def read_film(request: Request, session: Session, asked: Annotated[FilmQuestion, Query()]) -> Response:
    """The cells by week or month, in binary, for the slider: all of a city in less than a megabyte."""
    body = await service.read_film(session, request.app.state.heat, asked, asked.step)
    return _sent(request, body, FILM)


@router.get("/areas/{level}")
async def read_areas(
    request: Request, session: Session, level: Level, asked: Annotated[AreasQuestion, Query()]
) -> AreasRead:
    """Counts and rates of the areas of a level, per hundred households or per hour of patrol."""
    return await areas.read_areas(session, request.app.state.heat, asked, level, asked.base)


@router.get("/hexagons")
async def read_hexagons(
    request: Request, session: Session, asked: Annotated[HexagonsQuestion, Query()]
) -> HexagonsRead:
    """The same counts in H3 hexagons."""
    return await hexagons.read_hexagons(session, request.app.state.heat, asked)


@router.get("/spots")
async def read_spots(request: Request, session: Session, asked: Asked) -> SpotsRead:
    """The hot spots that are no chance, each with a sentence."""
    return await spotting.read_spots(session, request.app.state.heat, asked)


@router.get("/export/{form}", response_class=Response)
async def export(
    request: Request,
    session: Session,
    form: Literal["xlsx", "gpkg", "html"],
    asked: Annotated[AreasQuestion, Query()],
) -> Response:
    """The areas as Excel, cells and areas as GeoPackage, or a map in one file that needs no network."""
    watch = request.app.state.heat
    if form == "html":
        body: bytes | str = await exporting.as_html(session, watch, asked, request.app.state.settings.sheets)
    elif form == "xlsx":
        body = await exporting.as_xlsx(session, watch, asked, asked.base)
    else:
        body = await exporting.as_gpkg(session, watch, asked)
    headers = {"Content-Disposition": f'attachment; filename="heat.{form}"', "Cache-Control": "private, no-store"}
    return Response(body, headers=headers, media_type=KINDS[form])


@router.get("/changes", response_class=EventSourceResponse)
async def follow(
    request: Request,
    session: Session,
    seconds: Annotated[int, Query(ge=0, le=600, description="When it ends; browsers then ask anew.")] = 300,
) -> EventSourceResponse:
    """A ``changed`` event with the version whenever any issue has come or changed (server-sent events)."""
    await request.app.state.heat.look(session)
    return EventSourceResponse(while_admitted(_changes(request, seconds)))


async def _changes(request: Request, seconds: int) -> AsyncIterator[dict[str, Any]]:
    told = -1
    end = time.monotonic() + seconds
    while not await request.is_disconnected():
        async with fresh_look(request) as session:
            _, sight = await request.app.state.heat.look(session)
        version = request.app.state.heat.version if sight.sees_cases else 0
        if version != told:
            told = version
            yield {"event": "changed", "data": str(version)}
        if time.monotonic() >= end:
            return
        await asyncio.sleep(LOOK_EVERY_S)


def _sent(request: Request, body: bytes, media_type: str) -> Response:
    if not body:
        return Response(status_code=204, headers=FRESH)
    encoding = choose(request.headers.get("accept-encoding")) if len(body) >= WORTHWHILE else "identity"
    headers = FRESH if encoding == "identity" else {**FRESH, "Content-Encoding": encoding}
    return Response(compress(body, encoding), headers=headers, media_type=media_type)
