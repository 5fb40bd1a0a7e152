"""Does things to a case: what the life cycle allows is written down as an event, with everything that follows from it.

One act is one row of the log; the columns of ``issue`` follow in the same transaction. The act's own key makes it
happen once however often a phone sends it; a base version that is no longer the case's is answered with 409.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import text

from api.errors import ConflictError, ForbiddenError, InvalidError, ServiceError
from api.issues import lifecycle, limits, report
from api.issues.clocks import Clock as StageClock
from api.issues.clocks import Limit, TimeUnit
from api.issues.matter import Act, Action, Actor, Call, Case, Party, Stage, Status, Suspension
from api.issues.service import NOT_THERE, clock_in
from geo.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.issues.schemas import ActCreate
    from geo.errors import Refusal

ROW = text("SELECT * FROM issue WHERE id = :id FOR UPDATE")
PARTIES = text("SELECT parties_to(:id) AS parties, my_bodies() AS bodies")
CALLS = text(
    "SELECT body_id, called_at, hours, arrived_at FROM issue_call WHERE issue_id = :id ORDER BY called_at, body_id"
)
KNOWN = text("SELECT issue_id FROM issue_event WHERE id = :key")
HOLD = text("SELECT set_config('app.held', :id, true)")
EVENT = text("""
INSERT INTO issue_event (issue_id, seq, id, at, action, account_id, party, body_id, status, reason, payload)
VALUES (:issue, :seq, coalesce(CAST(:key AS uuid), uuid7()), :at, :action, :account, :party, :body, :status, :reason,
  CAST(:payload AS jsonb))
""")
STANDS = text("""
UPDATE issue SET body_id = :body_id, stage = :stage, stage_no = :stage_no, stage_since = :stage_since, due_at = :due_at,
  due_is_provisional = :due_is_provisional, clock_unit = :clock_unit, clock_total_s = :clock_total_s,
  clock_spent_s = :clock_spent_s, clock_since = :clock_since, closed_at = :closed_at, supervised = :supervised,
  suspended_until = :suspended_until, suspended_by = :suspended_by, waiting = :waiting,
  solved_on_spot = :solved_on_spot,
  final = :final, urges = :urges, returns = :returns, reworks = :reworks, reopens = :reopens, listed = :listed,
  extensions = :extensions, lates = :lates, satisfaction = :satisfaction, merged_into = :merged_into, parts = :parts,
  handlers = :handlers, handling_body_id = :handling_body_id
 WHERE id = :id
""")
CORRECT = text("""
UPDATE issue SET category = :category, top = :top, severity = :severity, title = :title, address = :address,
  routed_body_id = :routed WHERE id = :id
""")
CALL = text("""
INSERT INTO issue_call (issue_id, body_id, called_at, hours, due_at)
SELECT :id, body, :at, :hours, :due FROM unnest(CAST(:bodies AS uuid[])) AS body
""")
ARRIVED = text("""
UPDATE issue_call SET arrived_at = :at, account_id = :account
 WHERE issue_id = :id AND body_id = ANY(CAST(:bodies AS uuid[])) AND arrived_at IS NULL
""")
NO_CALLS = text("DELETE FROM issue_call WHERE issue_id = :id")
ATTACH = text("SELECT attach_photos(:id, CAST(:photos AS uuid[]), 'after')")
STATUS_OF = text("SELECT status FROM issue WHERE id = :id")
ABSORB = text("UPDATE issue SET me_too = me_too + 1 + :me_too WHERE id = :into")
BODY_THERE = text("SELECT count(*) FROM body WHERE id = ANY(CAST(:bodies AS uuid[])) AND active")
PART = text("""
INSERT INTO issue (id, code, kind, top, category, severity, title, description, address, geometry, accuracy_m, located,
  datum, raw_x, raw_y, floor, subdistrict_id, community_id, compound_id, building_id, micro_grid_id, source,
  reported_at, occurred_at, wants_proof, routed_body_id, stage, stage_since, due_at, due_is_provisional,
  clock_unit, clock_total_s, clock_spent_s, clock_since, changed_at, split_from)
SELECT :part, :code, c.kind, c.parent, c.code, i.severity, :title, :description, i.address, i.geometry, i.accuracy_m,
  i.located, i.datum, i.raw_x, i.raw_y, i.floor, i.subdistrict_id, i.community_id, i.compound_id, i.building_id,
  i.micro_grid_id, i.source, :at, i.occurred_at, c.proof,
  (SELECT body_id FROM body_for(c.code, c.kind, i.subdistrict_id, i.community_id, i.compound_id)), 'dispatch', :at,
  :due_at, :due_is_provisional, :clock_unit, :clock_total_s, :clock_spent_s, :clock_since, :at, i.id
  FROM issue i, issue_category c WHERE i.id = :id AND c.code = :category AND c.parent IS NOT NULL AND c.active
