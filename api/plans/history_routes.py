"""The past, and two plans side by side, over HTTP."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.database import Session
from api.errors import InvalidError
from api.geometry import Latitude, Longitude
from api.plans import comparing, history
from api.plans.history_schemas import CompareRead, GridLife, ReignRead, ServedRead

router = APIRouter(tags=["history"])
When = Annotated[str, Query(description="A day, 2026-03-01, or a moment with its time zone.", max_length=40)]
Side = Annotated[str, Query(description="A plan's key, or a day.", max_length=40)]
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/api/history/at")
async def who_served(
    session: Session,
    date: When,
    unit: UUID | None = None,
    building: UUID | None = None,
    lon: Longitude | None = None,
    lat: Latitude | None = None,
) -> ServedRead:
    """Who served a unit, a building or a place at a time."""
    if (lon is None) != (lat is None):
        raise InvalidError("经度和纬度要一起给出。", "Longitude and latitude go together.")
    place = None if lon is None or lat is None else (lon, lat)
    return await history.served(session, date, unit=unit, building=building, place=place)


@router.get("/api/history/grids")
async def map_then(session: Session, community_id: UUID, date: When) -> Response:
    """The grids of a community on a day: GeoJSON, WGS 84."""
    return Response(await history.map_then(session, community_id, date), media_type="application/geo+json")


@router.get("/api/history/reigns")
async def read_reigns(session: Session, community_id: UUID) -> list[ReignRead]:
    """Which plan ruled a community from when to when."""
    return await history.reigns(session, community_id)


@router.get("/api/history/grid/{grid_id}")
async def read_life(session: Session, grid_id: UUID) -> GridLife:
    """A grid's life."""
    return await history.life(session, grid_id)


@router.get("/api/compare", response_model=CompareRead)
async def compare(
    session: Session,
    left: Side,
    right: Side,
    community_id: UUID | None = None,
    format: Literal["json", "xlsx"] = "json",  # noqa: A002 - the word of the address
) -> CompareRead | Response:
    """Two plans, or two days, side by side; also as an Excel file."""
    compared = await comparing.compare(session, left, right, community_id)
    if format == "json":
        return compared
    book = await asyncio.to_thread(comparing.as_workbook, compared)
    return Response(book, media_type=EXCEL, headers={"Content-Disposition": 'attachment; filename="compare.xlsx"'})
