"""Checklists, the plans that say where and how often they are walked through, and what was found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import text

from api.errors import InvalidError, NotFoundError
from api.issues.places import standing_at
from api.issues.workdays import BEIJING
from api.patrols.schemas import ChecklistRead, PlanRead

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.admission import Asker
    from api.patrols.schemas import ChecklistCreate, CheckPut, PlanCreate

LISTS = text("SELECT id, zh, en, items, active FROM checklist ORDER BY zh")
ADD_LIST = text(
    "INSERT INTO checklist (zh, en, items) VALUES (:zh, :en, CAST(:items AS jsonb)) RETURNING id, zh, en, items, active"
)
PLANS = text("""
SELECT p.id, p.community_id, p.micro_grid_id, g.name AS micro_grid, p.checklist_id, c.zh AS checklist, p.every_days,
       p.note, l.last_at,
       CASE WHEN l.last_at IS NULL THEN p.since
            ELSE (l.last_at AT TIME ZONE 'Asia/Shanghai')::date + p.every_days END AS due_on
  FROM patrol_plan p JOIN checklist c ON c.id = p.checklist_id LEFT JOIN micro_grid g ON g.id = p.micro_grid_id
       CROSS JOIN LATERAL (SELECT max(d.at) AS last_at FROM (
         SELECT max(r.at) AS at FROM check_result r WHERE r.plan_id = p.id
          GROUP BY (r.at AT TIME ZONE 'Asia/Shanghai')::date
         HAVING count(DISTINCT r.item) >= jsonb_array_length(c.items)) d) l
 WHERE (p.until IS NULL OR p.until >= :today) AND (CAST(:id AS uuid) IS NULL OR p.id = :id)
 ORDER BY due_on, p.id LIMIT 500
""")
"""Walked through is a list all of whose points were looked at on one day (Beijing)."""
ADD_PLAN = text("""
INSERT INTO patrol_plan (community_id, micro_grid_id, checklist_id, every_days, note)
VALUES (:community_id, :micro_grid_id, :checklist_id, :every_days, :note) RETURNING id
""")
CHECK = text("""
INSERT INTO check_result (id, checklist_id, plan_id, patrol_id, community_id, micro_grid_id, account_id, at, item, ok,
  issue_id, note)
VALUES (:id, :checklist_id, :plan_id, :patrol_id, :community, :grid, :account, :at, :item, :ok, :issue_id, :note)
ON CONFLICT (id) DO NOTHING
""")
ITEMS = text("SELECT jsonb_array_length(items) FROM checklist WHERE id = :id AND active")


async def read_lists(session: AsyncSession) -> list[ChecklistRead]:
    """All checklists."""
    return [ChecklistRead(**row) for row in (await session.execute(LISTS)).mappings()]


async def add_list(session: AsyncSession, said: ChecklistCreate) -> ChecklistRead:
    """A new checklist."""
    items = json.dumps([item.model_dump() for item in said.items], ensure_ascii=False)
    return ChecklistRead(
        **(await session.execute(ADD_LIST, {"zh": said.zh, "en": said.en, "items": items})).mappings().one()
    )


async def read_plans(session: AsyncSession, *, now: datetime, plan_id: UUID | None = None) -> list[PlanRead]:
    """Plans of one's places, the most pressing first."""
    today = now.astimezone(BEIJING).date()
    rows = (await session.execute(PLANS, {"id": plan_id, "today": today})).mappings()
    return [PlanRead(**row, late=row["due_on"] < today) for row in rows]


async def add_plan(session: AsyncSession, said: PlanCreate, *, now: datetime) -> PlanRead:
    """A new plan."""
    made = (await session.execute(ADD_PLAN, said.model_dump())).scalar_one()
    return (await read_plans(session, now=now, plan_id=made))[0]


async def put_check(session: AsyncSession, who: Asker, check_id: UUID, said: CheckPut, *, now: datetime) -> bool:
    """Write down what was found of one item, once; whether it is new.

    Raises:
        NotFoundError: there is no such checklist.
        InvalidError: it has no such item, or the place can not be.
    """
    items = (await session.execute(ITEMS, {"id": said.checklist_id})).scalar()
    if items is None:
        raise NotFoundError("没有这张清单,或已停用。", "There is no such checklist, or it is no longer in use.")
    if said.item >= items:
        raise InvalidError(f"清单只有 {items} 项。", f"The checklist has {items} items.")
    at = min(said.at, now)
    spot = await standing_at(session, said.lon, said.lat, at, now=now)
    values = {
        **said.model_dump(exclude={"lon", "lat"}),
        "at": at,
        "id": check_id,
        "community": spot.community_id,
        "grid": spot.grid.id if spot.grid else None,
        "account": who.account_id,
    }
    return bool((await session.execute(CHECK, values)).rowcount)  # type: ignore[attr-defined]  # an INSERT's result counts
