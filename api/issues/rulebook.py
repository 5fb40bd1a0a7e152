"""The office's book of rules: which body answers for what, and how long each stage may take; both kept as data.

Routing rules are read in their order and may be tried without being kept. Limits are never changed: a new version is
in force from a moment on, and a case's running stage keeps the limit that it began with.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import text

from api.errors import ForbiddenError, InvalidError, NotFoundError
from api.issues import places, routing
from api.issues.clocks import Clock, Limit, TimeUnit, limit_for
from api.issues.report import category_of
from api.issues.rule_schemas import (
    DueRead,
    LimitRead,
    LimitsRead,
    LimitVersionRead,
    RoutingRuleRead,
    RuleStepRead,
    RungRead,
    TrialRead,
)
from api.issues.schemas import PlaceSaid
from api.issues.workdays import BEIJING

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.issues.matter import Stage
    from api.issues.rule_schemas import LimitsCreate, RoutingRuleSaid, TrialSaid

RULES = text("""
SELECT r.id, r.rank, r.category, r.kind, r.subdistrict_id, r.community_id, r.compound_id, r.body_id, r.note,
       b.name AS body, b.name_en AS body_en, b.active,
       coalesce((SELECT name FROM compound WHERE id = r.compound_id), (SELECT name FROM community
         WHERE id = r.community_id), (SELECT name FROM subdistrict WHERE id = r.subdistrict_id), '') AS place
  FROM routing_rule r JOIN body b ON b.id = r.body_id ORDER BY r.rank, r.id
""")
OWN = text("""
SELECT (SELECT whole('editable')) AS everywhere, ARRAY(SELECT DISTINCT c.subdistrict_id FROM community c
  WHERE c.id IN (SELECT unnest(scope('editable')))) AS subdistricts, governs_all() AS governs
""")
ADD = text("""
INSERT INTO routing_rule (rank, category, kind, subdistrict_id, community_id, compound_id, body_id, note)
VALUES (:rank, :category, :kind, :subdistrict_id, :community_id, :compound_id, :body_id, :note) RETURNING id
""")
CHANGE = text("""
UPDATE routing_rule SET rank = :rank, category = :category, kind = :kind, subdistrict_id = :subdistrict_id,
  community_id = :community_id, compound_id = :compound_id, body_id = :body_id, note = :note WHERE id = :id
""")
SEEN = text("SELECT true FROM community WHERE id = :id")
DROP = text("DELETE FROM routing_rule WHERE id = :id")
BODY = text("SELECT true FROM body WHERE id = :id AND active")
VERSIONS = text("SELECT version, since, note FROM issue_limit_version ORDER BY version DESC LIMIT 50")
LIMITS = text("""
SELECT version, category, severity, stage, amount, unit FROM issue_limit WHERE version = :version
 ORDER BY category NULLS FIRST, stage, severity NULLS FIRST
