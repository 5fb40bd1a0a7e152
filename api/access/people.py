"""People: whom a street office knows. Numbers are sealed when they come in and masked when they go out.

A number is looked at one at a time, for a reason, a few times a day, and every look is written down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import text

from api.access import traces
from api.access.audit import Action, record
from api.access.people_schemas import ExportRead, PersonRead, RevealRead
from api.errors import ConflictError, InvalidError, NotFoundError, TooManyError

if TYPE_CHECKING:
    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.keyring import Keyring
    from api.access.people_schemas import PersonCreate

REVEALS_A_DAY = 30
MASK = "•••"
FIELDS = ("phone", "id_number")
LISTED = 200

LIST = text("""
SELECT id, name, community_id, party_member, phone_tail, id_number_tail FROM person
 WHERE erased_at IS NULL AND (CAST(:community AS uuid) IS NULL OR community_id = :community)
   AND (:name = '' OR strpos(name, :name) > 0) AND (CAST(:digest AS bytea) IS NULL OR phone_digest = :digest)
 ORDER BY name, id LIMIT :most
""")
ONE = text("SELECT * FROM person WHERE id = :id AND erased_at IS NULL")
ADD = text("""
INSERT INTO person (id, name, community_id, floor_id, party_member, phone_sealed, phone_digest, phone_tail,
                    id_number_sealed, id_number_digest, id_number_tail)
VALUES (:id, :name, :community_id, :floor_id, :party_member, :phone_sealed, :phone_digest, :phone_tail,
        :id_number_sealed, :id_number_digest, :id_number_tail)
""")
REVEALS = text("SELECT reveals_today()")
POSTS = text("SELECT role, post, level, place_id, since, until FROM assignment WHERE person_id = :id ORDER BY since")
ACCOUNT = text("SELECT id, login, active, created_at FROM account WHERE person_id = :id")
ERASE = text("""
UPDATE person SET name = '已删除', floor_id = NULL, party_member = false, phone_sealed = NULL, phone_digest = NULL,
       phone_tail = '', id_number_sealed = NULL, id_number_digest = NULL, id_number_tail = '', erased_at = now()
 WHERE id = :id AND erased_at IS NULL
