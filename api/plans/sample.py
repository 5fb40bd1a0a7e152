"""Puts the plan that ships with the sample in force, so that a first start shows grids and reports find theirs.

``data/samples/plan.json`` is made by ``geo.drawing.sample``; drawing it at the first start would take half a minute.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from psycopg.types.range import Range

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection

SINCE = "2026-01-01"
ADD_PLAN = """
INSERT INTO plan (subdistrict_id, community_id, name, state, least, most, target, effective)
SELECT subdistrict_id, id, name || '2026年度网格方案', 'draft', %s, %s, %s, NULL
  FROM community WHERE id = %s RETURNING id
"""
ADD_GRIDS = """
INSERT INTO micro_grid
  (id, plan_id, community_id, compound_id, code, name, floor_lo, floor_hi, households, geometry)
SELECT g.id, %(plan)s, %(community)s, g.compound_id, g.code, g.name, (g.floors->>0)::integer, (g.floors->>1)::integer,
       g.households, ST_Multi(ST_GeomFromText(g.outline, 4326))
  FROM jsonb_to_recordset(%(grids)s::jsonb) AS
    g(id uuid, compound_id uuid, code text, name text, floors jsonb, households integer, outline text)
"""
ADD_MEMBER = """
INSERT INTO plan_member (plan_id, unit_id, community_id, micro_grid_id, floors) VALUES (%s, %s, %s, %s, %s)
"""
PUBLISH = "UPDATE plan SET state = 'published', effective = daterange(%s::date, NULL) WHERE id = %s"


def publish_sample(connection: Connection, file: Path) -> None:
    """Publish the file's plan for each of its communities; the connection is the owner's."""
    whole: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    for place in whole["communities"]:
        row = connection.execute(ADD_PLAN, [*whole["rule"], place["community_id"]]).fetchone()
        if row is None:
            continue
        said = {"plan": row[0], "community": place["community_id"], "grids": json.dumps(place["grids"])}
        connection.execute(ADD_GRIDS, said)
        with connection.cursor() as cursor:
            cursor.executemany(
                ADD_MEMBER,
                [
                    (row[0], unit, place["community_id"], grid["id"], Range(low, high + 1))
                    for grid in place["grids"]
                    for unit, low, high in grid["members"]
                ],
            )
        connection.execute(PUBLISH, [SINCE, row[0]])
