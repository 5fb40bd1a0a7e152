"""Counts and rates of areas: per hundred households, or per hour of patrol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import text

from api.heat import count
from api.heat.schemas import FIRST_DAY, LAST_DAY, AreaRead, AreasRead, NoteRead
from api.heat.service import look, notes_of
from geo.heat.rates import Rate, per_hour, per_hundred

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.heat.schemas import Level, Question
    from api.heat.service import Looked
    from api.heat.watch import Watch

COLUMN = {"community": "community", "compound": "compound", "micro_grid": "grid"}
AREAS = {
    "district": "SELECT id, name, name_en, households FROM district",
    "subdistrict": "SELECT id, name, name_en, households FROM subdistrict",
    "community": "SELECT id, name, name_en, households FROM community",
    "compound": "SELECT id, name, name_en, households FROM compound",
    "micro_grid": "SELECT id, name, '' AS name_en, households FROM micro_grid WHERE id = ANY(:wanted)",
}
PARENTS = {
    "district": (
        "SELECT c.id::text AS key, s.district_id AS id FROM community c JOIN subdistrict s ON s.id = c.subdistrict_id"
    ),
    "subdistrict": "SELECT c.id::text AS key, c.subdistrict_id AS id FROM community c",
}
HOURS = {
    "community": "SELECT community_id AS id, hours FROM patrol_hours(:first, :last)",
    "subdistrict": (
        "SELECT c.subdistrict_id AS id, sum(h.hours) AS hours FROM patrol_hours(:first, :last) h"
        " JOIN community c ON c.id = h.community_id GROUP BY 1"
    ),
    "district": (
        "SELECT s.district_id AS id, sum(h.hours) AS hours FROM patrol_hours(:first, :last) h"
        " JOIN community c ON c.id = h.community_id JOIN subdistrict s ON s.id = c.subdistrict_id GROUP BY 1"
    ),
}


async def read_areas(
    session: AsyncSession, watch: Watch, asked: Question, level: Level, base: str = "households"
) -> AreasRead:
    """Counts and rates of the areas of a level that the asker may see."""
    looked = await look(session, watch, asked)
    counted = await _by_area(session, looked, level)
    hours = await _hours(session, asked, level) if base == "patrol_hours" else None
    values = {"wanted": list(counted)} if level == "micro_grid" else {}
    areas = [_area(row, counted.pop(row.id, 0), hours) for row in await session.execute(text(AREAS[level]), values)]
    areas.sort(key=lambda a: (-a.count, a.name))
    return AreasRead(
        seen=looked.seen,
        version=watch.version,
        level=level,
        areas=areas,
        elsewhere=count.total(looked.facts, looked.sieve) - sum(a.count for a in areas),
        notes=[*notes_of(looked, asked), *_no_base(areas, hours, level)],
    )


def _area(row: Any, many: int, hours: dict[UUID, float] | None) -> AreaRead:
    own = None if hours is None else hours.get(row.id, 0.0)
    rate: Rate = per_hundred(many, row.households) if hours is None else per_hour(many, own)
    return AreaRead(
        id=row.id,
        name=row.name,
        name_en=row.name_en,
        count=rate.count,
        households=row.households,
        hours=None if own is None else round(own, 2),
        rate=None if rate.value is None else round(rate.value, 4),
        state=rate.state.value,
    )


def _no_base(areas: list[AreaRead], hours: dict[UUID, float] | None, level: Level) -> list[NoteRead]:
    """Where there is nothing to divide by: that is no calm."""
    without = [a for a in areas if a.state == "no-data"]
    if not without:
        return []
    many, issues = len(without), sum(a.count for a in without)
    if hours is None:
        zh = f"{many}个区域没有住户,不计每百户,其中有{issues}件"
        en = f"{many:,} areas have no households, so no rate is told; they hold {issues:,} issues"
    elif level not in HOURS:
        zh = "巡查时长只记到社区,更细的区域没有每小时件数"
        en = "Hours of patrol are known by community only: smaller areas have no rate an hour"
    else:
        zh = f"{many}个区域在此时段没有巡查记录,不等于平静,其中有{issues}件"
        en = f"{many:,} areas were not patrolled in this period, which is not calm; they hold {issues:,} issues"
    return [NoteRead(doubt="no-base", count=many, zh=zh, en=en)]


async def _hours(session: AsyncSession, asked: Question, level: Level) -> dict[UUID, float]:
    if level not in HOURS:
        return {}
    first, last = asked.since or FIRST_DAY, asked.until or LAST_DAY
    return {row.id: row.hours for row in await session.execute(text(HOURS[level]), {"first": first, "last": last})}


async def _by_area(session: AsyncSession, looked: Looked, level: Level) -> dict[UUID, int]:
    column = COLUMN.get(level, "community")
    by_number = count.by(looked.facts, looked.sieve, column)
    by_number.pop(0, None)
    if level in COLUMN:
        return {UUID(looked.watch.name[no]): many for no, many in by_number.items()}
    above: dict[UUID, int] = {}
    for row in await session.execute(text(PARENTS[level])):
        no = looked.watch.number.get(("community", row.key))
        if no is not None:
            above[row.id] = above.get(row.id, 0) + by_number.get(no, 0)
    return above