""")

FORBIDDEN = {"not-yours", "own-work"}
UNSAID = {"reason-wanted", "body-wanted", "photo-wanted", "hours-wanted", "review-wanted", "target-wanted", "itself"}
UNSAID |= {"parts-wanted", "bodies-wanted", "satisfaction-wanted"}
USUAL_CALL_HOURS = 2
"""Where the table of limits says nothing about reporting in after a whistle."""
WHO_FIRST = (Party.BODY, Party.CALLED, *reversed(Party))


class MovedOnError(ConflictError):
    """The case is no longer as the asker saw it."""

    kind = "moved-on"


@dataclass(frozen=True, slots=True)
class Desk:
    """A case on somebody's desk: its row, its value, and who is at it."""

    row: Mapping[str, Any]
    case: Case
    actor: Actor

    @property
    def clock(self) -> StageClock | None:
        """The clock of its stage."""
        return clock_in(self.row)


def told(why: Refusal) -> ServiceError:
    """A refusal as an error: 403 for who, 422 for what was not said, 409 for how the case stands."""
    if why.code in FORBIDDEN:
        return ForbiddenError(why.zh, why.en)
    if why.code in UNSAID:
        return InvalidError(why.zh, why.en)
    return ConflictError(why.zh, why.en)


def case_of(row: Mapping[str, Any], calls: tuple[Call, ...] = ()) -> Case:
    """A row of ``issue`` as a case."""
    until = row["suspended_until"]
    return Case(
        id=row["id"],
        reported_at=row["reported_at"],
        status=Status(row["status"]),
        version=row["version"],
        wants_proof=row["wants_proof"],
        body=row["body_id"],
        handlers=frozenset(row["handlers"]),
        handling_body=row["handling_body_id"],
        suspension=Suspension(row["suspended_by"], until) if until else None,
        calls=calls,
        merged_into=row["merged_into"],
        satisfaction=row["satisfaction"] or 0,
        **{name: row[name] for name in PLAIN},
    )


PLAIN = (
    "returns",
    "final",
    "reworks",
    "reopens",
    "urges",
    "extensions",
    "me_too",
    "supervised",
    "listed",
    "waiting",
    "solved_on_spot",
    "parts",
    "closed_at",
)


async def open_desk(session: AsyncSession, issue_id: UUID) -> Desk:
    """The case, locked, and in which capacities the asker comes to it.

    Raises:
        NotFoundError: it is not the asker's to see.
    """
    row = (await session.execute(ROW, {"id": issue_id})).mappings().first()
    if row is None:
        raise NOT_THERE
    found = (await session.execute(CALLS, {"id": issue_id})).mappings()
    calls = tuple(Call(c["body_id"], c["called_at"], c["hours"], c["arrived_at"]) for c in found)
    return Desk(dict(row), case_of(dict(row), calls), await actor_at(session, issue_id))


async def actor_at(session: AsyncSession, issue_id: UUID) -> Actor:
    """Who the asker is to this case."""
    who = (await session.execute(PARTIES, {"id": issue_id})).mappings().one()
    parties = frozenset(Party(party) for party in who["parties"]) | {Party.NEIGHBOUR}
    asker = session.info["asker"]
    return Actor(asker.account_id, parties, frozenset(UUID(str(body)) for body in who["bodies"]))


async def act(session: AsyncSession, issue_id: UUID, said: ActCreate, *, now: datetime) -> Case:
    """Do one thing to a case; the case afterwards. The same act sent again changes nothing.

    Raises:
        NotFoundError: it is not the asker's to see.
        MovedOnError: it is no longer as the asker saw it.
        ForbiddenError, InvalidError, ConflictError: it may not be; the sentence says why.
    """
    desk = await open_desk(session, issue_id)
    if said.id is not None and (done := (await session.execute(KNOWN, {"key": said.id})).scalar()) is not None:
        if done != issue_id:
            raise ConflictError("这个操作编号已用过。", "This act's key was used before.")
        return desk.case
    if said.base_version is not None and said.base_version != desk.case.version:
        raise MovedOnError(
            "此件已被他人更新,请看过最新情况再办;您填写的内容没有丢失。",
            "Somebody has changed this case meanwhile; look at it again. What you wrote is not lost.",
        )
    await _check_bodies(session, said)
    wanted = await _wanted(session, said, desk.actor, now)
    try:
        after = lifecycle.apply(desk.case, wanted)
    except RefusedError as refused:
        raise told(refused.refusal) from refused
    await session.execute(HOLD, {"id": str(issue_id)})
    if said.photos:
        await report.attach(session, issue_id, said.photos, ATTACH)
    desk = await _corrected(session, desk, said) if said.action is Action.CORRECT else desk
    children = await _split(session, desk, said, now) if said.action is Action.SPLIT else []
    await write(session, desk, wanted, after, key=said.id, details=_details(said, desk, children))
    await _besides(session, desk, wanted, after)
    return after