""")
NOTHING: dict[str, list[dict[str, Any]]] = {"sessions": [], "tokens": [], "reports": [], "patrols": []}
NOT_THERE = ("没有这个人,或您无权查看。", "There is no such person, or it is not yours to see.")


def place_of(field: str, person_id: UUID) -> str:
    """What a sealed number is bound to (``api.access.keyring``)."""
    return f"person.{field} {person_id}"


def bare(number: str) -> str:
    """A number without the spaces and dashes that people write.

    >>> bare("138-0000 1234")
    '13800001234'
    """
    return number.replace(" ", "").replace("-", "")


def sealed(ring: Keyring, person_id: UUID, field: str, number: str | None) -> dict[str, Any]:
    """The columns of one number: sealed, digested, and the four digits that may be shown."""
    if not number:
        return {f"{field}_sealed": None, f"{field}_digest": None, f"{field}_tail": ""}
    plain = bare(number)
    return {
        f"{field}_sealed": ring.seal(plain, about=place_of(field, person_id)),
        f"{field}_digest": ring.digest(f"{field} {plain}"),
        f"{field}_tail": plain[-4:],
    }


def masked(tail: str) -> str:
    """What is shown of a number.

    >>> masked("1234"), masked("")
    ('•••1234', '')
    """
    return f"{MASK}{tail}" if tail else ""


def masked_read(row: RowMapping) -> PersonRead:
    """A row of ``person`` as it may be shown."""
    return PersonRead(
        id=row["id"],
        name=row["name"],
        community_id=row["community_id"],
        party_member=row["party_member"],
        phone=masked(row["phone_tail"]),
        id_number=masked(row["id_number_tail"]),
    )


async def search(
    session: AsyncSession, ring: Keyring, *, name: str = "", phone: str = "", community_id: UUID | None = None
) -> list[PersonRead]:
    """People by a part of their name or by a whole telephone number, masked."""
    digest = ring.digest(f"phone {bare(phone)}") if phone else None
    values = {"name": name.strip(), "digest": digest, "community": community_id, "most": LISTED}
    return [masked_read(row) for row in (await session.execute(LIST, values)).mappings()]


async def add(session: AsyncSession, ring: Keyring, wanted: PersonCreate) -> PersonRead:
    """Add a person; the numbers are sealed before they reach the store."""
    person_id = uuid4()
    values = {
        "id": person_id,
        **wanted.model_dump(include={"name", "community_id", "floor_id", "party_member"}),
        **sealed(ring, person_id, "phone", wanted.phone),
        **sealed(ring, person_id, "id_number", wanted.id_number),
    }
    await session.execute(ADD, values)
    await record(session, Action.PERSON_ADDED, kind="person", object_id=person_id, place_id=wanted.community_id)
    return masked_read(values)  # type: ignore[arg-type]  # the same names as the row's


async def find(session: AsyncSession, person_id: UUID) -> RowMapping:
    """A person of one's jurisdiction who has not been forgotten.

    Raises:
        NotFoundError: nobody of that id.
    """
    row = (await session.execute(ONE, {"id": person_id})).mappings().first()
    if row is None:
        raise NotFoundError(*NOT_THERE)
    return row


async def reveal(session: AsyncSession, ring: Keyring, person_id: UUID, field: str, reason: str) -> RevealRead:
    """One number of one person.

    Raises:
        NotFoundError: nobody of that id in one's jurisdiction.
        InvalidError: no such number is known.
        TooManyError: the day's allowance is used up.
    """
    row = await find(session, person_id)
    used = int((await session.execute(REVEALS)).scalar_one())
    if used >= REVEALS_A_DAY:
        raise TooManyError(
            f"今天已查看 {REVEALS_A_DAY} 个号码,达到上限。",
            f"{REVEALS_A_DAY} numbers have been looked at today, which is all one may.",
            seconds=3600,
        )
    if row[f"{field}_sealed"] is None:
        raise InvalidError("没有登记这个号码。", "No such number is known.")
    value = ring.unseal(row[f"{field}_sealed"], about=place_of(field, person_id))
    await record(
        session,
        Action.PERSON_REVEALED,
        kind="person",
        object_id=person_id,
        place_id=row["community_id"],
        reason=reason,
        details={"field": field},
    )
    if used + 1 == REVEALS_A_DAY:
        await record(session, Action.REVEALS_SPENT, place_id=row["community_id"], details={"looked": REVEALS_A_DAY})
    return RevealRead(value=value, left_today=REVEALS_A_DAY - used - 1)


async def export(session: AsyncSession, ring: Keyring, person_id: UUID, reason: str) -> ExportRead:
    """Everything that is held about one person, in the clear, for that person.

    Raises:
        NotFoundError: nobody of that id in one's jurisdiction.
    """
    row = await find(session, person_id)
    person = {name: row[name] for name in ("id", "name", "community_id", "floor_id", "party_member", "created_at")}
    for field in FIELDS:
        if row[f"{field}_sealed"] is not None:
            person[field] = ring.unseal(row[f"{field}_sealed"], about=place_of(field, person_id))
    posts = [dict(post) for post in (await session.execute(POSTS, {"id": person_id})).mappings()]
    account = (await session.execute(ACCOUNT, {"id": person_id})).mappings().first()
    left = await traces.told(session, ring, person_id, row["phone_digest"])
    await record(
        session,
        Action.PERSON_EXPORTED,
        kind="person",
        object_id=person_id,
        place_id=row["community_id"],
        reason=reason,
    )
    return ExportRead(person=person, posts=posts, account=dict(account) if account else None, **(NOTHING | left))


async def erase(session: AsyncSession, person_id: UUID, reason: str) -> None:
    """Forget a person: the name, every number, the account and its devices go; what they did stays under an id.

    Raises:
        NotFoundError: nobody of that id whom one may change.
        ConflictError: the person still serves.
    """
    row = await find(session, person_id)
    if await traces.serves(session, person_id):
        raise ConflictError("此人还有岗位,请先办理离任。", "This person still holds a post; end it first.")
    if not (await session.execute(ERASE, {"id": person_id})).rowcount:  # type: ignore[attr-defined]  # an UPDATE's result counts
        raise NotFoundError(*NOT_THERE)
    await traces.wipe(session, person_id, row["phone_digest"])
    await record(
        session, Action.PERSON_ERASED, kind="person", object_id=person_id, place_id=row["community_id"], reason=reason
    )
