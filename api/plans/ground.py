"""Reads one community out of the store as the value that ``geo`` draws on.

The worker reads with psycopg, the service with its own session; both ask the same questions. Households floor by floor
are asked of ``ground_floors``: a plan counts them for everybody who may see it, though the floors themselves may not be
theirs to see.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from psycopg.rows import dict_row
from sqlalchemy import text

from geo.hierarchy.places import Barrier, BarrierKind, Building, BuildingUse, City, Compound, Unit

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection
    from sqlalchemy.ext.asyncio import AsyncSession

NEAR_DEG = 0.002
"""How far around a community barriers still matter: about 200 m."""

COMPOUNDS = """
SELECT id, community_id, coalesce(code, '') AS code, name, name_en, kind, address, ST_AsBinary(geometry) AS shape
  FROM compound WHERE community_id = %(community)s ORDER BY code, id
"""
BUILDINGS = """
SELECT id, compound_id, community_id, coalesce(code, '') AS code, name, address, use, floors, built,
       ST_AsBinary(geometry) AS shape
  FROM building WHERE community_id = %(community)s AND gone_on IS NULL ORDER BY code, id
"""
UNITS = """
SELECT u.id, u.building_id, u.community_id, coalesce(u.code, '') AS code, u.name, u.floor_lo, u.floor_hi, u.households,
       u.estimated, ST_AsBinary(u.geometry) AS shape, g.floors AS floor_households
  FROM unit u LEFT JOIN ground_floors(%(community)s) g ON g.unit_id = u.id
 WHERE u.community_id = %(community)s AND u.gone_on IS NULL ORDER BY u.code, u.id
"""
BARRIERS = """
SELECT b.id, b.kind, b.road_class, b.name, b.name_en, ST_AsBinary(b.geometry) AS shape
  FROM barrier b, community c
 WHERE c.id = %(community)s AND b.geometry && ST_Expand(c.geometry::box2d::geometry, %(near)s)
 ORDER BY b.id
"""

QUERIES = (COMPOUNDS, BUILDINGS, UNITS, BARRIERS)


def read_community(connection: Connection, community_id: UUID) -> City:
    """The compounds, buildings and units of one community, and the barriers in and around it; WGS 84."""
    return _city([_rows(connection, query, community_id) for query in QUERIES])


async def community_seen(session: AsyncSession, community_id: UUID) -> City:
    """The same, as the asker of a session sees it."""
    values = {"community": community_id, "near": NEAR_DEG}
    found = []
    for query in QUERIES:
        rows = (await session.execute(text(re.sub(r"%\((\w+)\)s", r":\1", query)), values)).mappings().all()
        found.append([dict(row) for row in rows])
    return await asyncio.to_thread(_city, found)


def _city(found: list[list[dict[str, Any]]]) -> City:
    compounds, buildings, units, barriers = (_shaped(rows) for rows in found)
    return City(
        compounds=tuple(Compound(**row) for row in compounds),
        buildings=tuple(Building(**{**row, "use": BuildingUse(row["use"])}) for row in buildings),
        units=tuple(Unit(**{**row, "floor_households": tuple(row["floor_households"] or ())}) for row in units),
        barriers=tuple(Barrier(**{**row, "kind": BarrierKind(row["kind"])}) for row in barriers),
    )


def _rows(connection: Connection, query: str, community_id: UUID) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), {"community": community_id, "near": NEAR_DEG}).fetchall()


def _shaped(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    shapes = shapely.from_wkb(np.array([row.pop("shape") for row in rows], dtype=object))
    return [{**row, "geometry": shape} for row, shape in zip(rows, shapes, strict=True)]
