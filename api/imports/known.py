"""Reads what the store already knows of the ground that a delivery lies on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from psycopg import sql
from psycopg.rows import dict_row

from geo.crs.reading import readings_of
from geo.exchange.matching import Known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from numpy.typing import NDArray
    from psycopg import Connection

NEAR_DEG = 0.02
COMPARED = 40_000
"""Outlines at most that a file is compared with to tell its datum."""
UNCODED = {"barrier", "area"}
Box = tuple[float, float, float, float]

PLACES = """
SELECT p.*, ST_AsBinary(p.geometry) AS shape, coalesce(s.key, '') AS source_key, s.place_id IS NOT NULL AS ours,
       {stand_in} AS stand_in
  FROM {table} p LEFT JOIN place_source s ON s.kind = {kind} AND s.place_id = p.id AND s.source = %(source)s
 WHERE p.geometry && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) OR s.place_id IS NOT NULL
    OR {by_code}
 ORDER BY p.id
"""
COMPARISON = """
SELECT ST_AsBinary(geometry) AS shape FROM (
  (SELECT geometry FROM building b WHERE {near} LIMIT %(most)s)
  UNION ALL (SELECT geometry FROM compound c
              WHERE {near} AND NOT EXISTS (SELECT FROM stand_in s WHERE s.place_id = c.id) LIMIT %(most)s)
  UNION ALL (SELECT geometry FROM barrier WHERE {near} LIMIT %(most)s)) AS near
"""


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """Places of one level, as rows of the store and as shapes (degrees WGS-84)."""

    rows: list[dict[str, Any]]
    shapes: NDArray[np.object_]

    def __len__(self) -> int:
        """Places."""
        return len(self.rows)

    @property
    def ids(self) -> list[UUID]:
        """Their keys."""
        return [row["id"] for row in self.rows]

    @property
    def known(self) -> Known:
        """As what rows are matched with; stand-ins are nothing that somebody could deliver again."""
        return Known(
            [row["source_key"] for row in self.rows],
            ["" if row["stand_in"] else row.get("code") or "" for row in self.rows],
            ["" if row["stand_in"] else row["name"] for row in self.rows],
            np.array(
                [None if row["stand_in"] else s for row, s in zip(self.rows, self.shapes, strict=True)], dtype=object
            ),
        )

    def take(self, places: Sequence[int]) -> Stock:
        """Some of them."""
        return Stock([self.rows[at] for at in places], self.shapes[np.array(places, dtype=np.intp)])

    def stand_ins(self) -> NDArray[np.bool_]:
        """Which of them only stand in."""
        return np.array([row["stand_in"] for row in self.rows], dtype=bool)


def stock(connection: Connection, kind: str, source: str, box: Box | None, codes: Sequence[str] = ()) -> Stock:
    """The places of one kind in and around a box, and those that the same source brought, wherever they lie."""
    query = sql.SQL(PLACES).format(
        table=sql.Identifier(kind),
        kind=sql.Literal(kind),
        by_code=sql.SQL("false" if kind in UNCODED else "p.code = ANY(%(codes)s)"),
        stand_in=sql.SQL("EXISTS (SELECT FROM stand_in t WHERE t.place_id = p.id)"),
    )
    west, south, east, north = box or (0.0, 0.0, 0.0, 0.0)
    values = {
        "source": source, "codes": [code for code in codes if code],
        "west": west - NEAR_DEG, "south": south - NEAR_DEG, "east": east + NEAR_DEG, "north": north + NEAR_DEG,
    }  # fmt: skip
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, values).fetchall()
    shapes = np.array(shapely.from_wkb([row.pop("shape") for row in rows]), dtype=object)
    return Stock(rows, shapes)


def comparison(connection: Connection, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Outlines known near wherever the file may lie, under each way to read its numbers; degrees WGS-84."""
    numbers = shapely.get_coordinates(shapes)
    found: list[bytes] = []
    for box in _boxes(numbers):
        near = sql.SQL("geometry && ST_MakeEnvelope({}, {}, {}, {}, 4326)").format(*map(sql.Literal, box))
        rows = connection.execute(sql.SQL(COMPARISON).format(near=near), {"most": COMPARED}).fetchall()
        found += [row[0] for row in rows]
    unique = list(dict.fromkeys(found))
    return np.array(shapely.from_wkb(unique), dtype=object)


def _boxes(numbers: NDArray[np.float64]) -> list[Box]:
    """Where the file lies under each reading, grown by what the next reading may shift; equal ones once."""
    known = numbers[np.isfinite(numbers).all(axis=1) & (numbers != 0).any(axis=1)]
    if not len(known):
        return []
    corners = np.vstack((np.quantile(known, 0.01, axis=0), np.quantile(known, 0.99, axis=0)))
    boxes: list[Box] = []
    for reading in readings_of(numbers):
        place = reading.to_wgs84(corners)
        if not np.isfinite(place).all() or (np.abs(place) > [180.0, 90.0]).any():
            continue
        (west, south), (east, north) = place.min(axis=0), place.max(axis=0)
        box = (float(west) - NEAR_DEG, float(south) - NEAR_DEG, float(east) + NEAR_DEG, float(north) + NEAR_DEG)
        if not any(max(abs(a - b) for a, b in zip(box, other, strict=True)) < NEAR_DEG for other in boxes):
            boxes.append(box)
    return boxes


def box_of(shapes: NDArray[np.object_]) -> Box | None:
    """The box around shapes, None when none has a place."""
    bounds = shapely.total_bounds(shapes)
    if not np.isfinite(bounds).all():
        return None
    west, south, east, north = (float(bound) for bound in bounds)
    return west, south, east, north
