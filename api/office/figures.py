"""Computes the figures of a period, each as a number and as the cases that it was counted from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from api.errors import NotFoundError
from api.office import kpis
from api.office.period import span
from api.office.schemas import FigureCasesRead, KpiRead

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.office.schemas import CasesQuestion, KpiQuestion

NAMES = text("""
  SELECT id::text AS key, name FROM body UNION ALL SELECT id::text, name FROM community
  UNION ALL SELECT id::text, name FROM compound
""")


async def read_kpis(session: AsyncSession, asked: KpiQuestion, today: date) -> list[KpiRead]:
    """Every figure of the period, as a whole or by community, compound or body."""
    values = span(asked, today)
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


async def read_cases(session: AsyncSession, code: str, asked: CasesQuestion, today: date) -> FigureCasesRead:
    """What a figure was counted from: each event below the line, and whether it stands above it; the latest first.

    Raises:
        NotFoundError: there is no such figure.
    """
    kpi = kpis.BY_CODE.get(code)
    if kpi is None:
        raise NotFoundError("没有这个指标。", "There is no such figure.")
    values = span(asked, today) | {"group": asked.group, "counted": asked.counted}
    rows = (await session.execute(text(kpis.cases(kpi, asked.by)), values)).mappings().all()
    return FigureCasesRead.of(code, rows)
