"""Counts the morning, as far as the asker may see: every number is one a list shows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.office import watching
from api.office.counted import ISSUES, NOT_ISSUES, PLACED
from api.office.period import midnight
from api.office.schemas import CallRead, LeaderRead, MorningRead, TallyRead, TrendRead

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

TREND_DAYS = 30

TALLIES = text(f"""
  SELECT count(*) FILTER (WHERE {NOT_ISSUES} AND i.reported_at >= :yesterday) AS new,
         count(*) FILTER (WHERE {NOT_ISSUES} AND i.reported_at >= :before AND i.reported_at < :yesterday) AS new_before,
         count(*) FILTER (WHERE i.is_open) AS open,
         count(*) FILTER (WHERE i.is_open AND i.due_at < now()) AS late,
         count(*) FILTER (WHERE i.is_open AND i.due_at >= now() AND i.due_at < now() + interval '24 hours') AS soon,
         count(*) FILTER (WHERE i.is_open AND i.reopens > 0) AS reopened,
         count(*) FILTER (WHERE i.is_open AND i.supervised) AS supervised,
         count(*) FILTER (WHERE i.suspended_until IS NOT NULL) AS suspended,
         count(*) FILTER (WHERE i.is_open AND i.id IN (SELECT c.issue_id FROM issue_call c WHERE c.arrived_at IS NULL))
           AS whistle,
         count(*) FILTER (WHERE i.is_open AND i.id IN
           (SELECT c.issue_id FROM issue_call c WHERE c.arrived_at IS NULL AND c.due_at < now())) AS whistle_late
    FROM issue i WHERE {PLACED} AND (i.is_open OR i.reported_at >= :before)
""")  # noqa: S608 - written here
CATEGORIES = text(f"""
  SELECT c.code, c.zh, c.en, count(*) FILTER (WHERE i.reported_at >= :since) AS now,
         count(*) FILTER (WHERE i.reported_at < :since) AS before
    FROM issue i JOIN issue_category c ON c.code = i.category
   WHERE {PLACED} AND {NOT_ISSUES} AND i.reported_at >= :earlier AND i.reported_at < :until GROUP BY 1, 2, 3
""")  # noqa: S608
TREND = text(f"""
  SELECT d::date AS day, count(i.id) FILTER (WHERE i.which = 'in') AS came,
         count(i.id) FILTER (WHERE i.which = 'out') AS went
    FROM generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS d
    LEFT JOIN (
      SELECT i.id, 'in' AS which, (i.reported_at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM issue i
       WHERE {PLACED} AND {NOT_ISSUES} AND i.reported_at >= :begin
      UNION ALL SELECT i.id, 'out', (e.at AT TIME ZONE 'Asia/Shanghai')::date
        FROM issue_event e JOIN issue i ON i.id = e.issue_id
       WHERE {PLACED} AND e.action = 'close' AND e.at >= :begin) AS i ON i.day = d::date
   GROUP BY 1 ORDER BY 1
""")  # noqa: S608
CALLS = text(f"""
  SELECT i.id AS issue_id, i.code, i.title, k.zh, k.en, b.name AS body, b.name_en AS body_en, c.called_at, c.due_at,
         c.due_at < now() AS late
    FROM issue_call c JOIN issue i ON i.id = c.issue_id JOIN body b ON b.id = c.body_id
    JOIN issue_category k ON k.code = i.category
   WHERE c.arrived_at IS NULL AND i.is_open AND {PLACED} ORDER BY c.due_at LIMIT 100
""")  # noqa: S608
LEVEL = text("""
  SELECT 'subdistrict' FROM subdistrict WHERE id = :place UNION ALL SELECT 'community' FROM community WHERE id = :place
  UNION ALL SELECT 'compound' FROM compound WHERE id = :place
  UNION ALL SELECT 'micro_grid' FROM micro_grid WHERE id = :place LIMIT 1
""")


async def read_morning(session: AsyncSession, place: UUID | None, day: date, days: int) -> MorningRead:
    """What is new since yesterday, late, soon late, reopened, unanswered; categories of the last ``days`` days."""
    yesterday = midnight(day - timedelta(days=1))
    times = {"place": place, "yesterday": yesterday, "before": yesterday - timedelta(days=2)}
    counted = (await session.execute(TALLIES, times)).one()
    rows = (await session.execute(CALLS, {"place": place})).mappings()
    calls = [CallRead.model_validate(dict(row)) for row in rows]
    since = midnight(day - timedelta(days=days - 1))
    span = {
        "place": place,
        "since": since,
        "earlier": since - timedelta(days=days),
        "until": midnight(day + timedelta(days=1)),
    }
    among = await _among(session, place)
    found = [_category(row, since.date(), day, among) for row in await session.execute(CATEGORIES, span)]
    first = day - timedelta(days=TREND_DAYS - 1)
    trend = await session.execute(TREND, {"place": place, "first": first, "last": day, "begin": midnight(first)})
    return MorningRead(
        day=day,
        tallies=_tallies(counted, yesterday.date(), among),
        top=sorted([c for c in found if c.count], key=lambda c: -c.count)[:8],
        risers=sorted([c for c in found if c.count > c.before], key=lambda c: c.before - c.count)[:8],
        calls=calls,
        trend=[TrendRead(day=r.day, came=r.came, went=r.went) for r in trend],
        signals=await watching.read_signals(session, place, day, among),
        days=days,
    )


async def _among(session: AsyncSession, place: UUID | None) -> str:
    """The place as a list's address names it, so that the list has as many cases as the number."""
    if place is None:
        return ""
    level = (await session.execute(LEVEL, {"place": place})).scalar()
    return "" if level is None else f"&{level}_id={place}"


def _tallies(counted: Any, yesterday: date, among: str) -> list[TallyRead]:
    told = {
        "late": "late=true&sort=due",
        "soon": "soon=true&sort=due",
        "reopened": "reopened=true&open=true",
        "whistle": "whistle=true",
        "supervised": "supervised=true&open=true",
        "suspended": "suspended=true",
        "open": "open=true",
    }
    new = TallyRead(
        key="new", count=counted.new, before=counted.new_before, href=f"/issues.html?since={yesterday}{ISSUES}{among}"
    )
    lists = ((key, f"/issues.html?{query}{among}") for key, query in told.items())
    pressing = {"late": counted.late, "whistle": counted.whistle_late}
    return [
        new,
        *(
            TallyRead(key=key, count=getattr(counted, key), pressing=pressing.get(key), href=href)
            for key, href in lists
        ),
    ]


def _category(row: Any, since: date, until: date, among: str) -> LeaderRead:
    """A category with the lists of its issues, of this period and of the one before."""
    length = until - since
    before = since - timedelta(days=1)

    def listed(first: date, last: date) -> str:
        return f"/issues.html?category={row.code}&since={first}&until={last}{ISSUES}{among}"

    return LeaderRead(
        code=row.code,
        zh=row.zh,
        en=row.en,
        count=row.now,
        before=row.before,
        href=listed(since, until),
        before_href=listed(before - length, before),
    )
