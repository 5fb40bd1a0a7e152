"""Writes what has changed in a sheet into the tables that maps, rosters and counts read: grids and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from sqlalchemy import text

from api.errors import InvalidError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.plans.sheet import Sheet
    from geo.topology.plan import Plan

# A key that names a grid of another plan is not taken over.
PUT_GRIDS = text("""
INSERT INTO micro_grid AS m
  (id, plan_id, community_id, compound_id, name, floor_lo, floor_hi, households, locked, geometry)
SELECT g.id, :plan, :community, c.id, g.name, g.lo, g.hi, g.households, g.locked,
       ST_Multi(ST_GeomFromWKB(g.shape, 4326))
  FROM unnest(CAST(:ids AS uuid[]), CAST(:compounds AS uuid[]), CAST(:names AS text[]), CAST(:los AS integer[]),
              CAST(:his AS integer[]), CAST(:households AS integer[]), CAST(:locked AS boolean[]),
              CAST(:shapes AS bytea[])) AS g(id, compound_id, name, lo, hi, households, locked, shape)
  LEFT JOIN compound c ON c.id = g.compound_id AND c.community_id = :community
    ON CONFLICT (id) DO UPDATE SET compound_id = excluded.compound_id, name = excluded.name,
       floor_lo = excluded.floor_lo, floor_hi = excluded.floor_hi, households = excluded.households,
       locked = excluded.locked, geometry = excluded.geometry
 WHERE m.plan_id = excluded.plan_id
RETURNING id
""")
DROP_GRIDS = text("DELETE FROM micro_grid WHERE plan_id = :plan AND id = ANY(CAST(:ids AS uuid[]))")
DROP_MEMBERS = text("DELETE FROM plan_member WHERE plan_id = :plan AND unit_id = ANY(CAST(:units AS uuid[]))")
# Units that a draft has added stand in the places only once the plan is published.
PUT_MEMBERS = text("""
INSERT INTO plan_member (plan_id, unit_id, community_id, micro_grid_id, floors)
SELECT :plan, u.id, :community, m.grid, m.floors
  FROM (SELECT a.unit, a.grid, int4range(a.lo, a.hi, '[]') AS floors
          FROM unnest(CAST(:units AS uuid[]), CAST(:grids AS uuid[]), CAST(:los AS integer[]), CAST(:his AS integer[]))
            AS a(unit, grid, lo, hi)) m
  JOIN unit u ON u.id = m.unit AND u.community_id = :community
   AND m.floors && int4range(u.floor_lo, u.floor_hi, '[]')
""")


def grids_of(before: Plan, after: Plan, changes: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Grids whose polygon, households, name or floors may have changed with some keys of the plan's parts."""
    found = set(changes.get("grids", ()))
    for part in ("bands", "cells", "units"):
        for unit in changes.get(part, ()):
            for plan in (before, after):
                found |= {band.grid for band in plan.bands.get(unit, ()) if band.grid is not None}
    return frozenset(found)


async def project(session: AsyncSession, sheet: Sheet, grids: Iterable[str], units: Iterable[str]) -> None:
    """Write some grids of a sheet, and the members of some units, as the sheet has them.

    Raises:
        InvalidError: a new grid's key is another plan's.
    """
    plan, where = sheet.plan, {"plan": sheet.plan_id, "community": sheet.community_id}
    living = sorted(grid for grid in grids if grid in plan.grids)
    if living:
        put = (await session.execute(PUT_GRIDS, {**where, **_grid_columns(sheet, living)})).scalars().all()
        if len(put) < len(living):
            raise InvalidError("新网格的编号已被别的方案使用。", "The new grid's key belongs to another plan.")
    touched = sorted(units)
    if touched:
        await session.execute(DROP_MEMBERS, {"plan": sheet.plan_id, "units": touched})
        rows = [(unit, band) for unit in touched for band in plan.bands.get(unit, ()) if band.grid is not None]
        if rows:
            columns = {
                "units": [unit for unit, _ in rows],
                "grids": [band.grid for _, band in rows],
                "los": [band.floor_lo for _, band in rows],
                "his": [band.floor_hi for _, band in rows],
            }
            await session.execute(PUT_MEMBERS, {**where, **columns})
    gone = sorted(grid for grid in grids if grid not in plan.grids)
    if gone:
        await session.execute(DROP_GRIDS, {"plan": sheet.plan_id, "ids": gone})


def _grid_columns(sheet: Sheet, grids: list[str]) -> dict[str, list[Any]]:
    plan = sheet.plan
    spans = [_floors(plan, grid) for grid in grids]
    outlines: Any = np.array([plan.outline(grid) for grid in grids], dtype=object)
    shapes = sheet.plane.to_source(outlines)
    return {
        "ids": grids,
        "compounds": [_home(plan, grid) for grid in grids],
        "names": [plan.grids[grid].name for grid in grids],
        "los": [span and span[0] for span in spans],
        "his": [span and span[1] for span in spans],
        "households": [plan.households(grid) for grid in grids],
        "locked": [plan.grids[grid].locked for grid in grids],
        "shapes": [shapely.to_wkb(shape) for shape in shapes],
    }


def _home(plan: Plan, grid: str) -> str:
    """The compound of a grid; of a grid across a lane, the one with most of its dwellings."""
    homes = [plan.compound(unit) for unit, _ in plan.members(grid)]
    return max(sorted(set(homes)), key=homes.count)


def _floors(plan: Plan, grid: str) -> tuple[int, int] | None:
    """Lowest and highest floor of a grid that shares a unit with another; grids on the ground alone have none."""
    own = [(unit, plan.bands[unit][place]) for unit, place in plan.members(grid)]
    if all(len(plan.bands[unit]) == 1 for unit, _ in own):
        return None
    return min(band.floor_lo for _, band in own), max(band.floor_hi for _, band in own)