async def _wanted(session: AsyncSession, said: ActCreate, actor: Actor, now: datetime) -> Act:
    into = (await session.execute(STATUS_OF, {"id": said.into})).scalar() if said.into else None
    return Act(
        said.action,
        actor,
        now,
        reason=said.reason,
        body=said.body_id,
        bodies=tuple(said.body_ids),
        hours=said.hours,
        until=said.until,
        photos=len(said.photos),
        into=said.into if into else None,
        into_status=Status(into) if into else None,
        parts=len(said.parts),
        satisfaction=said.satisfaction,
        final=said.final,
    )


async def _check_bodies(session: AsyncSession, said: ActCreate) -> None:
    named = {*said.body_ids, *([said.body_id] if said.body_id else [])}
    if named and (await session.execute(BODY_THERE, {"bodies": list(named)})).scalar_one() != len(named):
        raise InvalidError("没有这个承办单位,或已停用。", "There is no such body, or it is no longer in use.")


def _details(said: ActCreate, desk: Desk, children: list[UUID]) -> dict[str, Any]:
    """What of the act is worth keeping beside its columns."""
    plain = said.model_dump(
        mode="json", exclude={"action", "id", "base_version", "reason", "parts"}, exclude_defaults=True
    )
    if children:
        plain["parts"] = [str(child) for child in children]
    if said.action in (Action.RETURN, Action.CHECK):
        plain["of_body"] = str(desk.case.body) if desk.case.body else None
    return plain


def party_of(way_parties: frozenset[Party], actor: Actor) -> Party:
    """The capacity in which the actor may take the way."""
    return next(party for party in WHO_FIRST if party in way_parties and party in actor.parties)


async def write(
    session: AsyncSession, desk: Desk, act: Act, after: Case, *, key: UUID | None, details: dict[str, Any]
) -> None:
    """Write an act's event, and how the case stands afterwards."""
    party = party_of(lifecycle.WAYS[act.action].who, act.actor)
    acting = desk.case.body if party is Party.BODY else next(iter(act.actor.bodies), None)
    values = {
        "issue": desk.case.id,
        "seq": after.version,
        "key": key,
        "at": max(act.at, desk.row["changed_at"]),
        "action": act.action.value,
        "account": act.actor.account,
        "party": party.value,
        "body": acting if party in (Party.BODY, Party.CALLED) else None,
        "status": after.status.value,
        "reason": act.reason,
        "payload": json.dumps(details, ensure_ascii=False),
    }
    await session.execute(EVENT, values)
    await stand(session, desk, act, after)


async def stand(session: AsyncSession, desk: Desk, act: Act, after: Case) -> None:
    """Bring the columns of ``issue``, its clock and its alarms to where the case stands now."""
    row, before = desk.row, desk.case
    moved = after.status is not before.status and after.stage is not before.stage
    clock = await _next_clock(session, desk, act, after, moved=moved)
    late = moved and row["due_at"] is not None and row["due_at"] < act.at
    stage_no = row["stage_no"] + moved
    values = {
        "id": after.id,
        "body_id": after.body,
        "stage": after.stage.value if after.stage else None,
        "stage_no": stage_no,
        "stage_since": act.at if moved else row["stage_since"],
        **limits.columns(clock),
        "suspended_until": after.suspension.review if after.suspension else None,
        "suspended_by": after.suspension.approver if after.suspension else None,
        "lates": row["lates"] + late,
        "satisfaction": after.satisfaction or None,
        "merged_into": after.merged_into,
        "handlers": list(after.handlers),
        "handling_body_id": after.handling_body,
        **{name: getattr(after, name) for name in PLAIN if name != "me_too"},
    }
    await session.execute(STANDS, values)
    if moved or clock != desk.clock:
        await limits.set_alarms(session, after.id, stage_no, after.stage, clock)


async def _next_clock(session: AsyncSession, desk: Desk, act: Act, after: Case, *, moved: bool) -> StageClock | None:
    row = desk.row
    if moved:
        return await limits.clock_of(
            session, after.stage, category=row["category"], severity=row["severity"], at=act.at
        )
    clock = desk.clock
    if clock is None:
        return None
    if act.action is Action.EXTEND:
        return clock.extended(act.hours)
    return clock.paused(act.at) if after.is_paused else clock.resumed(act.at)


