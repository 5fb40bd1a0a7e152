"""Reads one community out of the store as the value that ``geo`` draws on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from psycopg.rows import dict_row

from geo.hierarchy.places import Barrier, BarrierKind, Building, BuildingUse, City, Compound, Unit

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection

NEAR_DEG = 0.002
"""How far around a community barriers still matter: about 200 m."""

COMPOUNDS = """
SELECT id, community_id, coalesce(code, '') AS code, name, name_en, kind, address, ST_AsBinary(geometry) AS shape
  FROM compound WHERE community_id = %(community)s ORDER BY code, id
"""
BUILDINGS = """
SELECT id, compound_id, community_id, coalesce(code, '') AS code, name, address, use, floors, built,
       ST_AsBinary(geometry) AS shape
  FROM building WHERE community_id = %(community)s ORDER BY code, id
"""
UNITS = """
SELECT u.id, u.building_id, u.community_id, coalesce(u.code, '') AS code, u.name, u.floor_lo, u.floor_hi, u.households,
       u.estimated, ST_AsBinary(u.geometry) AS shape,
       (SELECT array_agg(coalesce(f.households, 0) ORDER BY n)
          FROM generate_series(u.floor_lo, u.floor_hi) n LEFT JOIN floor f ON f.unit_id = u.id AND f.number = n
         WHERE u.floors_counted > 0) AS floor_households
  FROM unit u WHERE u.community_id = %(community)s ORDER BY u.code, u.id
"""
BARRIERS = """
SELECT b.id, b.kind, b.road_class, b.name, b.name_en, ST_AsBinary(b.geometry) AS shape
  FROM barrier b, community c
 WHERE c.id = %(community)s AND b.geometry && ST_Expand(c.geometry::box2d::geometry, %(near)s)
 ORDER BY b.id
"""


def read_community(connection: Connection, community_id: UUID) -> City:
    """The compounds, buildings and units of one community, and the barriers in and around it; WGS 84."""
    return City(
        compounds=tuple(Compound(**row) for row in _rows(connection, COMPOUNDS, community_id)),
        buildings=tuple(
            Building(**{**row, "use": BuildingUse(row["use"])}) for row in _rows(connection, BUILDINGS, community_id)
        ),
        units=tuple(
            Unit(**{**row, "floor_households": tuple(row["floor_households"] or ())})
            for row in _rows(connection, UNITS, community_id)
        ),
        barriers=tuple(
            Barrier(**{**row, "kind": BarrierKind(row["kind"])}) for row in _rows(connection, BARRIERS, community_id)
        ),
    )


def _rows(connection: Connection, query: str, community_id: UUID) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query.encode(), {"community": community_id, "near": NEAR_DEG}).fetchall()
    shapes = shapely.from_wkb(np.array([row.pop("shape") for row in rows], dtype=object))
    return [{**row, "geometry": shape} for row, shape in zip(rows, shapes, strict=True)]
