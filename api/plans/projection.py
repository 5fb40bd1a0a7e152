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

# What ``plan_project`` and ``plan_write`` (migration 0034) take of grids and members, in their order.
COLUMNS = {
    "grids": "uuid[]",
    "homes": "uuid[]",
    "names": "text[]",
    "los": "integer[]",
    "his": "integer[]",
    "counts": "integer[]",
    "locks": "boolean[]",
    "shapes": "bytea[]",
    "gone": "uuid[]",
    "touched": "uuid[]",
    "members": "uuid[]",
    "owners": "uuid[]",
    "member_los": "integer[]",
    "member_his": "integer[]",
}
ASKED = ", ".join(f"CAST(:{name} AS {kind})" for name, kind in COLUMNS.items())
PROJECT = text(f"SELECT plan_project(:plan, :community, {ASKED})")  # our own words


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
    columns = columns_of(sheet, grids, units)
    where = {"plan": sheet.plan_id, "community": sheet.community_id}
    refuse_foreign(columns, (await session.execute(PROJECT, {**where, **columns})).scalar_one())


def refuse_foreign(columns: Mapping[str, list[Any]], put: int) -> None:
    """See that every grid was taken: a key that names another plan's is not.

    Raises:
        InvalidError: one was not.
    """
    if put < len(columns["grids"]):
        raise InvalidError("新网格的编号已被别的方案使用。", "The new grid's key belongs to another plan.")


def columns_of(sheet: Sheet, grids: Iterable[str], units: Iterable[str]) -> dict[str, list[Any]]:
    """Grids and members as ``COLUMNS``."""
    plan, touched = sheet.plan, sorted(units)
    asked = sorted(grids)
    rows = [(unit, band) for unit in touched for band in plan.bands.get(unit, ()) if band.grid is not None]
    return {
        **_grid_columns(sheet, [grid for grid in asked if grid in plan.grids]),
        "gone": [grid for grid in asked if grid not in plan.grids],
        "touched": touched,
        "members": [unit for unit, _ in rows],
        "owners": [band.grid for _, band in rows],
        "member_los": [band.floor_lo for _, band in rows],
        "member_his": [band.floor_hi for _, band in rows],
    }


def _grid_columns(sheet: Sheet, grids: list[str]) -> dict[str, list[Any]]:
    plan = sheet.plan
    spans = [_floors(plan, grid) for grid in grids]
    outlines: Any = np.array([plan.outline(grid) for grid in grids], dtype=object)
    shapes = sheet.plane.to_source(outlines)
    return {
        "grids": grids,
        "homes": [_home(plan, grid) for grid in grids],
        "names": [plan.grids[grid].name for grid in grids],
        "los": [span and span[0] for span in spans],
        "his": [span and span[1] for span in spans],
        "counts": [plan.households(grid) for grid in grids],
        "locks": [plan.grids[grid].locked for grid in grids],
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
