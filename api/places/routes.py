"""Places over HTTP: the city, one place, the place under a finger, and the search box."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.database import Session
from api.geometry import Latitude, Longitude
from api.places import search as searching
from api.places import service
from api.places.schemas import CityRead, PlaceRead, SearchRead
from geo.hierarchy.levels import Level

router = APIRouter(prefix="/api", tags=["places"])


@router.get("/places")
async def read_city(session: Session) -> CityRead:
    """All that the asker may see: its name, where it lies and how much is in it."""
    return await service.read_city(session)


@router.get("/places/at")
async def read_place_at(session: Session, lon: Longitude, lat: Latitude) -> PlaceRead:
    """The innermost place that covers a point (WGS 84)."""
    return await service.place_at(session, lon, lat)


@router.get("/places/{level}/{place_id}")
async def read_place(session: Session, level: Level, place_id: UUID) -> PlaceRead:
    """One place with its chain, its counts and what lies directly inside."""
    return await service.read_place(session, level, place_id)


@router.get("/search")
async def search(
    session: Session, q: Annotated[str, Query(max_length=20_000)], limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> SearchRead:
    """Places by name, code or address."""
    return await searching.search(session, q, limit=limit)
