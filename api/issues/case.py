"""One case whole, as far as the asker may see: what was done, what is due, who says what, what may be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.access.people import masked
from api.issues.acts import actor_at, case_of, may
from api.issues.matter import Call, Party
from api.issues.schemas import (
    CallRead,
    CaseRead,
    EventRead,
    FollowRead,
    MayRead,
    MessageRead,
    PhotoRead,
    ReporterRead,
    StepRead,
)
from api.issues.service import COLUMNS, NAMES, NOT_THERE, row_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.keyring import Keyring
    from api.issues.schemas import MessageCreate

CASE = text(f"""
SELECT {COLUMNS}, {NAMES}, i.datum, i.raw_x, i.raw_y, i.occurred_at, i.clock_skew_s, i.final, i.merged_into,
       i.split_from, i.handlers, i.handling_body_id, i.suspended_by, i.extensions, i.parts, i.wants_proof,
       coalesce((SELECT name_en FROM community WHERE id = i.community_id), '') AS community_en,
       (SELECT name FROM compound WHERE id = i.compound_id) AS compound,
       (SELECT name FROM building WHERE id = i.building_id) AS building,
       (SELECT name FROM body WHERE id = i.routed_body_id) AS routed_body
  FROM issue i WHERE i.id = :id
""")  # noqa: S608  # our own words
EVENTS = text("""
SELECT e.seq, e.at, e.action, e.party, e.account_id, e.body_id, b.name AS body, e.status, e.reason, e.payload
  FROM issue_event e LEFT JOIN body b ON b.id = e.body_id WHERE e.issue_id = :id ORDER BY e.seq
""")
PHOTOS = text("""
SELECT id, moment, width, height, created_at, taken_at FROM photo WHERE issue_id = :id AND ready ORDER BY created_at, id
""")
MESSAGES = text("""
SELECT m.id, m.at, m.party, m.account_id, b.name AS body, m.words
  FROM issue_message m LEFT JOIN body b ON b.id = m.body_id WHERE m.issue_id = :id ORDER BY m.at, m.id
""")
CALLS = text("""
SELECT c.body_id, b.name AS body, c.called_at, c.hours, c.due_at, c.arrived_at
  FROM issue_call c JOIN body b ON b.id = c.body_id WHERE c.issue_id = :id ORDER BY c.called_at, b.name
""")
RELATED = text("""
SELECT ARRAY(SELECT id FROM issue WHERE split_from = :id ORDER BY id) AS parts,
       ARRAY(SELECT id FROM issue WHERE merged_into = :id ORDER BY id) AS merged
""")
REPORTER = text("""
SELECT r.account_id IS NOT NULL AS has_account, r.name_sealed, r.phone_tail, g.email_sealed,
       coalesce(g.media_url, '') AS media_url
  FROM issue_reporter r LEFT JOIN issue_georeport g ON g.issue_id = r.issue_id WHERE r.issue_id = :id
