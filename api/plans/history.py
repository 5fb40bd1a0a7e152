"""History: who served a building on 1 March, the map as of any day, the life of a grid.

Plans rule by the day (``plan_reign``); a grid that a report or a patrol was given stays as it was, since published
plans are never changed. A moment is read in Shanghai, where the day turns.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import InvalidError, NotFoundError
from api.plans.history_schemas import GridLife, GridThen, ReignRead, ServedRead

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

SHANGHAI = timezone(timedelta(hours=8))
MOST_GRIDS = 5_000

THEN = """
SELECT m.id, m.code, m.name, m.households, m.compound_id, o.name AS compound, m.community_id, c.name AS community,
       m.plan_id, p.name AS plan, lower(r.effective) AS since, upper(r.effective) - 1 AS until,
       {floors}
       coalesce((SELECT jsonb_agg(jsonb_build_object('person_id', a.person_id, 'name', s.name, 'role', a.role,
                                                     'post', a.post) ORDER BY a.n)
          FROM staff_at(m.id, NULL, NULL, :at) WITH ORDINALITY a (person_id, role, post, level, place_id, n)
          LEFT JOIN person s ON s.id = a.person_id), '[]') AS staff
"""
FROM_MEMBERS = """
  FROM plan_member b
  JOIN plan_reign r ON r.plan_id = b.plan_id AND r.community_id = b.community_id AND r.effective @> CAST(:day AS date)
       AND upper_inf(r.recorded)
  JOIN micro_grid m ON m.id = b.micro_grid_id JOIN plan p ON p.id = m.plan_id
  JOIN community c ON c.id = m.community_id LEFT JOIN compound o ON o.id = m.compound_id
"""
OF_UNITS = text(
    THEN.format(floors="lower(b.floors) AS floor_lo, upper(b.floors) - 1 AS floor_hi, b.unit_id,")
    + FROM_MEMBERS
    + " WHERE b.unit_id = ANY(CAST(:units AS uuid[])) ORDER BY b.unit_id, b.floors"
)
# The community is found first: one plan rules it that day, and its grids near the place are few.
AT_PLACE = text(
    THEN.format(floors="m.floor_lo, m.floor_hi, NULL::uuid AS unit_id,")
    + """
  FROM community c
  JOIN plan_reign r ON r.community_id = c.id AND r.effective @> CAST(:day AS date) AND upper_inf(r.recorded)
  JOIN plan p ON p.id = r.plan_id JOIN micro_grid m ON m.plan_id = p.id AND m.community_id = c.id
  LEFT JOIN compound o ON o.id = m.compound_id
 WHERE c.geometry && ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)
   AND ST_Covers(c.geometry, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))
   AND m.geometry && ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)
   AND ST_Covers(m.geometry, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))
 ORDER BY m.floor_lo NULLS FIRST, m.id LIMIT 50
"""
)
UNITS_OF = text("SELECT id FROM unit WHERE building_id = :building OR id = :unit ORDER BY code, id")
MAP = text("""
SELECT jsonb_build_object('type', 'FeatureCollection', 'features', coalesce(jsonb_agg(jsonb_build_object(
         'type', 'Feature', 'id', m.id, 'geometry', ST_AsGeoJSON(m.geometry, 7)::jsonb,
         'properties', jsonb_build_object('code', m.code, 'name', m.name, 'households', m.households,
           'floor_lo', m.floor_lo, 'floor_hi', m.floor_hi, 'compound_id', m.compound_id, 'plan_id', m.plan_id,
           'obeys', m.households BETWEEN p.least AND p.most)) ORDER BY m.code, m.id), '[]'))::text
  FROM plan_reign r JOIN plan p ON p.id = r.plan_id
  JOIN micro_grid m ON m.plan_id = r.plan_id AND m.community_id = r.community_id
 WHERE r.community_id = :community AND r.effective @> CAST(:day AS date) AND upper_inf(r.recorded)
""")
COMMUNITY = text("SELECT EXISTS (SELECT FROM community WHERE id = :community)")
REIGNS = text("""
SELECT r.plan_id, p.name AS plan, r.community_id, lower(r.effective) AS since, upper(r.effective) - 1 AS until,
       lower(r.recorded) AS recorded_at,
       (SELECT count(*) FROM micro_grid m WHERE m.plan_id = r.plan_id AND m.community_id = r.community_id) AS grids
  FROM plan_reign r JOIN plan p ON p.id = r.plan_id
 WHERE r.community_id = :community AND upper_inf(r.recorded) ORDER BY lower(r.effective)
