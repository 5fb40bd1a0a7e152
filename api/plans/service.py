"""Plans and runs: make a draft, look at it, ask the machine to draw it, call that off."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.errors import ConflictError, NotFoundError
from api.plans.drafts import fill
from api.plans.schemas import GridRead, PlanRead, PlanTotals, RuleSaid, RunCreate, RunRead, StepRead
from api.plans.tables import PlanRow, PlanRunRow
from api.rules.service import rule_for, rule_for_subdistrict, today

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.plans.schemas import PlanCreate, PlanUpdate
    from api.plans.shelf import Shelf

DRAW = "plans.draw"
"""The queue's name for drawing a plan; ``api.worker`` answers to it."""
PLANS_LISTED = 200
GRIDS_LISTED = 5_000

PLAN = """
SELECT p.id, p.name, p.state, p.version, p.subdistrict_id, p.community_id, p.least, p.most, p.target, p.created_at,
       p.base_id, p.in_force, lower(p.effective) AS effective_from, upper(p.effective) - 1 AS effective_to,
       coalesce(c.name, s.name) AS place, coalesce(c.name_en, s.name_en) AS place_en,
       coalesce(c.households, s.households) AS living,
       g.grids, g.households, g.outside
  FROM plan p LEFT JOIN subdistrict s ON s.id = p.subdistrict_id LEFT JOIN community c ON c.id = p.community_id,
       LATERAL (SELECT count(*) AS grids, coalesce(sum(m.households), 0) AS households,
                       count(*) FILTER (WHERE m.households NOT BETWEEN p.least AND p.most) AS outside
                  FROM micro_grid m WHERE m.plan_id = p.id) g
"""
RUN = """
SELECT r.id, r.plan_id, r.state, r.trouble, r.weights, r.cancel_asked, r.asked_at, r.started_at, r.ended_at,
       count(t.*) FILTER (WHERE t.state = 'done') AS done, count(t.*) AS total
  FROM plan_run r LEFT JOIN plan_run_step t ON t.run_id = r.id
 WHERE r.plan_id = :plan GROUP BY r.id ORDER BY r.asked_at DESC LIMIT 1
"""
STEPS = """
SELECT t.compound_id, o.name AS compound, c.name AS community, t.state, t.status, t.households, t.grids,
       t.objective, t.bound, t.reason_zh, t.reason_en, t.seconds
  FROM plan_run_step t JOIN compound o ON o.id = t.compound_id JOIN community c ON c.id = t.community_id
 WHERE t.run_id = :run ORDER BY c.code, o.code, o.name
"""
PLAN_STEPS = """
INSERT INTO plan_run_step (run_id, compound_id, community_id)
SELECT :run, o.id, o.community_id FROM compound o JOIN community c ON c.id = o.community_id
 WHERE o.community_id = :community OR (CAST(:community AS uuid) IS NULL AND c.subdistrict_id = :subdistrict)
"""
ENQUEUE = """
SELECT procrastinate_defer_jobs_v1(ARRAY[
  ROW('plans', :task, 0, :lock, NULL, CAST(:arguments AS jsonb), NULL)::procrastinate_job_to_defer_v1])
"""
GRIDS = """
SELECT m.id, m.code, m.name, m.community_id, m.compound_id, coalesce(o.name, '') AS compound, m.households,
       m.floor_lo, m.floor_hi, m.households BETWEEN p.least AND p.most AS obeys,
       (SELECT count(DISTINCT unit_id) FROM plan_member b WHERE b.micro_grid_id = m.id) AS units,
       ST_XMin(m.geometry) AS west, ST_YMin(m.geometry) AS south,
       ST_XMax(m.geometry) AS east, ST_YMax(m.geometry) AS north
  FROM micro_grid m JOIN plan p ON p.id = m.plan_id LEFT JOIN compound o ON o.id = m.compound_id
 WHERE m.plan_id = :plan ORDER BY m.code, m.id LIMIT :most
"""


def _none(zh: str, en: str) -> NotFoundError:
    return NotFoundError(f"没有这个{zh},或您无权查看。", f"There is no such {en}, or it is not yours to see.")


