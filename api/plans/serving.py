"""Who serves a place at a moment: the micro-grid, compound, community and staff in force there then.

For capabilities that hand something to a grid: a report, a patrol, an instruction. It answers whoever asks, since a
resident's report has to find its grid although the resident sees no grid; it tells keys and names of places only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

GRID_AT = text("SELECT * FROM grid_at(:lon, :lat, :at, :floor)")
STAFF_AT = text("SELECT * FROM staff_at(:grid, :compound, :community, :at)")


@dataclass(frozen=True, slots=True)
class Servant:
    """Somebody who serves: at the grid itself, its compound or its community (``level``)."""

    person_id: UUID
    role: str
    post: str
    level: str
    place_id: UUID


@dataclass(frozen=True, slots=True)
class Serving:
    """What is in force at a place and moment.

    ``covered``: the place lies in the grid; else the grid is the nearest within some 50 m. ``stacked``: grids stand one
    above the other there; without a floor the lowest is told. ``staff``: the grid's own first.
    """

    community_id: UUID
    community: str
    subdistrict_id: UUID
    compound_id: UUID | None
    compound: str | None
    plan_id: UUID | None
    micro_grid_id: UUID | None
    micro_grid_code: str | None
    micro_grid: str | None
    stacked: bool
    covered: bool
    staff: tuple[Servant, ...]


async def grid_at(
    session: AsyncSession, lon: float, lat: float, at: datetime, *, floor: int | None = None
) -> Serving | None:
    """Who serves a place (WGS 84) at a moment; None outside every community.

    Args:
        session: any asker's transaction.
        lon: degrees east, finite.
        lat: degrees north, finite.
        at: the moment, with its time zone; plans turn at midnight in Shanghai.
        floor: tells apart grids that stand one above the other.
    """
    asked = {"lon": float(lon), "lat": float(lat), "at": at, "floor": floor}
    row = (await session.execute(GRID_AT, asked)).mappings().one()
    if row["community_id"] is None:
        return None
    who = {
        "grid": row["micro_grid_id"],
        "compound": row["compound_id"],
        "community": row["community_id"],
        "at": at,
    }
    staff = tuple(Servant(**found) for found in (await session.execute(STAFF_AT, who)).mappings())
    said = {**row, "stacked": bool(row["stacked"]), "covered": bool(row["covered"])}
    return Serving(**said, staff=staff)
