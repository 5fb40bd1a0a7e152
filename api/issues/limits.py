"""The tables of the clock, read from the store: limits, rungs; and a stage's clock written down with its alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.issues.clocks import Clock, Limit, TimeUnit, limit_for

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.issues.matter import Stage

LIMITS = text("""
SELECT version, category, severity, stage, amount, unit FROM issue_limit
 WHERE stage = :stage AND version = (SELECT max(version) FROM issue_limit_version WHERE since <= :at)
   AND (category IS NULL OR category IN (:category, :top)) AND (severity IS NULL OR severity = :severity)
""")
ALARMS = text("""
INSERT INTO issue_alarm (issue_id, stage_no, stage, percent, action, due_at)
SELECT :issue, :stage_no, :stage, r.percent, r.action, x.due_at
  FROM issue_rung r JOIN unnest(CAST(:percents AS integer[]), CAST(:dues AS timestamptz[])) AS x(percent, due_at)
    ON x.percent = r.percent
ON CONFLICT (issue_id, stage_no, percent) DO UPDATE SET due_at = excluded.due_at WHERE issue_alarm.rung_at IS NULL
""")
CALL_ALARMS = text("""
INSERT INTO issue_call_alarm (issue_id, body_id, percent, action, due_at)
SELECT :issue, b.body, r.percent, r.action, x.due_at FROM unnest(CAST(:bodies AS uuid[])) AS b(body), issue_rung r
  JOIN unnest(CAST(:percents AS integer[]), CAST(:dues AS timestamptz[])) AS x(percent, due_at) ON x.percent = r.percent
""")
SILENCE = text("DELETE FROM issue_alarm WHERE issue_id = :issue AND rung_at IS NULL")
RUNGS = (50, 80, 100, 150, 200)
"""Percentages for which a time is worked out; the table says which of them ring, and how."""


async def clock_of(
    session: AsyncSession, stage: Stage | None, *, category: str, severity: int, at: datetime
) -> Clock | None:
    """The clock of a stage that begins at ``at``, by the limits in force then; None where nothing is due."""
    if stage is None:
        return None
    values = {
        "stage": stage.value,
        "at": at,
        "category": category,
        "top": category.partition(".")[0],
        "severity": severity,
    }
    rows = (await session.execute(LIMITS, values)).mappings()
    limits = [Limit(**{**row, "unit": TimeUnit(row["unit"])}) for row in rows]
    limit = limit_for(limits, category=category, severity=severity, stage=stage.value)
    return Clock.started(limit, at) if limit else None


def columns(clock: Clock | None) -> dict[str, Any]:
    """The clock as the columns of ``issue``."""
    if clock is None:
        empty = dict.fromkeys(("clock_unit", "clock_total_s", "clock_since", "due_at"))
        return {**empty, "clock_spent_s": 0, "due_is_provisional": False}
    return {
        "clock_unit": clock.unit.value,
        "clock_total_s": clock.total_s,
        "clock_spent_s": clock.spent_s,
        "clock_since": clock.since,
        "due_at": clock.due,
        "due_is_provisional": clock.is_provisional,
    }


def rungs(clock: Clock | None) -> dict[str, Any]:
    """When the rungs of a running clock are due."""
    if clock is None or clock.since is None:
        return {"percents": [], "dues": []}
    return {"percents": list(RUNGS), "dues": [clock.at_percent(percent) for percent in RUNGS]}


async def set_alarms(
    session: AsyncSession, issue: UUID, stage_no: int, stage: Stage | None, clock: Clock | None
) -> None:
    """Replace the alarms that have not rung by those of ``clock``; one that has rung does not ring again."""
    await session.execute(SILENCE, {"issue": issue})
    if clock is None or clock.since is None or stage is None:
        return
    values = {"issue": issue, "stage_no": stage_no, "stage": stage.value, **rungs(clock)}
    await session.execute(ALARMS, values)


async def set_call_alarms(session: AsyncSession, issue: UUID, bodies: list[UUID], clock: Clock) -> None:
    """The alarms of bodies that were called, until each reports in."""
    await session.execute(CALL_ALARMS, {"issue": issue, "bodies": bodies, **rungs(clock)})
