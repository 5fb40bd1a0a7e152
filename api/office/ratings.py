"""红黄蓝: the colour of every compound for a month, with what took its points, and what was answered to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import NotFoundError
from api.office import assessment
from api.office.counted import ISSUES
from api.office.kpis import MOST_CASES
from api.office.period import first_day, last_day
from api.office.rules import in_force
from api.office.schemas import FigureCasesRead, RatingRead, RatingsRead, ReplyCreate, ReplyRead

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.admission import Asker
    from api.office.schemas import Part

PARTS = {
    "reported": "true",
    "late": (
        "EXISTS (SELECT FROM issue_event u WHERE u.issue_id = i.id AND u.party = 'clock' AND u.body_id IS NULL"
        " AND u.action = 'urge')"
    ),
    "open": "i.is_open AND i.due_at < now()",
    "again": "(i.reworks > 0 OR i.reopens > 0)",
}
"""Which of a compound's cases each part of its rating counts."""
OF_MONTH = """i.status NOT IN ('merged', 'split', 'void')
     AND i.reported_at >= CAST(:since AS date)::timestamp AT TIME ZONE 'Asia/Shanghai'
     AND i.reported_at < (CAST(:until AS date) + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'"""
FIGURES = text(f"""
  SELECT c.id, c.name, c.name_en, c.households, count(i.id) AS reported,
         count(i.id) FILTER (WHERE {PARTS["late"]}) AS urged,
         count(i.id) FILTER (WHERE {PARTS["open"]}) AS overdue,
         count(i.id) FILTER (WHERE {PARTS["again"]}) AS again
    FROM compound c LEFT JOIN issue i ON i.compound_id = c.id AND {OF_MONTH}
   WHERE CAST(:place AS uuid) IS NULL OR c.id = :place OR c.community_id = :place
      OR c.community_id IN (SELECT m.id FROM community m WHERE m.subdistrict_id = :place)
   GROUP BY c.id
""")  # noqa: S608 - written here
CASES = {
    part: text(f"""
      SELECT i.id AS issue_id, i.code, i.title, i.category, i.reported_at AS at, true AS good, count(*) OVER () AS total
        FROM issue i WHERE i.compound_id = :compound AND {OF_MONTH} AND {condition}
       ORDER BY i.reported_at DESC, i.id LIMIT {MOST_CASES}
    """)  # noqa: S608 - written here
    for part, condition in PARTS.items()
}
COMPOUND = text("SELECT true FROM compound WHERE id = :compound")
REPLIES = text("SELECT compound_id, month, words, at FROM rating_reply WHERE month = :month ORDER BY at")
REPLY = text("""
  INSERT INTO rating_reply (compound_id, community_id, month, version, account_id, words)
  SELECT c.id, c.community_id, :month, :version, :account, :words FROM compound c WHERE c.id = :compound
  RETURNING month, words, at
""")
NO_COMPOUND = NotFoundError("没有这个小区。", "There is no such compound.")


async def read_ratings(
    session: AsyncSession, place: UUID | None, month: date, *, rule: assessment.Rule | None = None
) -> RatingsRead:
    """The colour of every compound in sight for a month, the worst first; by the month's own rule without another."""
    first, last = first_day(month), last_day(month)
    rule = rule or await in_force(session, last)
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


async def read_cases(session: AsyncSession, compound: UUID, month: date, part: Part) -> FigureCasesRead:
    """The cases of a compound's month that a part of its rating counts, the latest first.

    Raises:
        NotFoundError: the compound is not theirs to see.
    """
    if (await session.execute(COMPOUND, {"compound": compound})).scalar() is None:
        raise NO_COMPOUND
    values = {"compound": compound, "since": first_day(month), "until": last_day(month)}
    rows = (await session.execute(CASES[part], values)).mappings().all()
    return FigureCasesRead.of(part, rows)


async def reply(session: AsyncSession, compound: UUID, said: ReplyCreate, asker: Asker) -> ReplyRead:
    """Answer to a compound's colour; it stands beside it from then on.

    Raises:
        NotFoundError: the compound is not theirs to see.
    """
    values = {
        "compound": compound,
        "month": first_day(said.month),
        "version": (await in_force(session, last_day(said.month))).version,
        "account": asker.account_id,
        "words": said.words,
    }
    row = (await session.execute(REPLY, values)).one_or_none()
    if row is None:
        raise NO_COMPOUND
    return ReplyRead(month=row.month, words=row.words, at=row.at)
