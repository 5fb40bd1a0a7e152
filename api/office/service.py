"""Counts the morning, the figures and the colours, as far as the asker may see: every number is one a list shows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from api.errors import NotFoundError
from api.office import assessment, kpis, watching
from api.office.counted import ISSUES, NOT_ISSUES, PLACED
from api.office.schemas import (
    CallRead,
    KpiQuestion,
    KpiRead,
    LeaderRead,
    MorningRead,
    RatingRead,
    RatingsRead,
    ReplyCreate,
    ReplyRead,
    StandingRead,
    TallyRead,
    TrendRead,
)

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.admission import Asker
    from api.office.schemas import Period

SHANGHAI = ZoneInfo("Asia/Shanghai")
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
           AS whistle
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
      UNION ALL SELECT i.id, 'out', (i.closed_at AT TIME ZONE 'Asia/Shanghai')::date FROM issue i
       WHERE {PLACED} AND i.closed_at >= :begin) AS i ON i.day = d::date
   GROUP BY 1 ORDER BY 1
""")  # noqa: S608
CALLS = text(f"""
  SELECT i.id AS issue_id, i.code, i.title, b.name AS body, c.called_at, c.due_at, c.due_at < now() AS late
    FROM issue_call c JOIN issue i ON i.id = c.issue_id JOIN body b ON b.id = c.body_id
   WHERE c.arrived_at IS NULL AND i.is_open AND {PLACED} ORDER BY c.due_at LIMIT 100
""")  # noqa: S608
LEVEL = text("""
  SELECT 'subdistrict' FROM subdistrict WHERE id = :place UNION ALL SELECT 'community' FROM community WHERE id = :place
  UNION ALL SELECT 'compound' FROM compound WHERE id = :place
  UNION ALL SELECT 'micro_grid' FROM micro_grid WHERE id = :place LIMIT 1
""")
NAMES = text("""
  SELECT id::text AS key, name FROM body UNION ALL SELECT id::text, name FROM community
  UNION ALL SELECT id::text, name FROM compound
""")
FIGURES = text("""
  SELECT c.id, c.name, c.name_en, c.households, count(i.id) AS reported,
         count(i.id) FILTER (WHERE EXISTS (SELECT FROM issue_event u WHERE u.issue_id = i.id AND u.party = 'clock'
                                                        AND u.body_id IS NULL AND u.action = 'urge')) AS urged,
         count(i.id) FILTER (WHERE i.is_open AND i.due_at < now()) AS overdue,
         count(i.id) FILTER (WHERE i.reworks > 0 OR i.reopens > 0) AS again
    FROM compound c LEFT JOIN issue i ON i.compound_id = c.id AND i.status NOT IN ('merged', 'split', 'void')
     AND i.reported_at >= CAST(:since AS date)::timestamp AT TIME ZONE 'Asia/Shanghai'
     AND i.reported_at < (CAST(:until AS date) + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
   WHERE CAST(:place AS uuid) IS NULL OR c.id = :place OR c.community_id = :place
      OR c.community_id IN (SELECT m.id FROM community m WHERE m.subdistrict_id = :place)
   GROUP BY c.id
""")
REPLIES = text("SELECT compound_id, month, words, at FROM rating_reply WHERE month = :month ORDER BY at")
REPLY = text("""
  INSERT INTO rating_reply (compound_id, community_id, month, version, account_id, words)
  SELECT c.id, c.community_id, :month, :version, :account, :words FROM compound c WHERE c.id = :compound
  RETURNING month, words, at
""")
RULE = text("""
  SELECT version, late_most, open_most, again_most, often_most, blue, yellow, fewest_for_red, red_from, black_below,
         fewest_handled FROM assessment_rule WHERE since <= :day ORDER BY since DESC LIMIT 1
""")


