"""What keeps a plan from being published: dwellings in no grid, rules broken without an exemption, grids torn apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import NotFoundError
from api.plans.carrying import NEW_UNIT, differing
from api.plans.review_schemas import CheckRead, FaultRead
from api.plans.shelf import take_up
from api.rules.service import breaches, today

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.plans.carrying import Carried
    from api.plans.sheet import Sheet
    from api.plans.shelf import Shelf

LISTED = 500

OF_PLAN = """
SELECT c.id FROM community c JOIN plan p ON p.id = :plan
 WHERE (c.id = p.community_id OR (p.community_id IS NULL AND c.subdistrict_id = p.subdistrict_id))
"""
# Whoever sees only what is theirs in a community would be told that everybody else is left out.
VERSION = text(f"""
SELECT version FROM plan WHERE id = :plan AND EXISTS ({OF_PLAN}
   AND ((SELECT whole('communities')) OR c.id IN (SELECT unnest(scope('communities')))))
""")  # noqa: S608  # our own words
UNASSIGNED = text(f"""
SELECT u.id, concat_ws(' ', o.name, h.name, u.name) AS name, u.community_id, h.compound_id, u.households,
       ST_X(ST_PointOnSurface(u.geometry)) AS lon, ST_Y(ST_PointOnSurface(u.geometry)) AS lat,
       ARRAY(SELECT ARRAY[lower(r), upper(r) - 1] FROM unnest(
         int4multirange(int4range(u.floor_lo, u.floor_hi, '[]')) - coalesce(g.held, '{{}}'::int4multirange)) r
       ) AS floors
  FROM unit u JOIN building h ON h.id = u.building_id JOIN compound o ON o.id = h.compound_id
  LEFT JOIN LATERAL (SELECT range_agg(b.floors) AS held FROM plan_member b
                      WHERE b.plan_id = :plan AND b.unit_id = u.id) g ON true
 WHERE u.community_id IN ({OF_PLAN}) AND u.households > 0 AND u.gone_on IS NULL
   AND NOT coalesce(g.held @> int4range(u.floor_lo, u.floor_hi, '[]'), false)
 ORDER BY o.code, h.code, u.code, u.id LIMIT :most
""")  # noqa: S608  # our own words
PLACES = text("""
SELECT id, ST_X(ST_PointOnSurface(geometry)) AS lon, ST_Y(ST_PointOnSurface(geometry)) AS lat FROM micro_grid
 WHERE id = ANY(CAST(:ids AS uuid[])) AND geometry IS NOT NULL
""")
SHEETS = text("SELECT community_id FROM plan_sheet WHERE plan_id = :plan")


async def check(session: AsyncSession, shelf: Shelf, plan_id: UUID, on: date | None = None) -> CheckRead:
    """Everything that publication would refuse, with places and words.

    Args:
        session: the asker's transaction.
        shelf: this process's sheets.
        plan_id: the plan.
        on: the day whose rules and exemptions count; None: today.

    Raises:
        NotFoundError: there is no such plan.
    """
    version = (await session.execute(VERSION, {"plan": plan_id})).scalar()
    if version is None:
        raise NotFoundError("没有这个方案,或您无权查看。", "There is no such plan, or it is not yours to see.")
    rows = (await session.execute(UNASSIGNED, {"plan": plan_id, "most": LISTED})).mappings().all()
    unassigned = [_left_out(dict(row)) for row in rows]
    broken = await _broken(session, plan_id, on or await today(session))
    torn: list[FaultRead] = []
    ground: list[FaultRead] = []
    for community in (await session.execute(SHEETS, {"plan": plan_id})).scalars().all():
        sheet = await take_up(session, shelf, plan_id, community)
        torn += _torn(sheet)
        carried = await differing(session, sheet)
        ground += _blocked(sheet, carried)
        # What the draft counts otherwise than the places is asked of the draft: the places will follow it.
        unassigned = [fault for fault in unassigned if str(fault.id) not in carried.by_hand["units"]]
        unassigned += _unassigned(sheet, carried.by_hand["units"])
    return CheckRead(
        version=version,
        publishable=not (unassigned or torn or ground or any(not fault.exempt for fault in broken)),
        unassigned=unassigned,
        broken=broken,
        torn=torn,
        ground=ground,
    )


def _left_out(row: dict[str, Any]) -> FaultRead:
    floors = "、".join(f"{low}–{high}" for low, high in row["floors"])
    return FaultRead(
        **row,
        zh=f"{row['name']} {floors} 层没有划入任何微网格。",
        en=f"{row['name']}, floors {floors.replace('、', ', ')}, belongs to no micro-grid.",
    )


async def _broken(session: AsyncSession, plan_id: UUID, on: date) -> list[FaultRead]:
    found = await breaches(session, plan_id, on)
    ids = [breach.id for breach in found]
    rows = (await session.execute(PLACES, {"ids": ids})).all()
    at = {row[0]: {"lon": row[1], "lat": row[2]} for row in rows}
    return [
        FaultRead(
            **breach.model_dump(include={"id", "name", "community_id", "compound_id", "households", "least", "most"}),
            **at.get(breach.id, {}),
            exempt=breach.exemption_id is not None,
            zh=f"{breach.name}有 {breach.households} 户,规定 {breach.least}–{breach.most} 户。",
            en=f"{breach.name} has {breach.households} households; the rule says {breach.least} to {breach.most}.",
        )
        for breach in found
    ]


def _torn(sheet: Sheet) -> list[FaultRead]:
    return [
        FaultRead(
            id=grid.key,
            name=grid.name,
            community_id=sheet.community_id,
            households=sheet.plan.households(grid.key),
            zh=f"{grid.name}分成互不相连的几块。",
            en=f"{grid.name} lies in pieces that are not connected.",
        )
        for grid in sheet.plan.grids.values()
        if sheet.plan.pieces(grid.key) > 1
    ]


def _unassigned(sheet: Sheet, units: Iterable[str]) -> list[FaultRead]:
    """Floors in no grid of units that the draft counts for itself."""
    plan = sheet.plan
    found = []
    for key in sorted(plan.units.keys() & set(units)):
        bands = [band for band in plan.bands[key] if band.grid is None]
        count = sum(plan.behind(key, band.floor_lo, band.floor_hi) for band in bands)
        if count:
            middle = sheet.plane.to_source(plan.cells[key].point_on_surface())
            row = {
                "id": key,
                "name": NEW_UNIT,
                "community_id": sheet.community_id,
                "compound_id": plan.compound(key),
                "households": count,
                "floors": [(band.floor_lo, band.floor_hi) for band in bands],
                "lon": middle.x,
                "lat": middle.y,
            }
            found.append(_left_out(row))
    return found


def _blocked(sheet: Sheet, carried: Carried) -> list[FaultRead]:
    """Units that keep the draft from being carried into the places."""
    words = {
        True: (
            "这个单元的住户已逐户登记,方案不能更改其户数,请在底册中更正。",
            "The doors of this unit are registered one by one: a draft can not count them; correct the register.",
        ),
        False: (
            "底册中的这个单元在方案起草之后有变化,请从现行方案重新起草。",
            "This unit was changed in the register since the draft began: begin anew from the plan in force.",
        ),
    }
    return [
        FaultRead(
            id=key,
            name=key,
            community_id=sheet.community_id,
            households=sheet.plan.units[key].households if key in sheet.plan.units else 0,
            zh=words[key in carried.registered][0],
            en=words[key in carried.registered][1],
        )
        for key in sorted(carried.blocked)
    ]
