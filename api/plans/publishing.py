"""From draft to published: each step with who may take it, and publication in one transaction or not at all.

A published plan takes effect by the day. The days of whatever ruled there before end where its own begin; staff go on
with the grid that took most of their households; which grid became which is written down.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from api.plans.carrying import carry, differing
from api.plans.checking import OF_PLAN, SHEETS, check
from api.plans.overlap import shared
from api.plans.review_schemas import SuccessionRead, TransitionRead
from api.plans.shelf import take_up
from api.plans.tables import PlanRow
from api.plans.telling import name_of_asker, tell
from api.rules.service import today

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.plans.review_schemas import CheckRead, PublishSaid, StateSaid
    from api.plans.shelf import Shelf

FARTHEST = date(2100, 1, 1)
STEPS = {
    ("draft", "in_review"): "planner",
    ("in_review", "draft"): "planner",
    ("in_review", "approved"): "approver",
    ("approved", "draft"): "approver",
}
MAY = text("SELECT may_approve(:plan)")
RUNNING = text("SELECT EXISTS (SELECT FROM plan_run WHERE plan_id = :plan AND state IN ('waiting', 'running'))")
NOTE = text("""
INSERT INTO plan_transition (plan_id, state, version, note, effective_from, account_id, who)
VALUES (:plan, :state, :version, :note, CAST(:since AS date), me('account'), :who)
""")
NOTES = text("""
SELECT state, version, note, effective_from, who, at FROM plan_transition WHERE plan_id = :plan ORDER BY at, id
""")
COMMUNITIES = text(f"{OF_PLAN} ORDER BY c.id")
ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('reign ' || CAST(:community AS text), 0))")
# Now, or just after what was recorded last: a clock that was set back may not close what by it has not begun.
MOMENT = text("""
SELECT greatest(now(), max(greatest(lower(recorded), upper(recorded))) + interval '1 microsecond')
  FROM plan_reign WHERE community_id = :community
""")
FORMER = text("""
UPDATE plan_reign SET recorded = tstzrange(lower(recorded), CAST(:moment AS timestamptz))
 WHERE community_id = :community AND upper_inf(recorded) AND effective && daterange(CAST(:since AS date), NULL)
RETURNING plan_id, lower(effective) AS began
""")
CUT_SHORT = text("""
INSERT INTO plan_reign (plan_id, community_id, effective, recorded)
VALUES (:former, :community, daterange(CAST(:began AS date), CAST(:since AS date)),
        tstzrange(CAST(:moment AS timestamptz), NULL))
""")
REIGN = text("""
INSERT INTO plan_reign (plan_id, community_id, effective, recorded)
VALUES (:plan, :community, daterange(CAST(:since AS date), NULL), tstzrange(CAST(:moment AS timestamptz), NULL))
""")
SUCCEED = text(f"""
INSERT INTO plan_succession (plan_id, community_id, former_id, grid_id, households)
SELECT :plan, :community, s.former_id, s.grid_id, s.households
  FROM ({shared("CAST(:former AS uuid)", "CAST(:plan AS uuid)", "CAST(:community AS uuid)")}) s
    ON CONFLICT DO NOTHING
""")  # noqa: S608  # our own words
# New grids are numbered on behind those of their compound that have a code.
CODES = text("""
WITH last AS (
  SELECT m.compound_id, max(right(m.code, 3)::integer) AS n FROM micro_grid m
   WHERE m.plan_id = :plan AND m.code ~ '^[0-9]{18}$' GROUP BY 1
), fresh AS (
  SELECT m.id, o.code, row_number() OVER (PARTITION BY m.compound_id ORDER BY m.name, m.id) + coalesce(l.n, 0) AS n
    FROM micro_grid m JOIN compound o ON o.id = m.compound_id LEFT JOIN last l ON l.compound_id = m.compound_id
   WHERE m.plan_id = :plan AND m.code IS NULL AND o.code IS NOT NULL
)
UPDATE micro_grid m SET code = f.code || lpad(f.n::text, 3, '0') FROM fresh f WHERE m.id = f.id AND f.n < 1000
""")
PUBLISH = text("""
UPDATE plan SET state = 'published', effective = daterange(CAST(:since AS date), NULL), version = version + 1
 WHERE id = :plan
""")
END_FORMER = text("""
UPDATE plan p SET effective = CASE WHEN lower(p.effective) < CAST(:since AS date)
                                   THEN daterange(lower(p.effective), CAST(:since AS date)) ELSE 'empty' END
 WHERE p.id = ANY(CAST(:formers AS uuid[])) AND NOT EXISTS (
   SELECT FROM plan_reign r WHERE r.plan_id = p.id AND upper_inf(r.recorded) AND upper_inf(r.effective))
""")
CARRY = text("SELECT carry_staff(:plan, CAST(:since AS date))")
TURN = text("SELECT plan_turn(NULL)")
SUCCESSIONS = text("""
SELECT s.former_id AS from_, s.grid_id AS to, a.name AS from_name, b.name AS to_name, s.households
  FROM plan_succession s JOIN micro_grid a ON a.id = s.former_id JOIN micro_grid b ON b.id = s.grid_id
 WHERE s.plan_id = :plan ORDER BY a.code, b.code, a.name, b.name LIMIT 20000
