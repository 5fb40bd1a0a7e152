"""Carries into the places what a draft says of them: buildings and units added, removed, corrected, moved next door.

A draft may be right where the register is not. With its publication the register follows, in the same transaction. Only
what planners changed by hand is carried (the log says what); where the register differs otherwise, it was changed since
the draft began, and publication refuses that. Doors that are registered one by one count for themselves: a draft cannot
count or remove them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.errors import ConflictError
from api.plans.ground import community_seen
from api.plans.projection import project
from geo.topology.survey import ground_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.plans.sheet import Sheet
    from geo.topology.ground import BuildingSite, Ground, UnitSite

PARTS = ("compounds", "buildings", "units")
SAME_M = 2e-3
"""Shapes that differ by less than this have only been to the globe and back."""
# What was changed by hand in this draft, or in the drafts that it was copied from.
CHANGED = text("""
WITH RECURSIVE line AS (
  SELECT id, base_id FROM plan WHERE id = :plan
  UNION SELECT p.id, p.base_id FROM plan p JOIN line l ON p.id = l.base_id
)
SELECT DISTINCT mark FROM line JOIN plan_operation o ON o.plan_id = line.id AND o.community_id = :community
 CROSS JOIN unnest(o.touched) mark WHERE mark ~ '^(compounds|buildings|units):'
""")
REGISTERED = text("""
SELECT DISTINCT u.id::text FROM unit u JOIN floor f ON f.unit_id = u.id JOIN household h ON h.floor_id = f.id
 WHERE u.community_id = :community
""")
OUTLINE = text("UPDATE compound SET geometry = ST_Multi(ST_GeomFromWKB(:shape, 4326)) WHERE id = :id")
PUT_BUILDING = text("""
INSERT INTO building (id, compound_id, community_id, name, floors, geometry)
VALUES (:id, :compound, :community, :name, :floors, ST_GeomFromWKB(:shape, 4326))
    ON CONFLICT (id) DO UPDATE SET compound_id = excluded.compound_id, geometry = excluded.geometry,
       floors = greatest(building.floors, excluded.floors)
""")
PUT_UNIT = text("""
INSERT INTO unit (id, building_id, community_id, name, floor_lo, floor_hi, households_declared, geometry)
VALUES (:id, :building, :community, :name, :lo, :hi, :households, ST_GeomFromWKB(:shape, 4326))
    ON CONFLICT (id) DO UPDATE SET building_id = excluded.building_id, floor_lo = excluded.floor_lo,
       floor_hi = excluded.floor_hi, households_declared = excluded.households_declared, geometry = excluded.geometry
""")
CLEAR_FLOORS = text("""
DELETE FROM floor f WHERE f.unit_id = :id AND NOT EXISTS (SELECT FROM household h WHERE h.floor_id = f.id)
""")
PUT_FLOORS = text("""
INSERT INTO floor (unit_id, community_id, number, households_declared)
SELECT :id, :community, a.number, a.households
  FROM unnest(CAST(:numbers AS integer[]), CAST(:households AS integer[])) AS a(number, households)
 WHERE a.number <> 0