def midnight(day: date) -> datetime:
    """When a day begins in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


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
    found = [_category(row, since.date()) for row in await session.execute(CATEGORIES, span)]
    first = day - timedelta(days=TREND_DAYS - 1)
    trend = await session.execute(TREND, {"place": place, "first": first, "last": day, "begin": midnight(first)})
    return MorningRead(
        day=day,
        tallies=_tallies(counted, yesterday.date(), await _among(session, place)),
        top=sorted(found, key=lambda c: -c.count)[:8],
        risers=sorted([c for c in found if c.count > c.before], key=lambda c: c.before - c.count)[:8],
        calls=calls,
        trend=[TrendRead(day=r.day, came=r.came, went=r.went) for r in trend],
        signals=await watching.read_signals(session, place, day, await _among(session, place)),
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
    return [new, *(TallyRead(key=key, count=getattr(counted, key), href=href) for key, href in lists)]


def _category(row: Any, since: date) -> LeaderRead:
    href = f"/issues.html?category={row.code}&since={since}{ISSUES}"
    return LeaderRead(code=row.code, zh=row.zh, en=row.en, count=row.now, before=row.before, href=href)


def _period(asked: Period, today: date) -> dict[str, Any]:
    until = asked.until or today
    return {"since": asked.since or until - timedelta(days=29), "until": until, "place": asked.place}


async def read_kpis(session: AsyncSession, asked: KpiQuestion, today: date) -> list[KpiRead]:
    """Every figure of the period, as a whole or by community, compound or body."""
    values = _period(asked, today)
    names = {r.key: r.name for r in await session.execute(NAMES)} if asked.by != "all" else {}
    read = []
    for kpi in kpis.KPIS:
        rows = (await session.execute(text(kpis.query(kpi, asked.by)), values)).all()
        found = [(r.grp, r.good, r.base) for r in rows] or ([("all", 0, 0)] if asked.by == "all" else [])
        read += [_kpi(kpi, group, names.get(group, ""), good, base) for group, good, base in found]
    return read


def _kpi(kpi: kpis.Kpi, group: str, name: str, good: int, base: int) -> KpiRead:
    value = good / base if base else None
    reached = None if value is None else value <= kpi.target if kpi.less_is_better else value >= kpi.target
    return KpiRead(
        code=kpi.code,
        zh=kpi.zh,
        en=kpi.en,
        formula_zh=kpi.formula_zh,
        formula_en=kpi.formula_en,
        version=kpi.version,
        group=group,
        group_name=name,
        value=None if value is None else round(value, 4),
        good=good,
        base=base,
        target=kpi.target,
        less_is_better=kpi.less_is_better,
        reached=reached,
    )


async def read_ratings(session: AsyncSession, place: UUID | None, month: date) -> RatingsRead:
    """The colour of every compound in sight for a month, the worst first."""
    first, last = month.replace(day=1), _last_day(month)
    rule = await _rule(session, last)
    rows = (await session.execute(FIGURES, {"since": first, "until": last, "place": place})).all()
    rates = sorted(100 * r.reported / r.households for r in rows if r.households)
    median = rates[len(rates) // 2] if rates else 0.0
    replies: dict[Any, list[ReplyRead]] = {}
    for r in await session.execute(REPLIES, {"month": first}):
        replies.setdefault(r.compound_id, []).append(ReplyRead(month=r.month, words=r.words, at=r.at))
    rated = [_rated(row, assessment.rate(_figures(row), median, rule), (first, last), replies) for row in rows]
    return RatingsRead(
        month=first,
        version=rule.version,
        formula_zh=rule.formula_zh,
        formula_en=rule.formula_en,
        median_per_hundred=round(median, 4),
        ratings=sorted(rated, key=lambda r: (r.points, r.name)),
    )


def _last_day(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


async def _rule(session: AsyncSession, day: date) -> assessment.Rule:
    """The rule that holds on a day: what was rated in March is always rated by the rule of March."""
    row = (await session.execute(RULE, {"day": day})).mappings().one_or_none()
    return assessment.FIRST if row is None else assessment.Rule(**row)


def _figures(row: Any) -> assessment.Figures:
    return assessment.Figures(row.reported, row.urged, row.overdue, row.again, row.households)


def _rated(row: Any, rating: assessment.Rating, period: tuple[date, date], replies: dict[Any, Any]) -> RatingRead:
    first, last = period
    return RatingRead(
        compound_id=row.id,
        name=row.name,
        name_en=row.name_en,
        colour=rating.colour.value,
        points=rating.points,
        late=rating.late,
        open=rating.open,
        again=rating.again,
        frequency=rating.frequency,
        reported=row.reported,
        urged=row.urged,
        overdue=row.overdue,
        reworked=row.again,
        households=row.households,
        href=f"/issues.html?compound_id={row.id}&since={first}&until={last}{ISSUES}",
        replies=replies.get(row.id, []),
    )


async def reply(session: AsyncSession, compound: UUID, said: ReplyCreate, asker: Asker) -> ReplyRead:
    """Answer to a compound's colour; it stands beside it from then on.

    Raises:
        NotFoundError: the compound is not theirs to see.
    """
    values = {
        "compound": compound,
        "month": said.month.replace(day=1),
        "version": (await _rule(session, _last_day(said.month))).version,
        "account": asker.account_id,
        "words": said.words,
    }
    row = (await session.execute(REPLY, values)).one_or_none()
    if row is None:
        raise NotFoundError("没有这个小区。", "There is no such compound.")
    return ReplyRead(month=row.month, words=row.words, at=row.at)


async def read_bodies(session: AsyncSession, asked: Period, today: date) -> list[StandingRead]:
    """红黑榜 by ``assessment.standing``: on time, not sent back, and satisfied afterwards; the worst first."""
    question = KpiQuestion(since=asked.since, until=asked.until, place=asked.place, by="body")
    figures: dict[str, dict[str, KpiRead]] = {}
    for figure in await read_kpis(session, question, today):
        figures.setdefault(figure.group, {})[figure.code] = figure
    period = _period(asked, today)
    bodies = await session.execute(text("SELECT id, name, name_en FROM body"))
    rule = await _rule(session, period["until"])
    listed = [_listed(row, figures.get(str(row.id), {}), period, rule) for row in bodies]
    return sorted(listed, key=lambda b: (b.points is None, b.points or 0, b.name))


def _listed(row: Any, own: dict[str, KpiRead], period: dict[str, Any], rule: assessment.Rule) -> StandingRead:
    handled, rework, satisfied = (own.get(code) for code in ("on_time_handled", "rework", "satisfied"))
    points = None
    if handled is not None and handled.value is not None and handled.base >= rule.fewest_handled:
        sent_back = rework.value if rework is not None else None
        points = assessment.standing(handled.value, sent_back, satisfied.value if satisfied is not None else None)
    return StandingRead(
        body_id=row.id,
        name=row.name,
        name_en=row.name_en,
        handled=handled.base if handled else 0,
        on_time=handled.value if handled else None,
        rework=rework.value if rework else None,
        satisfied=satisfied.value if satisfied else None,
        points=points,
        list=rule.list_of(points),
        red_from=rule.red_from,
        black_below=rule.black_below,
        version=rule.version,
        href=f"/issues.html?body_id={row.id}&since={period['since']}&until={period['until']}",
    )
