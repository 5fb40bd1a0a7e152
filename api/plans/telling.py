"""Who did it, and telling others: a number a plan, counted under its row, so that a stream misses nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

WHO = text("SELECT coalesce((SELECT name FROM person WHERE id = me('person')), '')")
OF_PLAN = text("UPDATE plan SET events = events + 1 WHERE id = :plan RETURNING events")
OF_COMMUNITY = text("SELECT events + 1 FROM plan_take(:plan, :community) t")
COUNT = text("SELECT plan_advance(:plan, :community, 0, 1)")
ADD = text("""
INSERT INTO plan_event (plan_id, number, community_id, kind, data)
VALUES (:plan, :number, CAST(:community AS uuid), :kind, CAST(:data AS jsonb))
""")


async def name_of_asker(session: AsyncSession) -> str:
    """The name of whoever asks."""
    return str((await session.execute(WHO)).scalar_one())


async def tell(
    session: AsyncSession, plan_id: UUID, kind: str, data: dict[str, Any], community_id: UUID | None = None
) -> None:
    """Tell everybody who follows a plan; with a community only those who see it."""
    where = {"plan": plan_id, "community": community_id}
    if community_id is None:
        number = (await session.execute(OF_PLAN, where)).scalar_one()
    else:
        number = (await session.execute(OF_COMMUNITY, where)).scalar_one()
        await session.execute(COUNT, where)
    said = json.dumps(data, ensure_ascii=False, default=str)
    await session.execute(ADD, {**where, "number": number, "kind": kind, "data": said})