""")
DELETE = {
    "units": text("DELETE FROM unit WHERE id = :id"),
    "buildings": text("DELETE FROM building WHERE id = :id"),
}
RETIRE = {
    "units": text("UPDATE unit SET households_declared = 0, gone_on = :on WHERE id = :id"),
    "buildings": text("UPDATE building SET gone_on = :on WHERE id = :id"),
}
NEW_BUILDING, NEW_UNIT = "新增楼栋", "新增单元"


@dataclass(frozen=True, slots=True)
class Carried:
    """What a draft says otherwise than the places, by part.

    Attributes:
        by_hand: keys that planners changed: these are carried.
        elsewhere: keys that differ though no planner touched them: the register was changed since.
        registered: units by hand whose doors are registered one by one: these are not a draft's to count.
    """

    by_hand: Mapping[str, frozenset[str]]
    elsewhere: frozenset[str]
    registered: frozenset[str]

    @property
    def blocked(self) -> frozenset[str]:
        """Units that keep the draft from being published."""
        return self.elsewhere | self.registered


async def differing(session: AsyncSession, sheet: Sheet) -> Carried:
    """Compare a sheet with the places of its community."""
    where = {"plan": sheet.plan_id, "community": sheet.community_id}
    marks = {tuple(mark.split(":", 1)) for mark in (await session.execute(CHANGED, where)).scalars()}
    ground = ground_of(await community_seen(session, sheet.community_id), sheet.plane)
    doors = set((await session.execute(REGISTERED, where)).scalars())
    found = {part: _different(sheet, ground, part) for part in PARTS}
    by_hand = {part: frozenset(key for key in found[part] if (part, key) in marks) for part in PARTS}
    recounted = {key for key in by_hand["units"] & doors if _is_recounted(sheet, ground, key)}
    return Carried(by_hand, found["units"] - by_hand["units"], frozenset(recounted))


def _different(sheet: Sheet, ground: Ground, part: str) -> frozenset[str]:
    here: Mapping[str, Any] = getattr(sheet.plan, part)
    there = {site.key: site for site in getattr(ground, part)}
    return frozenset(key for key in here.keys() | there.keys() if not _same(here.get(key), there.get(key)))


def _same(here: Any, there: Any) -> bool:
    if here is None or there is None:
        return here is there
    if hasattr(here, "households"):
        return _counted(here) == _counted(there) and (here.geometry is None or _alike(here.geometry, there.geometry))
    if hasattr(here, "compound") and here.compound != there.compound:
        return False
    return _alike(here.geometry, there.geometry)


def _counted(site: UnitSite) -> tuple[Any, ...]:
    by_floor = site.floor_households if any(site.floor_households) else ()
    return (site.building, site.households, site.floor_lo, site.floor_hi, by_floor)


def _alike(one: Any, other: Any) -> bool:
    return bool(one.equals_exact(other, SAME_M) or one.normalize().equals_exact(other.normalize(), SAME_M))


def _is_recounted(sheet: Sheet, ground: Ground, key: str) -> bool:
    site = sheet.plan.units.get(key)
    there = next((unit for unit in ground.units if unit.key == key), None)
    return site is None or there is None or _counted(site) != _counted(there)


async def carry(session: AsyncSession, sheet: Sheet, carried: Carried, on: date) -> None:
    """Write what planners changed into the places, and the members of changed units as the sheet has them.

    Args:
        session: the publisher's transaction.
        sheet: what is published.
        carried: ``differing(session, sheet)``; nothing of it is blocked.
        on: since when what is gone is gone.

    Raises:
        ConflictError: the places refuse it, for instance a building outside its compound.
    """
    by_hand = carried.by_hand
    if not any(by_hand.values()):
        return
    plan = sheet.plan
    await session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    for key in sorted(by_hand["compounds"] & plan.compounds.keys()):
        shape = _on_globe(sheet, plan.compounds[key].geometry)
        await session.execute(OUTLINE, {"id": key, "shape": shape})
    for key in sorted(by_hand["buildings"] & plan.buildings.keys()):
        await session.execute(PUT_BUILDING, _building_row(sheet, plan.buildings[key]))
    for key in sorted(by_hand["units"] & plan.units.keys()):
        await _put_unit(session, sheet, plan.units[key])
    for part in ("units", "buildings"):
        for key in sorted(by_hand[part] - getattr(plan, part).keys()):
            await _retire(session, part, key, on)
    try:
        await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    except IntegrityError as error:
        raise ConflictError(
            "方案中更正的楼栋与底册中的小区范围不符,不能发布。",
            "A building that the draft corrects does not fit the outlines in the register: it can not be published.",
        ) from error
    units = by_hand["units"] & plan.units.keys()
    grids = {band.grid for key in units for band in plan.bands[key] if band.grid is not None}
    await project(session, sheet, grids, units)


def _on_globe(sheet: Sheet, shape: Any) -> bytes:
    return bytes(shapely.to_wkb(sheet.plane.to_source(shape)))


def _building_row(sheet: Sheet, site: BuildingSite) -> dict[str, Any]:
    floors = [unit.floor_hi for unit in sheet.plan.units.values() if unit.building == site.key]
    return {
        "id": site.key,
        "compound": site.compound,
        "community": sheet.community_id,
        "name": NEW_BUILDING,
        "floors": max([1, *floors]),
        "shape": _on_globe(sheet, site.geometry),
    }


async def _put_unit(session: AsyncSession, sheet: Sheet, site: UnitSite) -> None:
    row = {
        "id": site.key,
        "building": site.building,
        "community": sheet.community_id,
        "name": NEW_UNIT,
        "lo": site.floor_lo,
        "hi": site.floor_hi,
        "households": site.households,
        "shape": _on_globe(sheet, _part(sheet, site)),
    }
    await session.execute(PUT_UNIT, row)
    await session.execute(CLEAR_FLOORS, row)
    if any(site.floor_households):
        numbers = list(range(site.floor_lo, site.floor_hi + 1))
        await session.execute(PUT_FLOORS, {**row, "numbers": numbers, "households": list(site.floor_households)})


def _part(sheet: Sheet, site: UnitSite) -> Any:
    """Where a unit stands: its own part, or what of its building lies on its ground."""
    if site.geometry is not None:
        return site.geometry
    whole = sheet.plan.buildings[site.building].geometry
    if isinstance(whole, shapely.Point):
        return whole
    pieces = shapely.get_parts(shapely.intersection(whole, sheet.plan.cells[site.key]))
    areal = [piece for piece in pieces if shapely.area(piece) > 0]
    return max(areal, key=shapely.area) if areal else whole.point_on_surface()


async def _retire(session: AsyncSession, part: str, key: str, on: date) -> None:
    """Delete a place; one that history still names stays, empty, and says since when."""
    try:
        async with session.begin_nested():
            if part == "units":
                await session.execute(CLEAR_FLOORS, {"id": key})
            await session.execute(DELETE[part], {"id": key})
    except IntegrityError:
        if part == "units":
            await session.execute(CLEAR_FLOORS, {"id": key})
        await session.execute(RETIRE[part], {"id": key, "on": on})