async def _besides(session: AsyncSession, desk: Desk, act: Act, after: Case) -> None:
    """What an act leaves in other tables."""
    issue_id = after.id
    if act.action is Action.WHISTLE:
        await _call(session, desk, act)
    elif act.action is Action.ARRIVE:
        there = [c.body for c in after.calls if c.arrived_at == act.at and c.body in act.actor.bodies]
        account = act.actor.account
        await session.execute(ARRIVED, {"id": issue_id, "at": act.at, "account": account, "bodies": there})
    elif act.action is Action.MERGE:
        await session.execute(ABSORB, {"into": act.into, "me_too": desk.case.me_too})
    elif act.action is Action.REOPEN:
        await session.execute(NO_CALLS, {"id": issue_id})


async def _call(session: AsyncSession, desk: Desk, act: Act) -> None:
    """Call bodies together, each with its own clock: the working hours that were said, or the table's limit."""
    row, bodies = desk.row, list(dict.fromkeys(act.bodies))
    said = Limit(0, None, None, "arrive", act.hours or USUAL_CALL_HOURS, TimeUnit.WORKING_HOURS)
    clock = StageClock.started(said, act.at)
    if not act.hours:
        usual = await limits.clock_of(
            session, Stage.ARRIVE, category=row["category"], severity=row["severity"], at=act.at
        )
        clock = usual or clock
    values = {"id": desk.case.id, "bodies": bodies, "at": act.at, "hours": clock.total_s // 3600, "due": clock.due}
    await session.execute(CALL, values)
    await limits.set_call_alarms(session, desk.case.id, bodies, clock)


async def _corrected(session: AsyncSession, desk: Desk, said: ActCreate) -> Desk:
    """Another category, severity, title or address; the responsible body follows."""
    row = dict(desk.row)
    category = said.category or row["category"]
    found = await report.category_of(session, category)
    body = await session.execute(
        text("SELECT body_id FROM body_for(:category, :kind, :subdistrict, :community, :compound)"),
        {
            "category": category,
            "kind": found["kind"],
            "subdistrict": row["subdistrict_id"],
            "community": row["community_id"],
            "compound": row["compound_id"],
        },
    )
    values = {
        "id": row["id"],
        "category": category,
        "top": category.partition(".")[0],
        "severity": said.severity or row["severity"],
        "title": row["title"] if said.title is None else said.title,
        "address": row["address"] if said.address is None else said.address,
        "routed": body.scalar(),
    }
    await session.execute(CORRECT, values)
    return replace(desk, row={**row, **values})


async def _split(session: AsyncSession, desk: Desk, said: ActCreate, now: datetime) -> list[UUID]:
    """The parts of a split case: each filed at once, with its own category, body and clock."""
    children = []
    for part in said.parts:
        found = await report.category_of(session, part.category)
        clock = await limits.clock_of(
            session, Stage.DISPATCH, category=part.category, severity=desk.row["severity"], at=now
        )
        child = uuid4()
        await session.execute(HOLD, {"id": str(child)})
        values = {"part": child, "code": report.code_of(child), "title": part.title, "description": part.description}
        values |= {"id": desk.case.id, "category": found["code"], "at": now, **limits.columns(clock)}
        await session.execute(PART, values)
        event = {"issue": child, "seq": 1, "key": None, "at": now, "action": "part", "account": desk.actor.account}
        party = party_of(lifecycle.WAYS[Action.SPLIT].who, desk.actor).value
        event |= {"party": party, "body": None, "status": "filed", "reason": said.reason}
        await session.execute(EVENT, {**event, "payload": json.dumps({"split_from": str(desk.case.id)})})
        await limits.set_alarms(session, child, 1, Stage.DISPATCH, clock)
        children.append(child)
    await session.execute(HOLD, {"id": str(desk.case.id)})
    return children


def may(case: Case, actor: Actor, now: datetime) -> list[tuple[Action, Refusal | None]]:
    """Every action that the actor's capacities reach, and what stands against it now.

    Fields that have to be filled in are taken as filled in: a button is grey for what can not be only.
    """
    found: list[tuple[Action, Refusal | None]] = []
    for action, way in lifecycle.WAYS.items():
        if not (actor.parties - {Party.NEIGHBOUR}) & way.who or (case.status not in way.source):
            continue
        why = lifecycle.refusal(case, Act(action, actor, now))
        if why is lifecycle.NOT_NOW or why is lifecycle.ALREADY_OVER:
            continue
        found.append((action, None if why is None or why.code in UNSAID else why))
    return found
