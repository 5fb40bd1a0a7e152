"""The layers that can be taken out, each as one statement; row-level security decides which rows it shows to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import shapely

from api.exports.schemas import Exported
from geo.exchange.layer import Layer
from geo.exchange.writers import ONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SHAPE = "shape"


@dataclass(frozen=True, slots=True)
class Query:
    """One layer: its statement (with ``:within``, a prefix of a community's code, and ``:plan``) and its columns.

    ``columns``: name → Arrow type, in the order of the file; ``shaped`` when it has a geometry.
    """

    sql: str
    columns: Mapping[str, pa.DataType]
    shaped: bool = True


_TEXT, _INT, _BOOL = pa.string(), pa.int32(), pa.bool_()
_NAMED = {"id": _TEXT, "code": _TEXT, "name": _TEXT, "name_en": _TEXT}
_IN = "(CAST(:within AS text) = '' OR {code} LIKE CAST(:within AS text) || '%')"
_SHAPE = "ST_AsBinary({row}.geometry) AS shape"


def _level(table: str, counts: Sequence[str], *more: str, code: str = "p.code", joins: str = "") -> str:
    columns = ", ".join(("p.id::text AS id", "p.code", "p.name", "p.name_en", *more, *(f"p.{name}" for name in counts)))
    within = _IN.format(code=code)
    shape = _SHAPE.format(row="p")
    return f"SELECT {columns}, {shape} FROM {table} p {joins} WHERE {within} ORDER BY p.code, p.id"  # noqa: S608  # our own words


_MEMBERS = f"""
SELECT m.micro_grid_id::text AS grid_id, g.code AS grid, u.id::text AS unit_id, u.code AS unit_code, u.name AS unit,
       b.name AS building, c.name AS compound, lower(m.floors) AS floor_lo, upper(m.floors) - 1 AS floor_hi,
       {_SHAPE.format(row="u")}
  FROM plan_member m JOIN micro_grid g ON g.id = m.micro_grid_id JOIN unit u ON u.id = m.unit_id
  JOIN building b ON b.id = u.building_id JOIN compound c ON c.id = b.compound_id
 WHERE m.plan_id = CAST(:plan AS uuid) ORDER BY g.code, u.code, u.id
"""  # noqa: S608  # our own words
_GRIDS = f"""
SELECT g.id::text AS id, g.code, g.name, c.name AS community, coalesce(o.name, '') AS compound, g.households,
       g.floor_lo, g.floor_hi, n.units, n.buildings, coalesce(w.worker, '') AS worker, {_SHAPE.format(row="g")}
  FROM micro_grid g JOIN community c ON c.id = g.community_id LEFT JOIN compound o ON o.id = g.compound_id,
       LATERAL (SELECT count(DISTINCT m.unit_id)::integer AS units, string_agg(DISTINCT b.name, '、') AS buildings
                  FROM plan_member m JOIN unit u ON u.id = m.unit_id JOIN building b ON b.id = u.building_id
                 WHERE m.micro_grid_id = g.id) n,
       LATERAL (SELECT string_agg(s.name, '、' ORDER BY s.name) AS worker FROM assignment a
                  JOIN person s ON s.id = a.person_id
                 WHERE a.level = 'micro_grid' AND a.place_id = g.id AND (a.until IS NULL OR a.until > now())) w
 WHERE g.plan_id = CAST(:plan AS uuid) AND {_IN.format(code="c.code")} ORDER BY g.code, g.id
"""  # noqa: S608  # our own words
_DOORS = f"""
SELECT h.id::text AS id, c.name AS compound, b.name AS building, u.name AS unit, f.number AS floor, h.door
  FROM household h JOIN floor f ON f.id = h.floor_id JOIN unit u ON u.id = f.unit_id
  JOIN building b ON b.id = u.building_id JOIN compound c ON c.id = b.compound_id
  JOIN community m ON m.id = c.community_id
 WHERE {_IN.format(code="m.code")} ORDER BY c.code, b.code, u.code, f.number, h.door
"""  # noqa: S608  # our own words
# Who reported stays behind: a file goes anywhere. Times are the street's own.
_ISSUES = f"""
SELECT p.code, p.kind, p.category, p.title, p.status, p.severity, p.address, p.source,
       m.name AS community,
       {
    ", ".join(
        f"to_char(p.{name} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS {name}"
        for name in ("reported_at", "due_at", "closed_at")
    )
}, {_SHAPE.format(row="p")}
  FROM issue p JOIN community m ON m.id = p.community_id WHERE {_IN.format(code="m.code")} ORDER BY p.reported_at, p.id
"""  # noqa: S608  # our own words
_COMMUNITY_OF = "JOIN community m ON m.id = p.community_id"
QUERIES: dict[Exported, Query] = {
    Exported.DISTRICT: Query(
        _level("district", ("households", "buildings", "communities")),
        {**_NAMED, "households": _INT, "buildings": _INT, "communities": _INT},
    ),
    Exported.SUBDISTRICT: Query(
        _level("subdistrict", ("households", "buildings", "communities")),
        {**_NAMED, "households": _INT, "buildings": _INT, "communities": _INT},
    ),
    Exported.COMMUNITY: Query(
        _level("community", ("households", "units", "buildings", "compounds"), "p.kind"),
        {**_NAMED, "kind": _TEXT, "households": _INT, "units": _INT, "buildings": _INT, "compounds": _INT},
    ),
    Exported.COMPOUND: Query(
        _level("compound", ("households", "units", "buildings"), "m.name AS community", "p.kind", "p.address",
               code="m.code", joins=_COMMUNITY_OF),
        {**_NAMED, "community": _TEXT, "kind": _TEXT, "address": _TEXT, "households": _INT, "units": _INT,
         "buildings": _INT},
    ),
    Exported.BUILDING: Query(
        _level("building", ("households", "units"), "c.name AS compound", "m.name AS community", "p.address", "p.use",
               "p.floors", "p.built",
               "EXISTS (SELECT FROM unit u WHERE u.building_id = p.id AND u.estimated) AS estimated",
               code="m.code", joins=_COMMUNITY_OF + " JOIN compound c ON c.id = p.compound_id"),
        {**_NAMED, "compound": _TEXT, "community": _TEXT, "address": _TEXT, "use": _TEXT, "floors": _INT,
         "built": _INT, "estimated": _BOOL, "households": _INT, "units": _INT},
    ),
    Exported.UNIT: Query(
        _level("unit", ("households",), "b.name AS building", "c.name AS compound", "p.floor_lo", "p.floor_hi",
               "p.estimated", code="m.code",
               joins=f"{_COMMUNITY_OF} JOIN building b ON b.id = p.building_id"
                     " JOIN compound c ON c.id = b.compound_id"),
        {**_NAMED, "building": _TEXT, "compound": _TEXT, "floor_lo": _INT, "floor_hi": _INT, "estimated": _BOOL,
         "households": _INT},
    ),
    Exported.HOUSEHOLD: Query(
        _DOORS,
        {"id": _TEXT, "compound": _TEXT, "building": _TEXT, "unit": _TEXT, "floor": _INT, "door": _TEXT},
        shaped=False,
    ),
    Exported.BARRIER: Query(
        "SELECT p.id::text AS id, p.kind, p.road_class, p.name, p.name_en, ST_AsBinary(p.geometry) AS shape"
        " FROM barrier p ORDER BY p.id",
        {"id": _TEXT, "kind": _TEXT, "road_class": _TEXT, "name": _TEXT, "name_en": _TEXT},
    ),
    Exported.AREA: Query(
        "SELECT p.id::text AS id, p.kind, p.name, p.name_en, ST_AsBinary(p.geometry) AS shape"
        " FROM area p ORDER BY p.id",
        {"id": _TEXT, "kind": _TEXT, "name": _TEXT, "name_en": _TEXT},
    ),
    Exported.GRID: Query(
        _GRIDS,
        {"id": _TEXT, "code": _TEXT, "name": _TEXT, "community": _TEXT, "compound": _TEXT, "households": _INT,
         "floor_lo": _INT, "floor_hi": _INT, "units": _INT, "buildings": _TEXT, "worker": _TEXT},
    ),
    Exported.ISSUE: Query(
        _ISSUES,
        {"code": _TEXT, "kind": _TEXT, "category": _TEXT, "title": _TEXT, "status": _TEXT,
         "severity": _INT, "address": _TEXT, "source": _TEXT, "community": _TEXT, "reported_at": _TEXT, "due_at": _TEXT,
         "closed_at": _TEXT},
    ),
    Exported.MEMBER: Query(
        _MEMBERS,
        {"grid_id": _TEXT, "grid": _TEXT, "unit_id": _TEXT, "unit_code": _TEXT, "unit": _TEXT, "building": _TEXT,
         "compound": _TEXT, "floor_lo": _INT, "floor_hi": _INT},
    ),
}  # fmt: skip
PLAN_PARTS = (
    Exported.COMMUNITY,
    Exported.COMPOUND,
    Exported.GRID,
    Exported.BUILDING,
    Exported.MEMBER,
    Exported.BARRIER,
)
"""What a whole plan is, from the ground up; formats of one layer get its grids."""
OF_PLAN = {Exported.GRID, Exported.MEMBER, Exported.PLAN}
"""Layers that need a plan."""
PLAN = """
SELECT p.id::text AS id, p.name, p.state, coalesce(c.code, s.code, '') AS within, coalesce(c.name, s.name) AS place
  FROM plan p JOIN subdistrict s ON s.id = p.subdistrict_id LEFT JOIN community c ON c.id = p.community_id
 WHERE CAST(:plan AS text) IN (p.id::text, p.name)
    OR (CAST(:plan AS text) = '' AND p.in_force)
 ORDER BY p.created_at DESC LIMIT 1
"""


def parts_of(what: Exported, suffix: str) -> list[Exported]:
    """The layers that make up what was asked for, in a format of this ending."""
    if what is Exported.PLAN:
        return [Exported.GRID] if suffix in ONE else list(PLAN_PARTS)
    return [Exported.COMPOUND, Exported.BUILDING] if suffix == ".pdf" else [what]


def layer_of(kind: Exported, rows: Iterable[Mapping[str, Any]]) -> Layer:
    """Rows of a statement as a layer, degrees WGS-84."""
    query = QUERIES[kind]
    listed = list(rows)
    arrays = [pa.array([row[name] for row in listed], type_) for name, type_ in query.columns.items()]
    shapes = np.full(len(listed), None, dtype=object)
    if query.shaped:
        shapes = np.array(shapely.from_wkb([row[SHAPE] for row in listed]), dtype=object)
    table = pa.table(arrays, names=list(query.columns))
    return Layer(kind.value, table, shapes, 4326 if query.shaped else None)