""")


class UnpublishableError(ConflictError):
    """A plan that may not be published yet; the check tells why."""

    kind = "unpublishable"

    def __init__(self, found: CheckRead) -> None:
        faults = [*found.unassigned, *(f for f in found.broken if not f.exempt), *found.torn, *found.ground]
        super().__init__(
            f"还有 {len(faults)} 处问题,不能发布。第一处:{faults[0].zh}",
            f"{len(faults)} things keep it from being published. The first: {faults[0].en}",
        )
        self.found = found

    @property
    def members(self) -> dict[str, Any]:
        """The whole check."""
        return self.found.model_dump(mode="json")


async def _held(session: AsyncSession, plan_id: UUID) -> PlanRow:
    """The plan, its row locked."""
    plan = await session.get(PlanRow, plan_id, with_for_update=True)
    if plan is None:
        raise NotFoundError("没有这个方案,或您无权修改。", "There is no such plan, or it is not yours to change.")
    return plan


async def _refuse_stranger(session: AsyncSession, plan_id: UUID) -> None:
    if not (await session.execute(MAY, {"plan": plan_id})).scalar():
        raise ForbiddenError("需由街道办或区批准。", "The street office or the district has to do this.")


async def step(session: AsyncSession, plan_id: UUID, said: StateSaid) -> None:
    """Take a plan to its next state short of publication.

    Raises:
        NotFoundError: there is no such plan, or it is not the asker's to change.
        ForbiddenError: the step is the street office's or the district's.
        ConflictError: the step is not next, or the machine is at work.
    """
    plan = await _held(session, plan_id)
    who = STEPS.get((plan.state, said.to))
    if who is None:
        raise ConflictError(
            f"方案当前状态是“{plan.state}”,不能变为“{said.to}”。",
            f"A plan that is {plan.state} does not become {said.to}.",
        )
    if who == "approver":
        await _refuse_stranger(session, plan_id)
    if (await session.execute(RUNNING, {"plan": plan_id})).scalar():
        raise ConflictError("系统正在划分这个方案。", "The machine is drawing this plan.")
    plan.state = said.to
    await session.flush()
    await _note(session, plan, said.note, None)


async def _note(session: AsyncSession, plan: PlanRow, note: str, since: date | None) -> None:
    who = await name_of_asker(session)
    values = {"plan": plan.id, "state": plan.state, "version": plan.version, "note": note, "since": since, "who": who}
    await session.execute(NOTE, values)
    await tell(session, plan.id, "state", {"state": plan.state, "who": who, "note": note})


async def publish(session: AsyncSession, shelf: Shelf, plan_id: UUID, said: PublishSaid) -> None:
    """Let an approved plan take effect from a day on.

    Raises:
        NotFoundError: there is no such plan, or it is not the asker's to change.
        ForbiddenError: publication is the street office's or the district's.
        ConflictError: it is not approved, or has changed since one looked.
        InvalidError: the day lies in the past.
        UnpublishableError: somebody is left out, or a rule is broken without an exemption.
    """
    plan = await _held(session, plan_id)
    await _refuse_stranger(session, plan_id)
    if plan.state != "approved":
        raise ConflictError("只有已批准的方案可以发布。", "Only an approved plan can be published.")
    if said.version is not None and said.version != plan.version:
        raise ConflictError("方案在您查看之后又有改动。", "The plan has changed since you looked at it.")
    if not await today(session) <= said.effective_from < FARTHEST:
        raise InvalidError(
            "生效日不能早于今天,也不能晚于 2100 年。", "It can take effect from today on, and before 2100."
        )
    found = await check(session, shelf, plan_id, said.effective_from)
    if not found.publishable:
        raise UnpublishableError(found)
    await _carry(session, shelf, plan_id, said.effective_from)
    where = {"plan": plan_id, "since": said.effective_from}
    await session.execute(CODES, where)
    formers: set[UUID] = set()
    for community in (await session.execute(COMMUNITIES, {"plan": plan_id})).scalars().all():
        formers |= await _take_over(session, {**where, "community": community})
    await session.execute(PUBLISH, where)
    await session.execute(END_FORMER, {"since": said.effective_from, "formers": sorted(formers)})
    await session.execute(CARRY, where)
    await session.execute(TURN)
    await session.refresh(plan)
    await _note(session, plan, said.note, said.effective_from)


async def _carry(session: AsyncSession, shelf: Shelf, plan_id: UUID, on: date) -> None:
    """Let the places follow what the draft says of them, community by community."""
    for community in (await session.execute(SHEETS, {"plan": plan_id})).scalars().all():
        sheet = await take_up(session, shelf, plan_id, community)
        await carry(session, sheet, await differing(session, sheet), on)


async def _take_over(session: AsyncSession, where: dict[str, Any]) -> set[UUID]:
    """Let the plan rule a community from its day on; the plans that ruled there from then on until now."""
    await session.execute(ALONE, {"community": str(where["community"])})
    where = {**where, "moment": (await session.execute(MOMENT, where)).scalar_one()}
    former = (await session.execute(FORMER, where)).all()
    for plan_id, began in former:
        if began < where["since"]:
            await session.execute(CUT_SHORT, {**where, "former": plan_id, "began": began})
            await session.execute(SUCCEED, {**where, "former": plan_id})
    await session.execute(REIGN, where)
    return {plan_id for plan_id, _ in former}


async def transitions(session: AsyncSession, plan_id: UUID) -> list[TransitionRead]:
    """The steps that a plan took, oldest first."""
    rows = (await session.execute(NOTES, {"plan": plan_id})).mappings().all()
    return [TransitionRead.model_validate(dict(row)) for row in rows]


async def successions(session: AsyncSession, plan_id: UUID) -> list[SuccessionRead]:
    """Which grid became which when the plan took effect."""
    rows = (await session.execute(SUCCESSIONS, {"plan": plan_id})).mappings().all()
    return [SuccessionRead(**row) for row in rows]