""")
LIFE = text("""
SELECT m.id, m.code, m.name, m.households, m.compound_id, o.name AS compound, m.community_id, c.name AS community,
       m.plan_id, p.name AS plan, p.state, lower(r.effective) AS since, upper(r.effective) - 1 AS until,
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'households', s.households)
                                  ORDER BY s.households DESC, g.id)
          FROM plan_succession s JOIN micro_grid g ON g.id = s.former_id WHERE s.grid_id = m.id), '[]') AS predecessors,
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'households', s.households)
                                  ORDER BY s.households DESC, g.id)
          FROM plan_succession s JOIN micro_grid g ON g.id = s.grid_id WHERE s.former_id = m.id), '[]') AS successors,
       coalesce((SELECT jsonb_agg(jsonb_build_object('person_id', a.person_id, 'name', s.name, 'role', a.role,
                                  'post', a.post, 'since', a.since, 'until', a.until) ORDER BY a.since, a.id)
          FROM assignment a LEFT JOIN person s ON s.id = a.person_id
         WHERE a.level = 'micro_grid' AND a.place_id = m.id), '[]') AS staff
  FROM micro_grid m JOIN plan p ON p.id = m.plan_id JOIN community c ON c.id = m.community_id
  LEFT JOIN compound o ON o.id = m.compound_id
  LEFT JOIN plan_reign r ON r.plan_id = m.plan_id AND r.community_id = m.community_id AND upper_inf(r.recorded)
 WHERE m.id = :grid
""")


def moment_of(said: str) -> tuple[date, datetime]:
    """A day in Shanghai and a moment of it: noon, where only the day was said.

    >>> moment_of("2026-03-01")[1].isoformat()
    '2026-03-01T12:00:00+08:00'

    Raises:
        InvalidError: it is neither a day nor a moment.
    """
    try:
        if len(said) == len("2026-03-01"):
            day = date.fromisoformat(said)
            return day, datetime.combine(day, time(12), SHANGHAI)
        at = datetime.fromisoformat(said)
        at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
        return at.astimezone(SHANGHAI).date(), at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError(
            "日期写作 2026-03-01 或 2026-03-01T08:00:00+08:00。",
            "Write the day as 2026-03-01, or the moment as 2026-03-01T08:00:00+08:00.",
        ) from error


async def served(
    session: AsyncSession, when: str, *, unit: UUID | None, building: UUID | None, place: tuple[float, float] | None
) -> ServedRead:
    """Who served a unit, a building or a place at a time.

    Raises:
        InvalidError: not exactly one of the three was named, or the time makes no sense.
        NotFoundError: there is no such unit or building, or it is not the asker's to see.
    """
    if sum(one is not None for one in (unit, building, place)) != 1:
        raise InvalidError("请指定单元、楼栋或坐标之一。", "Name a unit, a building, or a place by lon and lat.")
    day, at = moment_of(when)
    if place is not None:
        values = {"lon": place[0], "lat": place[1], "day": day, "at": at}
        rows = (await session.execute(AT_PLACE, values)).mappings().all()
    else:
        units = (await session.execute(UNITS_OF, {"building": building, "unit": unit})).scalars().all()
        if not units:
            raise NotFoundError("没有这个地方,或您无权查看。", "There is no such place, or it is not yours to see.")
        rows = (await session.execute(OF_UNITS, {"units": list(units), "day": day, "at": at})).mappings().all()
    return ServedRead(date=day, at=at, grids=[GridThen.model_validate(_read(dict(row))) for row in rows])


def _read(row: dict[str, Any]) -> dict[str, Any]:

    return {key: json.loads(v) if key in JSON and isinstance(v, str) else v for key, v in row.items()}


JSON = frozenset({"staff", "predecessors", "successors"})


async def map_then(session: AsyncSession, community_id: UUID, when: str) -> str:
    """The grids of a community on a day as GeoJSON text, WGS 84.

    Raises:
        NotFoundError: there is no such community, or it is not the asker's to see.
        InvalidError: the time makes no sense.
    """
    day, _ = moment_of(when)
    if not (await session.execute(COMMUNITY, {"community": community_id})).scalar():
        raise NotFoundError("没有这个社区,或您无权查看。", "There is no such community, or it is not yours to see.")
    return str((await session.execute(MAP, {"community": community_id, "day": day})).scalar_one())


async def reigns(session: AsyncSession, community_id: UUID) -> list[ReignRead]:
    """Which plan ruled a community from when to when."""
    rows = (await session.execute(REIGNS, {"community": community_id})).mappings().all()
    return [ReignRead.model_validate(dict(row)) for row in rows]


async def life(session: AsyncSession, grid_id: UUID) -> GridLife:
    """A grid's life: its plan and days, where its households came from and went, and who served it.

    Raises:
        NotFoundError: there is no such grid, or it is not the asker's to see.
    """
    row = (await session.execute(LIFE, {"grid": grid_id})).mappings().first()
    if row is None:
        raise NotFoundError("没有这个微网格,或您无权查看。", "There is no such micro-grid, or it is not yours to see.")
    return GridLife.model_validate(_read(dict(row)))
