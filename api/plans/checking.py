"""What keeps a plan from being published: dwellings in no grid, rules broken without an exemption, grids torn apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import NotFoundError
from api.plans.review_schemas import CheckRead, FaultRead
from api.plans.shelf import take_up
from api.rules.service import breaches, today

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

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
 WHERE u.community_id IN ({OF_PLAN}) AND u.households > 0
   AND NOT coalesce(g.held @> int4range(u.floor_lo, u.floor_hi, '[]'), false)
 ORDER BY o.code, h.code, u.code, u.id LIMIT :most
""")  # noqa: S608  # our own words
PLACES = text("""
SELECT id, ST_X(ST_PointOnSurface(geometry)) AS lon, ST_Y(ST_PointOnSurface(geometry)) AS lat FROM micro_grid
 WHERE id = ANY(CAST(:ids AS uuid[])) AND geometry IS NOT NULL
""")
SHEETS = text("SELECT community_id FROM plan_sheet WHERE plan_id = :plan")
THERE = text("""
SELECT u.id::text, u.households, u.floor_lo, u.floor_hi, u.building_id::text FROM unit u
 WHERE u.community_id = :community
""")


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
        there = (await session.execute(THERE, {"community": community})).all()
        ground += _differing(sheet, {row[0]: tuple(row[1:]) for row in there})
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


def _differing(sheet: Sheet, there: dict[str, tuple[Any, ...]]) -> list[FaultRead]:
    """Units that the draft counts otherwise than the places do: buildings added, gone or counted anew by hand."""
    drawn = {
        key: (site.households, site.floor_lo, site.floor_hi, site.building) for key, site in sheet.plan.units.items()
    }
    differing = sorted(key for key in drawn.keys() | there.keys() if drawn.get(key) != there.get(key))
    return [
        FaultRead(
            id=key,
            name=key,
            community_id=sheet.community_id,
            households=(drawn.get(key) or there[key])[0],
            zh="方案中的楼栋或户数与底册不一致,请先更正底册,再从底册更新方案。",
            en="The draft counts this unit otherwise than the register of places: correct the register, then refresh.",
        )
        for key in differing
    ]