async def create_plan(session: AsyncSession, shelf: Shelf, said: PlanCreate) -> PlanRead:
    """A new draft: empty, for the machine to draw, copied, or imported.

    Raises:
        NotFoundError: there is no such subdistrict or community, or nothing to copy.
        InvalidError: imported rows do not fit.
    """
    subdistrict_id = said.subdistrict_id
    if said.community_id is not None:
        query = text("SELECT subdistrict_id FROM community WHERE id = :id")
        subdistrict_id = (await session.execute(query, {"id": said.community_id})).scalar()
    elif not await _exists(session, "subdistrict", said.subdistrict_id):
        subdistrict_id = None
    if subdistrict_id is None:
        raise _none("街道或社区", "subdistrict or community")
    rule = said.rule or await _rule_here(session, subdistrict_id, said.community_id)
    row = PlanRow(
        name=said.name,
        subdistrict_id=subdistrict_id,
        community_id=said.community_id,
        base_id=said.base_id,
        least=rule.least,
        most=rule.most,
        target=rule.target,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        raise _none("被复制的方案", "plan to be copied") from error
    await fill(session, shelf, row.id, said)
    if said.source == "machine":
        await ask_run(session, row.id, RunCreate())
    return await read_plan(session, row.id)


async def _rule_here(session: AsyncSession, subdistrict_id: UUID, community_id: UUID | None) -> RuleSaid:
    """The rule that holds there today."""
    day = await today(session)
    if community_id is not None:
        rule = await rule_for(session, community_id, day)
    else:
        rule = await rule_for_subdistrict(session, subdistrict_id, day)
    return RuleSaid(least=rule.least, most=rule.most, target=rule.target)


async def change_plan(session: AsyncSession, plan_id: UUID, said: PlanUpdate) -> PlanRead:
    """Give a draft another name or rule.

    Raises:
        NotFoundError: there is none of that id.
        ConflictError: it is no longer a draft.
    """
    plan = await session.get(PlanRow, plan_id, with_for_update=True)
    if plan is None:
        raise _none("方案", "plan")
    if plan.state != "draft":
        raise ConflictError("只有草稿可以修改。", "Only a draft can be changed.")
    plan.name = said.name or plan.name
    if said.rule is not None:
        plan.least, plan.most, plan.target = said.rule.least, said.rule.most, said.rule.target
    plan.version += 1
    await session.flush()
    return await read_plan(session, plan_id)


async def _exists(session: AsyncSession, table: str, key: UUID | None) -> bool:
    query = text(f"SELECT EXISTS (SELECT FROM {table} WHERE id = :id)")  # noqa: S608 - the table's name is ours
    return bool((await session.execute(query, {"id": key})).scalar())


async def list_plans(
    session: AsyncSession, *, community_id: UUID | None = None, state: str | None = None
) -> list[PlanRead]:
    """The newest plans, without their runs; of one community also those of its whole subdistrict."""
    query = text(f"""{PLAN}
     WHERE (CAST(:state AS text) IS NULL OR p.state = :state)
       AND (CAST(:community AS uuid) IS NULL OR p.community_id = :community OR (p.community_id IS NULL
            AND p.subdistrict_id = (SELECT subdistrict_id FROM community WHERE id = :community)))
     ORDER BY p.created_at DESC LIMIT :most""")  # noqa: S608  # our own words
    asked = {"most": PLANS_LISTED, "community": community_id, "state": state}
    rows = (await session.execute(query, asked)).mappings().all()
    return [_plan(row, None) for row in rows]


async def read_plan(session: AsyncSession, plan_id: UUID) -> PlanRead:
    """One plan with its figures and its latest run.

    Raises:
        NotFoundError: there is none of that id.
    """
    row = (await session.execute(text(f"{PLAN} WHERE p.id = :id"), {"id": plan_id})).mappings().first()
    if row is None:
        raise _none("方案", "plan")
    return _plan(row, await _latest_run(session, plan_id))


async def delete_plan(session: AsyncSession, plan_id: UUID) -> None:
    """Throw a draft away.

    Raises:
        NotFoundError: there is none of that id.
        ConflictError: it is no longer a draft, or the machine is at it.
    """
    plan = await session.get(PlanRow, plan_id, with_for_update=True)
    if plan is None:
        raise _none("方案", "plan")
    if plan.state != "draft":
        raise ConflictError("只有草稿可以删除。", "Only a draft can be thrown away.")
    run = await _latest_run(session, plan_id)
    if run is not None and run.state in {"waiting", "running"}:
        raise ConflictError("系统正在划分,请先取消。", "The machine is drawing this plan; call that off first.")
    await session.delete(plan)


async def read_grids(session: AsyncSession, plan_id: UUID) -> list[GridRead]:
    """The micro-grids of a plan in the order of their codes."""
    if not await _exists(session, "plan", plan_id):
        raise _none("方案", "plan")
    rows = (await session.execute(text(GRIDS), {"plan": plan_id, "most": GRIDS_LISTED})).mappings().all()
    return [_grid(row) for row in rows]


async def ask_run(session: AsyncSession, plan_id: UUID, said: RunCreate) -> RunRead:
    """Put drawing the whole plan on the queue, in the same transaction as the record of it.

    Raises:
        NotFoundError: there is no such plan.
        ConflictError: the plan is no draft, or the machine is already at it.
    """
    plan = await session.get(PlanRow, plan_id, with_for_update=True)
    if plan is None:
        raise _none("方案", "plan")
    if plan.state != "draft":
        raise ConflictError("只有草稿可以重新划分。", "Only a draft can be drawn anew.")
    weights = None if said.weights is None else said.weights.model_dump()
    run = PlanRunRow(plan_id=plan_id, seed=said.seed, prove=said.prove, weights=weights)
    session.add(run)
    try:
        await session.flush()
    except IntegrityError as error:
        raise ConflictError("系统正在划分这个方案。", "The machine is already drawing this plan.") from error
    places = {"run": run.id, "community": plan.community_id, "subdistrict": plan.subdistrict_id}
    await session.execute(text(PLAN_STEPS), places)
    arguments = f'{{"run_id": "{run.id}"}}'
    await session.execute(text(ENQUEUE), {"task": DRAW, "lock": str(plan_id), "arguments": arguments})
    return await read_run(session, plan_id)


async def cancel_run(session: AsyncSession, plan_id: UUID) -> RunRead:
    """Call a run off: what is drawn stays, the next community is not begun.

    Raises:
        NotFoundError: the plan has no run.
        ConflictError: the run has ended.
    """
    run = await read_run(session, plan_id, steps=False)
    if run.state not in {"waiting", "running"}:
        raise ConflictError("这次划分已经结束。", "This run has already ended.")
    row = await session.get(PlanRunRow, run.id, with_for_update=True)
    assert row is not None
    row.cancel_asked = True
    if row.state == "waiting":
        row.state, row.ended_at = "cancelled", datetime.now(UTC)
    await session.flush()
    return await read_run(session, plan_id)


async def read_run(session: AsyncSession, plan_id: UUID, *, steps: bool = True) -> RunRead:
    """The latest run of a plan, compound by compound.

    Raises:
        NotFoundError: the plan has no run.
    """
    run = await _latest_run(session, plan_id)
    if run is None:
        raise _none("划分记录", "run")
    if not steps:
        return run
    rows = (await session.execute(text(STEPS), {"run": run.id})).mappings().all()
    return run.model_copy(update={"steps": [StepRead.model_validate(dict(row)) for row in rows]})


async def _latest_run(session: AsyncSession, plan_id: UUID) -> RunRead | None:
    row = (await session.execute(text(RUN), {"plan": plan_id})).mappings().first()
    return None if row is None else RunRead.model_validate(dict(row))


def _plan(row: RowMapping, run: RunRead | None) -> PlanRead:
    said: dict[str, Any] = {name: row[name] for name in PlanRead.model_fields if name in row}
    return PlanRead(
        **said,
        rule=RuleSaid(least=row["least"], most=row["most"], target=row["target"]),
        totals=PlanTotals(
            grids=row["grids"],
            households=row["households"],
            households_without_grid=row["living"] - row["households"],
            grids_outside_rule=row["outside"],
        ),
        run=run,
    )


def _grid(row: RowMapping) -> GridRead:
    said: dict[str, Any] = {name: row[name] for name in GridRead.model_fields if name in row}
    bbox = (row["west"], row["south"], row["east"], row["north"]) if row["west"] is not None else None
    return GridRead(**said, bbox=bbox)
