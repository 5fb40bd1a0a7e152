"""Staff as the office moves them: one person's whole record, a transfer, a dismissal; and the ground they stand on.

A transfer ends one post and begins the next in the same transaction. A dismissal ends every post that the asker may
end; the account is closed with them unless the person also serves where the asker has no say. Both hold at once.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import text

from api.access import rosters
from api.access.audit import Action, record
from api.access.people import find, masked_read
from api.access.people_schemas import (
    AccountRead,
    AssignmentCreate,
    CommunityRead,
    Dismissed,
    GroundRead,
    PersonDetail,
    PostHeld,
)
from api.errors import NotFoundError

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.people_schemas import Transfer

PLACE_NAME = """
CASE a.level WHEN 'district' THEN (SELECT name FROM district WHERE id = a.place_id)
  WHEN 'subdistrict' THEN (SELECT name FROM subdistrict WHERE id = a.place_id)
  WHEN 'community' THEN (SELECT name FROM community WHERE id = a.place_id)
  WHEN 'compound' THEN (SELECT name FROM compound WHERE id = a.place_id)
  WHEN 'building' THEN (SELECT name FROM building WHERE id = a.place_id)
  WHEN 'unit' THEN (SELECT name FROM unit WHERE id = a.place_id)
  WHEN 'micro_grid' THEN (SELECT name FROM micro_grid WHERE id = a.place_id) END
"""
HELD = text(f"""
SELECT a.id, a.role, a.post, a.level, a.place_id, {PLACE_NAME} AS place_name, a.since, a.until FROM assignment a
 WHERE a.person_id = :person ORDER BY a.until IS NOT NULL, a.since DESC
""")  # noqa: S608  # our own words
ACCOUNT = text("SELECT id, login, active FROM account WHERE person_id = :person")
COMMUNITIES = text("""
SELECT c.id, c.code, c.name, c.name_en, s.name AS subdistrict
  FROM community c JOIN subdistrict s ON s.id = c.subdistrict_id
 WHERE (SELECT whole('managed')) OR c.id IN (SELECT unnest(scope('managed')))
 ORDER BY c.code, c.name, c.id LIMIT :most
""")
# A hand's breadth (1e-6 degrees is a decimetre) is finer than a screen shows.
GROUND = text("""
SELECT level, id, code, name, households, ST_AsGeoJSON(ST_SimplifyPreserveTopology(geometry, 0.000001), 6) AS geometry
  FROM (
  SELECT 0 AS rank, 'community' AS level, id, code, name, households, geometry FROM community WHERE id = :community
  UNION ALL SELECT 1, 'compound', id, code, name, households, geometry FROM compound WHERE community_id = :community
  UNION ALL SELECT 2, 'building', id, code, name, households, geometry FROM building WHERE community_id = :community
  UNION ALL SELECT 3, 'unit', id, code, name, households, geometry FROM unit WHERE community_id = :community
  UNION ALL SELECT 4, 'micro_grid', g.id, g.code, g.name, g.households, g.geometry FROM micro_grid g
    JOIN plan p ON p.id = g.plan_id WHERE g.community_id = :community AND p.state = 'published'
) AS place WHERE geometry IS NOT NULL ORDER BY rank, code, name, id
""")
MAY_MANAGE = text("SELECT may_manage(:person)")
CLOSE = text("UPDATE account SET active = false WHERE person_id = :person AND active RETURNING id")
LEFT = text("UPDATE person SET left_at = now() WHERE id = :person")
END_ALL = text("""
UPDATE assignment SET until = greatest(since, now()) WHERE person_id = :person AND (until IS NULL OR until > now())
RETURNING id, coalesce(community_id, subdistrict_id, district_id) AS place
""")
END_ONE = text("""
UPDATE assignment SET until = greatest(since, now()) WHERE id = :id AND (until IS NULL OR until > now())
RETURNING person_id, role, post, coalesce(community_id, subdistrict_id, district_id) AS place
""")
MOST_COMMUNITIES = 5000


async def detail(session: AsyncSession, person_id: UUID) -> PersonDetail:
    """One person, masked, with the posts and the account that the asker may see.

    Raises:
        NotFoundError: nobody of that id in one's jurisdiction.
    """
    row = await find(session, person_id)
    posts = (await session.execute(HELD, {"person": person_id})).mappings()
    account = (await session.execute(ACCOUNT, {"person": person_id})).mappings().first()
    return PersonDetail(
        **masked_read(row).model_dump(),
        left_at=row["left_at"],
        posts=[PostHeld(**post) for post in posts],
        account=AccountRead(**account) if account else None,
    )


async def communities(session: AsyncSession) -> list[CommunityRead]:
    """The communities whose rosters one keeps."""
    rows = (await session.execute(COMMUNITIES, {"most": MOST_COMMUNITIES})).mappings()
    return [CommunityRead(**row) for row in rows]


async def ground(session: AsyncSession, community_id: UUID) -> list[GroundRead]:
    """The places of a community at which somebody may stand, with their outlines, outermost first.

    Raises:
        NotFoundError: no such community in one's jurisdiction.
    """
    rows = (await session.execute(GROUND, {"community": community_id})).mappings().all()
    if not rows or rows[0]["level"] != "community":
        raise NotFoundError("没有这个社区,或您无权查看。", "There is no such community, or it is not yours to see.")
    return [GroundRead(**{**row, "geometry": json.loads(row["geometry"])}) for row in rows]


async def transfer(session: AsyncSession, assignment_id: UUID, to: Transfer) -> UUID:
    """End a post and begin the same one elsewhere, in one transaction.

    Raises:
        NotFoundError: no such open post that one may end, or no such place that one may staff.
    """
    row = (await session.execute(END_ONE, {"id": assignment_id})).first()
    if row is None:
        raise NotFoundError("没有这个岗位,或您无权操作。", "There is no such post, or it is not yours to end.")
    await record(
        session, Action.ASSIGNMENT_ENDED, kind="assignment", object_id=assignment_id, place_id=row.place,
        details={"person": row.person_id, "transferred": True},
    )  # fmt: skip
    wanted = AssignmentCreate(
        person_id=row.person_id, role=None if row.post else row.role, post=row.post or None,
        level=to.level, place_id=to.place_id,
    )  # fmt: skip
    return await rosters.assign(session, wanted)


async def dismiss(session: AsyncSession, person_id: UUID, reason: str) -> Dismissed:
    """End every post of a person that one may end, and the account where one manages the whole person.

    Raises:
        NotFoundError: nobody of that id, or nobody whose posts are one's own to end.
    """
    who = {"person": person_id}
    row = await find(session, person_id)
    whole = bool((await session.execute(MAY_MANAGE, who)).scalar_one())
    closed = (await session.execute(CLOSE, who)).scalar() if whole else None
    if whole:
        await session.execute(LEFT, who)
    ended = (await session.execute(END_ALL, who)).all()
    if not ended:
        raise NotFoundError("此人没有您可以结束的岗位。", "This person holds no post that is yours to end.")
    for post in ended:
        await record(
            session, Action.ASSIGNMENT_ENDED, kind="assignment", object_id=post.id, place_id=post.place,
            reason=reason, details={"person": row["id"]},
        )  # fmt: skip
    if closed is not None:
        await record(session, Action.ACCOUNT_CHANGED, kind="account", object_id=closed, details={"active": False})
    return Dismissed(posts_ended=len(ended), account_closed=closed is not None)
