"""Remarks on a plan, pinned to grids; and who is at it just now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import text

from api.errors import NotFoundError
from api.plans.review_schemas import CommentRead, PresenceRead
from api.plans.telling import name_of_asker, tell

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.admission import Asker
    from api.plans.review_schemas import CommentSaid, PresenceSaid

COMMENT = """
SELECT id, community_id, grid_id, lon, lat, body AS text, who, coalesce(account_id = me('account'), false) AS mine, at,
       resolved_at, resolved_by FROM plan_comment
"""
COMMENTS = text(f"{COMMENT} WHERE plan_id = :plan ORDER BY at, id LIMIT 2000")
ONE = text(f"{COMMENT} WHERE plan_id = :plan AND id = :id")
HELD = text("SELECT state FROM plan_take(:plan, :community)")
ADD = text("""
INSERT INTO plan_comment (plan_id, community_id, grid_id, lon, lat, body, account_id, who)
VALUES (:plan, :community, CAST(:grid AS uuid), :lon, :lat, :body, me('account'), :who) RETURNING id
""")
RESOLVE = text("""
UPDATE plan_comment SET resolved_at = CASE WHEN :done THEN now() END, resolved_by = CASE WHEN :done THEN :who END
 WHERE plan_id = :plan AND id = :id RETURNING community_id
""")
HERE = text("""
INSERT INTO plan_presence (plan_id, client, community_id, account_id, who, selected)
SELECT p.id, :client, :community, me('account'), :who, CAST(:selected AS jsonb) FROM plan p
  JOIN community c ON c.id = :community AND (p.community_id = c.id OR (p.community_id IS NULL
       AND p.subdistrict_id = c.subdistrict_id))
 WHERE p.id = :plan
    ON CONFLICT (plan_id, client) DO UPDATE SET community_id = excluded.community_id, selected = excluded.selected,
       seen_at = now()
RETURNING client
""")
GONE = text("DELETE FROM plan_presence WHERE plan_id = :plan AND client = :client")
PEOPLE = text("""
SELECT client, who, community_id, selected, account_id = me('account') AS mine FROM plan_presence
 WHERE plan_id = :plan AND seen_at > now() - interval '45 seconds' ORDER BY who, client LIMIT 200
""")


def _none() -> NotFoundError:
    return NotFoundError("没有这个方案或社区,或您无权修改。", "There is no such plan or community, or it is not yours.")


async def comments(session: AsyncSession, plan_id: UUID) -> list[CommentRead]:
    """The remarks on a plan, oldest first."""
    rows = (await session.execute(COMMENTS, {"plan": plan_id})).mappings().all()
    return [CommentRead.model_validate(dict(row)) for row in rows]


async def comment(session: AsyncSession, plan_id: UUID, said: CommentSaid) -> CommentRead:
    """Make a remark.

    Raises:
        NotFoundError: there is no such plan or community, or it is not the asker's.
    """
    where = {"plan": plan_id, "community": said.community_id}
    if (await session.execute(HELD, where)).scalar() is None:
        raise _none()
    values = {"grid": said.grid_id, "lon": said.lon, "lat": said.lat, "body": said.text}
    who = await name_of_asker(session)
    made = (await session.execute(ADD, {**where, **values, "who": who})).scalar_one()
    return await _told(session, plan_id, made, said.community_id)


async def resolve(session: AsyncSession, plan_id: UUID, comment_id: UUID, *, resolved: bool) -> CommentRead:
    """Say that a remark is dealt with, or that it is not.

    Raises:
        NotFoundError: there is no such remark, or it is not the asker's to settle.
    """
    values = {"plan": plan_id, "id": comment_id, "done": resolved, "who": await name_of_asker(session)}
    community = (await session.execute(RESOLVE, values)).scalar()
    if community is None:
        raise _none()
    return await _told(session, plan_id, comment_id, community)


async def _told(session: AsyncSession, plan_id: UUID, comment_id: UUID, community: UUID) -> CommentRead:
    row = (await session.execute(ONE, {"plan": plan_id, "id": comment_id})).mappings().one()
    read = CommentRead.model_validate(dict(row))
    await tell(session, plan_id, "comment", read.model_dump(mode="json", exclude={"mine"}), community)
    return read


async def be_here(session: AsyncSession, asker: Asker, plan_id: UUID, said: PresenceSaid) -> None:
    """Say where one is on a plan's workbench.

    Raises:
        NotFoundError: there is no such plan or community, or it is not the asker's.
    """
    assert asker.account_id is not None
    values = {
        "plan": plan_id,
        "client": said.client,
        "community": said.community_id,
        "who": await name_of_asker(session),
        "selected": json.dumps([str(key) for key in said.selected]),
    }
    if (await session.execute(HERE, values)).scalar() is None:
        raise _none()


async def leave(session: AsyncSession, plan_id: UUID, client: UUID) -> None:
    """Say that one is gone."""
    await session.execute(GONE, {"plan": plan_id, "client": client})


async def people_here(session: AsyncSession, plan_id: UUID) -> list[PresenceRead]:
    """Who is at a plan just now."""
    rows = (await session.execute(PEOPLE, {"plan": plan_id})).mappings().all()
    return [
        PresenceRead(**{**row, "selected": json.loads(s) if isinstance(s := row["selected"], str) else s})
        for row in rows
    ]