""")
STAFF = text("SELECT account_id, name FROM staff_names(CAST(:accounts AS uuid[]))")
SAY = text("""
INSERT INTO issue_message (id, issue_id, account_id, body_id, party, words)
VALUES (:key, :id, :account, :body, :party, :words) ON CONFLICT (id) DO NOTHING
""")
STAFF_PARTIES = frozenset(Party) - {Party.REPORTER, Party.NEIGHBOUR, Party.CLOCK}
TOLD_TO_REPORTERS = {"report", "verify", "accept", "reject", "file", "dispatch", "claim", "handle", "solve", "check"}
TOLD_TO_REPORTERS |= {
    "rework",
    "close",
    "survey",
    "reopen",
    "suspend",
    "resume",
    "extend",
    "ask",
    "answer",
    "merge",
    "void",
}
WITH_REASON = {"reject", "suspend", "ask", "extend", "void", "reopen"}


async def read_case(session: AsyncSession, ring: Keyring, issue_id: UUID, *, now: datetime) -> CaseRead:
    """Everything about one case.

    Raises:
        NotFoundError: there is none, or it is not the asker's to see.
    """
    row = (await session.execute(CASE, {"id": issue_id})).mappings().first()
    if row is None:
        raise NOT_THERE
    ids = {"id": issue_id}
    events = (await session.execute(EVENTS, ids)).mappings().all()
    messages = (await session.execute(MESSAGES, ids)).mappings().all()
    calls = (await session.execute(CALLS, ids)).mappings().all()
    related = (await session.execute(RELATED, ids)).mappings().one()
    actor = await actor_at(session, issue_id)
    names = await _names(session, [*events, *messages])
    called = tuple(Call(c["body_id"], c["called_at"], c["hours"], c["arrived_at"]) for c in calls)
    case = case_of(dict(row), called)
    extra = {name: row[name] for name in CaseRead.model_fields if name in row and name != "parts"}
    return CaseRead(
        **{**extra, **row_of(row, now)},
        parts=related["parts"],
        merged=related["merged"],
        parties=sorted(actor.parties - {Party.NEIGHBOUR}),
        reporter=await _reporter(session, ring, issue_id),
        events=[EventRead(**event, who=names.get(event["account_id"], "")) for event in events],
        photo_list=await photos_of(session, issue_id, "/api/photos"),
        messages=[MessageRead(**_but(m, "account_id"), who=names.get(m["account_id"], "")) for m in messages],
        calls=[CallRead(**_but(c, "hours"), late=(c["arrived_at"] or now) > c["due_at"]) for c in calls],
        may=[
            MayRead(action=a, zh=why.zh if why else None, en=why.en if why else None)
            for a, why in may(case, actor, now)
        ],
    )


def _but(row: Any, name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


async def _names(session: AsyncSession, rows: list[Any]) -> dict[UUID | None, str]:
    """Names of the staff who acted; a reporter is never named here."""
    accounts = {
        row["account_id"] for row in rows if row["account_id"] and row["party"] not in ("reporter", "neighbour")
    }
    if not accounts:
        return {}
    found = await session.execute(STAFF, {"accounts": list(accounts)})
    return {row["account_id"]: row["name"] for row in found.mappings()}


async def _reporter(session: AsyncSession, ring: Keyring, issue_id: UUID) -> ReporterRead | None:
    row = (await session.execute(REPORTER, {"id": issue_id})).mappings().first()
    if row is None:
        return None
    sealed = row["name_sealed"]
    name = ring.unseal(bytes(sealed), about=f"issue_reporter.name {issue_id}") if sealed else ""
    shown = f"{name[:1]}**" if name else ""
    mail = row["email_sealed"]
    email = ring.unseal(bytes(mail), about=f"issue_georeport.email {issue_id}") if mail else ""
    hidden = f"{email[:1]}**@{email.partition('@')[2]}" if email else ""
    return ReporterRead(
        name=shown,
        phone=masked(row["phone_tail"]),
        email=hidden,
        media_url=row["media_url"],
        has_account=row["has_account"],
    )


async def photos_of(session: AsyncSession, issue_id: UUID, address: str) -> list[PhotoRead]:
    """The photos of a case, with their addresses below ``address``."""
    rows = (await session.execute(PHOTOS, {"id": issue_id})).mappings()
    return [
        PhotoRead(**row, full=f"{address}/{row['id']}/full.jpg", thumb=f"{address}/{row['id']}/thumb.jpg")
        for row in rows
    ]


async def say(session: AsyncSession, issue_id: UUID, said: MessageCreate) -> None:
    """Leave a message to the other bodies of a case; the same message sent again is left once.

    Raises:
        NotFoundError: the case is not the asker's to see, or they are only its reporter.
    """
    seen = (await session.execute(text("SELECT true FROM issue WHERE id = :id"), {"id": issue_id})).scalar()
    actor = await actor_at(session, issue_id)
    parties = [
        party for party in (Party.BODY, Party.CALLED, *reversed(Party)) if party in actor.parties & STAFF_PARTIES
    ]
    if not seen or not parties:
        raise NOT_THERE
    body = next(iter(actor.bodies), None)
    values = {"key": said.id, "id": issue_id, "account": actor.account, "body": body, "words": said.words}
    await session.execute(SAY, {**values, "party": parties[0].value})


async def read_followed(session: AsyncSession, issue_id: UUID, *, now: datetime) -> FollowRead:
    """What the reporter sees by the private link: the steps and who is at it, never who."""
    row = (await session.execute(CASE, {"id": issue_id})).mappings().first()
    if row is None:
        raise NOT_THERE
    events = (await session.execute(EVENTS, {"id": issue_id})).mappings().all()
    actor = await actor_at(session, issue_id)
    case = case_of(dict(row))
    steps = [
        StepRead(
            at=e["at"],
            action=e["action"],
            status=e["status"],
            body=e["body"],
            reason=e["reason"] if e["action"] in WITH_REASON else "",
        )
        for e in events
        if e["action"] in TOLD_TO_REPORTERS
    ]
    public = {name: row[name] for name in FollowRead.model_fields if name in row}
    return FollowRead(
        **public,
        steps=steps,
        photo_list=await photos_of(session, issue_id, "/api/follow/photos"),
        may=[
            MayRead(action=a, zh=why.zh if why else None, en=why.en if why else None)
            for a, why in may(case, actor, now)
        ],
    )