""")
IN_FORCE = text("SELECT max(version) FROM issue_limit_version WHERE since <= :at")
RUNGS = text("SELECT percent, action FROM issue_rung ORDER BY percent")
NEXT = text("SELECT coalesce(max(version), 0) + 1 FROM issue_limit_version")
ADD_VERSION = text("INSERT INTO issue_limit_version (version, since, note) VALUES (:version, :since, :note)")
ADD_LIMIT = text("""
INSERT INTO issue_limit (version, category, severity, stage, amount, unit)
VALUES (:version, :category, :severity, :stage, :amount, :unit)
""")
SLACK = timedelta(minutes=5)
NO_RULE = NotFoundError("没有这条规则,或不归您管。", "There is no such rule, or it is not yours to change.")


async def read_rules(session: AsyncSession) -> list[RoutingRuleRead]:
    """All rules in their order."""
    own = (await session.execute(OWN)).mappings().one()
    return [
        RoutingRuleRead(**row, mine=own["everywhere"] or row["subdistrict_id"] in own["subdistricts"])
        for row in (await session.execute(RULES)).mappings()
    ]


async def _row(session: AsyncSession, said: RoutingRuleSaid) -> dict[str, object]:
    """A rule as a row; an office's own rules are of its own subdistrict.

    Raises:
        InvalidError: there is no such body.
        ForbiddenError: the rule reaches beyond the asker's places.
    """
    if (await session.execute(BODY, {"id": said.body_id})).scalar() is None:
        raise InvalidError("没有这个承办单位,或已停用。", "There is no such body, or it is no longer in use.")
    if said.category is not None and "." in said.category:
        await category_of(session, said.category)
    own = (await session.execute(OWN)).mappings().one()
    row = said.model_dump()
    if not own["everywhere"]:
        if row["subdistrict_id"] is None and len(own["subdistricts"]) == 1:
            row["subdistrict_id"] = own["subdistricts"][0]
        if row["subdistrict_id"] not in own["subdistricts"]:
            raise ForbiddenError("只能为自己的街道订规则。", "A rule may be set for one's own subdistrict only.")
    return row


async def add_rule(session: AsyncSession, said: RoutingRuleSaid) -> RoutingRuleRead:
    """Keep a new rule."""
    made = (await session.execute(ADD, await _row(session, said))).scalar_one()
    return await _one(session, made)


async def change_rule(session: AsyncSession, rule_id: UUID, said: RoutingRuleSaid) -> RoutingRuleRead:
    """Change a rule; cases that are dispatched already stay where they are.

    Raises:
        NotFoundError: there is none, or it is not the asker's to change.
    """
    row = await _row(session, said)
    if (await session.execute(CHANGE, {**row, "id": rule_id})).rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result counts
        raise NO_RULE
    return await _one(session, rule_id)


async def drop_rule(session: AsyncSession, rule_id: UUID) -> None:
    """Strike a rule out.

    Raises:
        NotFoundError: there is none, or it is not the asker's to change.
    """
    if (await session.execute(DROP, {"id": rule_id})).rowcount != 1:  # type: ignore[attr-defined]  # a DELETE's result counts
        raise NO_RULE


async def _one(session: AsyncSession, rule_id: UUID) -> RoutingRuleRead:
    return next(rule for rule in await read_rules(session) if rule.id == rule_id)


async def try_rules(session: AsyncSession, said: TrialSaid, *, now: datetime) -> TrialRead:
    """Who would answer for an issue at a point, and why each rule does not; nothing is kept.

    Raises:
        InvalidError: there is no such category, or the point lies outside every community that the asker sees.
    """
    category = await category_of(session, said.category)
    place = PlaceSaid(lon=said.lon, lat=said.lat, located="pin", on_water=True)
    spot = await places.locate(session, place, now.astimezone(BEIJING).date())
    if not (await session.execute(SEEN, {"id": spot.community_id})).scalar():
        raise InvalidError("这个位置不在您管辖的范围内。", "That point lies outside your area.")
    kept = [rule for rule in await read_rules(session) if rule.active and rule.id != said.instead_of]
    rules = [routing.Rule(**{name: getattr(rule, name) for name in routing.Rule.__slots__}) for rule in kept]
    names = {rule.id: rule.body for rule in kept}
    draft = UUID(int=0)
    if said.rule is not None:
        row = await _row(session, said.rule)
        rules.append(routing.Rule(id=draft, **{name: row[name] for name in routing.Rule.__slots__ if name != "id"}))  # type: ignore[arg-type]  # a row of its fields
        names[draft] = await _name_of(session, said.rule.body_id)
    kind = said.kind.value if said.kind else category["kind"]
    asked = routing.Question(said.category, kind, spot.subdistrict_id, spot.community_id, spot.compound_id)
    decided, told = routing.decide(rules, asked)
    steps = [
        RuleStepRead(
            rule_id=None if rule.id == draft else rule.id,
            body=names[rule.id],
            zh=why.zh if why else None,
            en=why.en if why else None,
        )
        for rule, why in told
    ]
    body = names[decided.id] if decided else None
    return TrialRead(community=spot.community, body_id=decided.body_id if decided else None, body=body, steps=steps)


async def _name_of(session: AsyncSession, body_id: UUID) -> str:
    return str((await session.execute(text("SELECT name FROM body WHERE id = :id"), {"id": body_id})).scalar_one())


async def read_limits(session: AsyncSession, version: int | None, *, now: datetime) -> LimitsRead:
    """The limits of a version, by default of the one in force.

    Raises:
        NotFoundError: there is no such version.
    """
    versions = [LimitVersionRead(**row) for row in (await session.execute(VERSIONS)).mappings()]
    in_force = (await session.execute(IN_FORCE, {"at": now})).scalar_one()
    wanted = version or in_force
    if wanted not in {one.version for one in versions}:
        raise NotFoundError("没有这一版时限。", "There is no such version of the limits.")
    return LimitsRead(
        version=wanted,
        in_force=in_force,
        limits=[LimitRead(**row) for row in (await session.execute(LIMITS, {"version": wanted})).mappings()],
        versions=versions,
        rungs=[RungRead(**row) for row in (await session.execute(RUNGS)).mappings()],
        mine=(await session.execute(OWN)).mappings().one()["governs"],
    )


async def add_limits(session: AsyncSession, said: LimitsCreate, *, now: datetime) -> LimitsRead:
    """Keep a new version of the limits.

    Raises:
        ForbiddenError: the limits hold for places that are not the asker's.
        InvalidError: it would hold for the past, or a category is none.
    """
    if not (await session.execute(OWN)).mappings().one()["governs"]:
        raise ForbiddenError(
            "时限对全部街道有效,须由管辖全部街道者修订。",
            "Limits hold for every subdistrict; who governs them all sets them.",
        )
    since = said.since or now
    if since < now - SLACK:
        raise InvalidError("新时限不能从过去开始生效。", "New limits cannot begin in the past.")
    for code in {limit.category for limit in said.limits if limit.category and "." in limit.category}:
        await category_of(session, code)
    version = (await session.execute(NEXT)).scalar_one()
    await session.execute(ADD_VERSION, {"version": version, "since": since, "note": said.note})
    await session.execute(ADD_LIMIT, [{**limit.model_dump(mode="json"), "version": version} for limit in said.limits])
    return await read_limits(session, version, now=now)


async def due_if_begun(session: AsyncSession, stage: Stage, category: str, severity: int, at: datetime) -> DueRead:
    """When a stage would be due that begins at a moment, by the limits in force then: to try the table."""
    version = (await session.execute(IN_FORCE, {"at": at})).scalar()
    rows = (await session.execute(LIMITS, {"version": version})).mappings()
    limits = [Limit(**{**row, "unit": TimeUnit(row["unit"])}) for row in rows]
    found = limit_for(limits, category=category, severity=severity, stage=stage.value)
    if found is None:
        return DueRead(due_at=None, provisional=False, limit=None)
    clock = Clock.started(found, at)
    told = LimitRead(
        category=found.category, severity=found.severity, stage=stage, amount=found.amount, unit=found.unit.value
    )
    return DueRead(due_at=clock.due, provisional=clock.is_provisional, limit=told)
