"""红黑榜: bodies by how much they handled on time, how little was sent back, and how satisfied people were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.office.figures import read_kpis
from api.office.period import span
from api.office.rules import in_force
from api.office.schemas import KpiQuestion, StandingRead

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.office.assessment import Rule
    from api.office.schemas import KpiRead, Period


async def read_bodies(
    session: AsyncSession, asked: Period, today: date, *, rule: Rule | None = None
) -> list[StandingRead]:
    """红黑榜 by ``Rule.standing``, the worst first; by the rule of the period's last day without another."""
    question = KpiQuestion(since=asked.since, until=asked.until, place=asked.place, by="body")
    figures: dict[str, dict[str, KpiRead]] = {}
    for figure in await read_kpis(session, question, today):
        figures.setdefault(figure.group, {})[figure.code] = figure
    period = span(asked, today)
    bodies = await session.execute(text("SELECT id, name, name_en FROM body"))
    rule = rule or await in_force(session, period["until"])
    listed = [_listed(row, figures.get(str(row.id), {}), period, rule) for row in bodies]
    return sorted(listed, key=lambda b: (b.points is None, b.points or 0, b.name))


def _listed(row: Any, own: dict[str, KpiRead], period: dict[str, Any], rule: Rule) -> StandingRead:
    handled, rework, satisfied = (own.get(code) for code in ("on_time_handled", "rework", "satisfied"))
    points = None
    if handled is not None and handled.value is not None and handled.base >= rule.fewest_handled:
        sent_back = rework.value if rework is not None else None
        points = rule.standing(handled.value, sent_back, satisfied.value if satisfied is not None else None)
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
        formula_zh=rule.bodies_zh,
        formula_en=rule.bodies_en,
        href=f"/issues.html?body_id={row.id}&since={period['since']}&until={period['until']}",
    )
