"""Who stands where (一格三长三员一警), and where somebody is missing.

Posts and the rules about them are data (migration 0025). An assignment begins and ends at once: the next request of the
person sees the new jurisdiction.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import text

from api.access import people
from api.access.audit import Action, record
from api.access.passwords import Kiln, hashed
from api.access.people import masked
from api.access.people_schemas import (
    AccountMade,
    AssignmentCreate,
    AssignmentRead,
    PostKindRead,
    RosterRead,
    VacancyRead,
)
from api.errors import ForbiddenError, InvalidError, NotFoundError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.keyring import Keyring
    from api.access.people_schemas import AccountCreate, PersonCreate, PersonRead

POST_KINDS = text("SELECT name, zh, en, role FROM post ORDER BY role, name")
ROSTER = text("""
SELECT a.id, a.person_id, p.name, p.phone_tail, p.party_member, a.role, a.post, a.level, a.place_id, a.since, a.until
  FROM assignment a JOIN person p ON p.id = a.person_id
 WHERE a.community_id = :community AND (a.until IS NULL OR a.until > now()) ORDER BY a.level, a.place_id, a.since
""")
# Places of a community that a staffing rule speaks of; micro-grids are those of the plan in force.
VACANCIES = text("""
WITH place AS (
  SELECT 'community' AS level, id, name FROM community WHERE id = :community
  UNION ALL SELECT 'compound', id, name FROM compound WHERE community_id = :community
  UNION ALL SELECT 'building', id, name FROM building WHERE community_id = :community
  UNION ALL SELECT 'unit', id, name FROM unit WHERE community_id = :community
  UNION ALL SELECT 'micro_grid', g.id, g.name FROM micro_grid g JOIN plan p ON p.id = g.plan_id
   WHERE g.community_id = :community AND p.in_force
), counted AS (
  SELECT pl.level, pl.id, pl.name, r.id AS rule_id, r.least, r.post, r.party_member,
    (SELECT count(DISTINCT a.person_id) FROM assignment a JOIN person s ON s.id = a.person_id
      WHERE a.place_id = pl.id AND a.since <= now() AND (a.until IS NULL OR a.until > now())
        AND (r.post IS NULL OR a.post = r.post) AND (NOT r.party_member OR s.party_member))
    + CASE WHEN r.party_member AND pl.level = 'micro_grid' THEN
        (SELECT count(*) FROM person s JOIN floor f ON f.id = s.floor_id JOIN plan_member m ON m.unit_id = f.unit_id
          WHERE m.micro_grid_id = pl.id AND m.floors @> f.number AND s.party_member AND s.erased_at IS NULL) ELSE 0 END
      AS there
    FROM place pl JOIN staffing_rule r ON r.level = pl.level
)
SELECT c.level, c.id AS place_id, c.name AS place_name, c.rule_id, c.least, c.there,
       coalesce(p.zh, '党员') AS zh, coalesce(p.en, 'registered party member') AS en
  FROM counted c LEFT JOIN post p ON p.name = c.post WHERE c.there < c.least ORDER BY c.level, c.name, c.rule_id
