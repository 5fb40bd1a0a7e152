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

    from api.heat.schemas import Base, Level, Question
    from api.heat.service import Looked
    from api.heat.watch import Watch

COLUMN = {"community": "community", "compound": "compound", "micro_grid": "grid"}
AREAS = {
    "district": (
        "SELECT d.id, d.name, d.name_en, d.households, ARRAY(SELECT s.id FROM subdistrict s WHERE s.district_id = d.id)"
        " AS parts FROM district d"
    ),
    "subdistrict": "SELECT id, name, name_en, households FROM subdistrict",
    "community": "SELECT id, name, name_en, households FROM community",
    "compound": "SELECT id, name, name_en, households FROM compound",
    "micro_grid": """
      SELECT m.id, m.name, '' AS name_en, m.households FROM micro_grid m WHERE m.id = ANY(:wanted)
      UNION SELECT m.id, m.name, '', m.households FROM plan n JOIN micro_grid m ON m.plan_id = n.id
       WHERE n.state = 'published' AND n.effective @> (now() AT TIME ZONE 'Asia/Shanghai')::date
         AND CAST(:quiet AS boolean)
         AND (SELECT count(*) FROM (SELECT FROM micro_grid LIMIT CAST(:most AS bigint)) AS few) < CAST(:most AS bigint)
    """,
}
MOST_GRIDS = 20_000
"""Micro-grids from which on those without issues are left out: a city has 120,000."""
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
    "compound": "SELECT id, hours FROM patrol_hours_within('compound', :first, :last) WHERE id IS NOT NULL",
    "micro_grid": "SELECT id, hours FROM patrol_hours_within('micro_grid', :first, :last) WHERE id IS NOT NULL",
}
BY_TRACK = frozenset({"compound", "micro_grid"})
"""Levels whose hours are known from tracks alone; of communities it is known when a round began and ended."""
IN_ALL = "SELECT coalesce(sum(hours), 0) FROM patrol_hours(:first, :last)"
LITTLE_H = 0.05


async def read_areas(
    session: AsyncSession, watch: Watch, asked: Question, level: Level, base: Base = "households"
) -> AreasRead:
    """Counts and rates of the areas of a level that the asker may see."""
    looked = await look(session, watch, asked)
    counted = await _by_area(session, looked, level)
    hours, untold = (await _hours(session, asked, level)) if base == "patrol_hours" else (None, ())
    values = (
        {"wanted": list(counted), "quiet": _knows_calm(looked), "most": MOST_GRIDS} if level == "micro_grid" else {}
    )
    areas = [_area(row, counted.pop(row.id, 0), hours) for row in await session.execute(text(AREAS[level]), values)]
    areas.sort(key=lambda a: (-a.count, a.name))
    return AreasRead(
        seen=looked.seen,
        version=watch.version,
        level=level,
        areas=areas,
        elsewhere=count.total(looked.facts, looked.sieve) - sum(a.count for a in areas),
        notes=[
            *notes_of(looked, asked),
            *_no_base(areas, hours, level),
            *untold,
        ],
    )


def _knows_calm(looked: Looked) -> bool:
    """Whether a grid without an issue in the asker's sight has none: not so for who sees a body's or a grid's alone."""
    return looked.sight.everything or bool(looked.sight.community)


def _area(row: Any, many: int, hours: dict[UUID, float] | None) -> AreaRead:
    own = None if hours is None else hours.get(row.id, 0.0)
    rate: Rate = per_hundred(many, row.households) if hours is None else per_hour(many, own)
    return AreaRead(
        id=row.id,
        name=row.name,
        name_en=row.name_en,
        count=rate.count,
        households=row.households,
        parts=getattr(row, "parts", []),
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
    else:
        zh = f"{many}个区域在此时段没有巡查{'轨迹' if level in BY_TRACK else '记录'},不等于平静,其中有{issues}件"
        en = f"{many:,} areas were not patrolled in this period, which is not calm; they hold {issues:,} issues"
    return [NoteRead(doubt="no-base", count=many, zh=zh, en=en)]


async def _hours(
    session: AsyncSession, asked: Question, level: Level
) -> tuple[dict[UUID, float], tuple[NoteRead, ...]]:
    """Hours of patrol by area, and what is to be said of hours that no area has.

    Where tracks tell less than half of the hours, they tell nothing of the areas: issues of a year over the hours of a
    month are no rate.
    """
    days = {"first": asked.since or FIRST_DAY, "last": asked.until or LAST_DAY}
    hours: dict[UUID, float] = {row.id: row.hours for row in await session.execute(text(HOURS[level]), days)}
    if level not in BY_TRACK:
        return hours, ()
    in_all = float((await session.execute(text(IN_ALL), days)).scalar_one())
    known = sum(hours.values())
    if known * 2 < in_all:
        zh = f"此时段 {in_all:.0f} 小时巡查中只有 {known:.0f} 小时有轨迹,不足一半,不计每小时件数;可选近一些的时段"
        en = (
            f"Of {in_all:,.0f} hours of patrol in this period only {known:,.0f} have a track, less than half: no rate"
            " an hour is told. A more recent period may have"
        )
        return {}, (NoteRead(doubt="no-track", count=round(in_all - known), zh=zh, en=en),)
    if in_all - known < LITTLE_H:
        return hours, ()
    zh = f"另有 {in_all - known:.1f} 小时巡查没有轨迹或不在任何区域之内,无法计入各区域"
    en = f"{in_all - known:,.1f} more hours of patrol have no track, or lie in no area, and are counted with none"
    return hours, (NoteRead(doubt="no-track", count=round(in_all - known), zh=zh, en=en),)


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