""")
KNOWN = text("SELECT 1 FROM community WHERE id = :community")
MINE = text("SELECT 1 FROM person WHERE id = :person")
ROLE_OF = text("SELECT role FROM post WHERE name = :post")
ASSIGN = text("""
INSERT INTO assignment (id, person_id, role, post, level, place_id, since, until)
VALUES (:id, :person_id, :role, :post, :level, :place_id, coalesce(:since, now()), :until)
""")
END = text(
    "UPDATE assignment SET until = now() WHERE id = :id AND (until IS NULL OR until > now())"
    " RETURNING person_id, coalesce(community_id, subdistrict_id, district_id) AS place"
)
MOVE_END = text(
    "UPDATE assignment SET until = :until WHERE id = :id AND (until IS NULL OR until > now())"
    " RETURNING person_id, coalesce(community_id, subdistrict_id, district_id) AS place"
)
NO_ACCOUNT = ("没有这个账号,或您无权操作。", "There is no such account, or it is not yours to change.")
NO_POST = ("没有这个岗位,或您无权操作。", "There is no such post, or it is not yours to end.")
PLACE = text("SELECT coalesce(community_id, subdistrict_id, district_id) FROM assignment WHERE id = :id")
MAKE_ACCOUNT = text("INSERT INTO account (id, person_id, login) VALUES (:id, :person, :login)")
STORE_PASSWORD = text("SELECT store_password(:account, :hash)")
LOGIN = text("SELECT login, demo FROM account WHERE id = :id")
SET_ACTIVE = text("UPDATE account SET active = :active WHERE id = :id")


async def kinds(session: AsyncSession) -> list[PostKindRead]:
    """The kinds of posts."""
    return [PostKindRead(**row) for row in (await session.execute(POST_KINDS)).mappings()]


async def roster(session: AsyncSession, community_id: UUID) -> RosterRead:
    """Who stands where in a community, and where nobody does.

    Raises:
        NotFoundError: no such community in one's jurisdiction.
    """
    if (await session.execute(KNOWN, {"community": community_id})).first() is None:
        raise NotFoundError("没有这个社区,或您无权查看。", "There is no such community, or it is not yours to see.")
    posts = [
        AssignmentRead(**{k: v for k, v in row.items() if k != "phone_tail"}, phone=masked(row["phone_tail"]))
        for row in (await session.execute(ROSTER, {"community": community_id})).mappings()
    ]
    vacancies = (await session.execute(VACANCIES, {"community": community_id})).mappings()
    return RosterRead(posts=posts, vacancies=[VacancyRead(**row) for row in vacancies])


async def take_in(session: AsyncSession, ring: Keyring, wanted: PersonCreate) -> PersonRead:
    """Add a resident of a community, or somebody new with a first post.

    Raises:
        InvalidError: neither a community nor a post: nobody would ever see that person again.
    """
    if wanted.community_id is None and wanted.first_post is None:
        raise InvalidError("请填写所在社区或岗位。", "Name a community or a first post.")
    person = await people.add(session, ring, wanted)
    if wanted.first_post is not None:
        await assign(session, AssignmentCreate(person_id=person.id, **wanted.first_post.model_dump()), new=True)
    return person


async def assign(session: AsyncSession, wanted: AssignmentCreate, *, new: bool = False) -> UUID:
    """Give a person a role at a place, at once; ``new``: somebody added just now, whom nobody's list shows yet.

    Raises:
        InvalidError: neither a role nor a known post was named, the store has no place where one is needed, or the
            post would end before it begins.
        NotFoundError: the person or the place is not there, or not one's own to staff.
    """
    role: str | None = wanted.role.value if wanted.role else None
    if wanted.post is not None:
        role = (await session.execute(ROLE_OF, {"post": wanted.post})).scalar()
    if role is None or (wanted.place_id is None) != (wanted.level == "store"):
        raise InvalidError("请指定岗位和地点。", "Name a post (or a role) and a place.")
    if wanted.until is not None and wanted.until <= (wanted.since or datetime.now(UTC)):
        raise InvalidError("结束时间要在开始之后。", "A post ends after it has begun.")
    made = uuid4()
    values: dict[str, Any] = {**wanted.model_dump(), "id": made, "role": role, "post": wanted.post or ""}
    if not new and (await session.execute(MINE, {"person": wanted.person_id})).first() is None:
        raise NotFoundError("没有这个人,或您无权查看。", "There is no such person, or it is not yours to see.")
    await session.execute(ASSIGN, values)
    place = (await session.execute(PLACE, {"id": made})).scalar()
    details = {"person": wanted.person_id, "role": role, "level": wanted.level, "place": wanted.place_id}
    await record(session, Action.ASSIGNMENT_MADE, kind="assignment", object_id=made, place_id=place, details=details)
    return made


async def end(session: AsyncSession, assignment_id: UUID) -> None:
    """End a post, at once.

    Raises:
        NotFoundError: no such open post that one may end.
    """
    row = (await session.execute(END, {"id": assignment_id})).first()
    if row is None:
        raise NotFoundError(*NO_POST)
    await record(
        session, Action.ASSIGNMENT_ENDED, kind="assignment", object_id=assignment_id, place_id=row.place,
        details={"person": row.person_id},
    )  # fmt: skip


async def move_end(session: AsyncSession, assignment_id: UUID, until: datetime) -> None:
    """Let a post that is held end on another day.

    Raises:
        NotFoundError: no such open post that one may end.
    """
    row = (await session.execute(MOVE_END, {"id": assignment_id, "until": until})).first()
    if row is None:
        raise NotFoundError(*NO_POST)
    await record(
        session, Action.ASSIGNMENT_CHANGED, kind="assignment", object_id=assignment_id, place_id=row.place,
        details={"person": row.person_id, "until": until.isoformat()},
    )  # fmt: skip


async def make_account(session: AsyncSession, kiln: Kiln, wanted: AccountCreate) -> AccountMade:
    """Let somebody in who holds posts of one's own to give; the first password is shown once."""
    made, password = uuid4(), secrets.token_urlsafe(12)
    await session.execute(MAKE_ACCOUNT, {"id": made, "person": wanted.person_id, "login": wanted.login})
    await session.execute(STORE_PASSWORD, {"account": made, "hash": await hashed(kiln, password)})
    await record(session, Action.ACCOUNT_MADE, kind="account", object_id=made, details={"person": wanted.person_id})
    return AccountMade(id=made, login=wanted.login, password=password)


async def renew_password(session: AsyncSession, kiln: Kiln, account_id: UUID, *, asker: UUID | None) -> AccountMade:
    """A new first password for somebody who lost theirs, or the phone: the second factor goes, and every session ends.

    Raises:
        NotFoundError: no such account that one may change.
        ForbiddenError: one's own, for which the old password is asked; or a demo account.
    """
    account = (await session.execute(LOGIN, {"id": account_id})).first()
    if account is None:
        raise NotFoundError(*NO_ACCOUNT)
    if account_id == asker or account.demo:
        raise ForbiddenError(
            "自己的密码在“我的账号”里修改;演示账号不能修改。",
            "One's own password is changed in “My account”; a demo account's can not be changed.",
        )
    password = secrets.token_urlsafe(12)
    values = {"account": account_id, "hash": await hashed(kiln, password)}
    if not (await session.execute(STORE_PASSWORD, values)).scalar():
        raise NotFoundError(*NO_ACCOUNT)
    await record(session, Action.PASSWORD_CHANGED, kind="account", object_id=account_id, details={"given": True})
    return AccountMade(id=account_id, login=account.login, password=password)


async def set_active(session: AsyncSession, account_id: UUID, *, active: bool) -> None:
    """Let somebody in again, or keep them out at once.

    Raises:
        NotFoundError: no such account that one may change.
    """
    if not (await session.execute(SET_ACTIVE, {"id": account_id, "active": active})).rowcount:  # type: ignore[attr-defined]  # an UPDATE's result counts
        raise NotFoundError(*NO_ACCOUNT)
    await record(session, Action.ACCOUNT_CHANGED, kind="account", object_id=account_id, details={"active": active})
