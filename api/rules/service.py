"""Which rule holds for a community on a day, which exemptions, and what in a plan still misses both."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from api.access.audit import Action, record
from api.errors import ConflictError, InvalidError, NotFoundError
from api.rules.schemas import BreachRead, ExemptionRead, RuleRead

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.rules.schemas import ExemptionCreate, RuleCreate

LISTED = 1_000
CHINA = "(now() AT TIME ZONE 'Asia/Shanghai')::date"

RULES = """
SELECT r.id, r.place_id, r.least, r.most, r.target, r.community_most, r.source,
       CASE WHEN r.community_id IS NOT NULL THEN 'community' WHEN r.subdistrict_id IS NOT NULL THEN 'subdistrict'
            WHEN r.district_id IS NOT NULL THEN 'district' ELSE 'store' END AS level,
       coalesce(c.name, s.name, d.name, '') AS place, lower(r.effective) AS since,
       upper(r.effective) - 1 AS until
  FROM household_rule r LEFT JOIN district d ON d.id = r.district_id
  LEFT JOIN subdistrict s ON s.id = r.subdistrict_id LEFT JOIN community c ON c.id = r.community_id
"""
RULE_FOR = f"""
{RULES} JOIN community here ON here.id = :community JOIN subdistrict above ON above.id = here.subdistrict_id
 WHERE r.effective @> CAST(:day AS date)
   AND (r.community_id = here.id OR r.subdistrict_id = above.id OR r.district_id = above.district_id
        OR r.place_id IS NULL)
 ORDER BY r.community_id IS NULL, r.subdistrict_id IS NULL, r.district_id IS NULL LIMIT 1
"""
RULE_ABOVE = f"""
{RULES} JOIN subdistrict here ON here.id = :subdistrict
 WHERE r.effective @> CAST(:day AS date)
   AND (r.subdistrict_id = here.id OR r.district_id = here.district_id OR r.place_id IS NULL)
 ORDER BY r.subdistrict_id IS NULL, r.district_id IS NULL LIMIT 1
"""
MAKE_ROOM = """
UPDATE household_rule SET effective = daterange(lower(effective), :since)
 WHERE place_id IS NOT DISTINCT FROM :place AND effective @> CAST(:since AS date) AND lower(effective) < :since
"""
ADD_RULE = """
INSERT INTO household_rule
  (district_id, subdistrict_id, community_id, least, most, target, community_most, effective, source)
VALUES (:district, :subdistrict, :community, :least, :most, :target, :community_most,
        daterange(CAST(:since AS date), CAST(:after AS date)), :source)
RETURNING id
"""
EXEMPTIONS = """
SELECT e.id, e.community_id, c.name AS community, e.compound_id, coalesce(o.name, '') AS compound, e.kind, e.name,
       e.least, e.most, e.reason, e.granted_by, lower(e.effective) AS since, upper(e.effective) - 1 AS until
  FROM exemption e JOIN community c ON c.id = e.community_id LEFT JOIN compound o ON o.id = e.compound_id
"""
GRANT = """
INSERT INTO exemption (community_id, compound_id, kind, name, least, most, reason, granted_by, effective)
SELECT c.id, o.id, :kind, coalesce(o.name, c.name), :least, :most, :reason, :granted_by,
       daterange(CAST(:since AS date), CAST(:after AS date))
  FROM community c LEFT JOIN compound o ON o.id = :compound AND o.community_id = c.id
 WHERE c.id = :community AND (o.id IS NOT NULL OR CAST(:compound AS uuid) IS NULL)
RETURNING id
"""
END = f"""
UPDATE exemption SET effective = daterange(lower(effective), greatest({CHINA}, lower(effective)))
 WHERE id = :id AND upper(effective) > {CHINA} RETURNING community_id
"""  # noqa: S608  # our own words
GRIDS = """
SELECT m.id, m.name, m.community_id, m.compound_id, m.households, p.least, p.most
  FROM micro_grid m JOIN plan p ON p.id = m.plan_id
 WHERE m.plan_id = :plan AND m.households NOT BETWEEN p.least AND p.most ORDER BY m.code, m.id
"""
COMMUNITIES = """
SELECT c.id, c.name, c.households FROM community c JOIN plan p ON p.id = :plan
 WHERE c.id = p.community_id OR (p.community_id IS NULL AND c.subdistrict_id = p.subdistrict_id) ORDER BY c.code, c.id
"""


async def today(session: AsyncSession) -> date:
    """The day in China."""
    day: date = (await session.execute(text(f"SELECT {CHINA}"))).scalar_one()
    return day


async def rules(session: AsyncSession, *, on: date | None = None) -> list[RuleRead]:
    """The rules within sight, the widest place first; with ``on`` only those that hold that day."""
    query = f"""{RULES} WHERE CAST(:day AS date) IS NULL OR r.effective @> CAST(:day AS date)
      ORDER BY r.community_id IS NOT NULL, r.subdistrict_id IS NOT NULL, r.district_id IS NOT NULL, place, since
      LIMIT :most"""
    rows = (await session.execute(text(query), {"day": on, "most": LISTED})).mappings().all()
    return [_rule(row) for row in rows]


async def rule_for(session: AsyncSession, community_id: UUID, on: date) -> RuleRead:
    """The rule that holds for a community on a day: its own, its subdistrict's, its district's or the store's.

    Raises:
        NotFoundError: there is no such community, or no rule holds there that day.
    """
    row = (await session.execute(text(RULE_FOR), {"community": community_id, "day": on})).mappings().first()
    if row is None:
        raise NotFoundError("没有这个社区，或当日没有适用的规则。", "There is no such community, or no rule that day.")
    return _rule(row)


async def rule_for_subdistrict(session: AsyncSession, subdistrict_id: UUID, on: date) -> RuleRead:
    """The rule that holds for a whole subdistrict on a day; communities may have one of their own besides.

    Raises:
        NotFoundError: there is no such subdistrict, or no rule holds there that day.
    """
    row = (await session.execute(text(RULE_ABOVE), {"subdistrict": subdistrict_id, "day": on})).mappings().first()
    if row is None:
        raise NotFoundError(
            "没有这个街道，或当日没有适用的规则。", "There is no such subdistrict, or no rule that day."
        )
    return _rule(row)


async def add_rule(session: AsyncSession, said: RuleCreate) -> RuleRead:
    """Set a rule for a place; the one that holds there on its first day ends the day before.

    Raises:
        NotFoundError: there is no such place, or it is not ours to rule.
        ConflictError: another rule is already set for later days there.
    """
    places: dict[str, UUID | None] = {"district": None, "subdistrict": None, "community": None}
    if said.level != "store":
        places[said.level] = said.place_id
    values = said.model_dump(include={"least", "most", "target", "community_most", "since", "source"})
    after = None if said.until is None else said.until + timedelta(days=1)
    try:
        async with session.begin_nested():
            await session.execute(text(MAKE_ROOM), {"place": said.place_id, "since": said.since})
            made = (await session.execute(text(ADD_RULE), {**places, **values, "after": after})).scalar_one()
    except IntegrityError as error:
        if "one_rule_a_day" in str(error.orig):
            raise ConflictError(
                "该地区这段时间已有另一条规则。", "Another rule is already set for this place in those days."
            ) from error
        raise _nowhere() from error
    except DBAPIError as error:
        raise _nowhere() from error  # row-level security refused it
    await record(session, Action.RULE_CHANGED, kind="household_rule", object_id=str(made), place_id=said.place_id)
    return _rule((await session.execute(text(f"{RULES} WHERE r.id = :id"), {"id": made})).mappings().one())


def _nowhere() -> NotFoundError:
    return NotFoundError("没有这个地区，或您无权在此定规则。", "There is no such place, or it is not yours to rule.")


async def exemptions_of(
    session: AsyncSession, on: date | None, *, community_id: UUID | None = None, plan_id: UUID | None = None
) -> list[ExemptionRead]:
    """The exemptions of a community, of a plan's communities, or of all within sight; ``on``: in force that day."""
    query = f"""{EXEMPTIONS} WHERE (CAST(:day AS date) IS NULL OR e.effective @> CAST(:day AS date))
      AND (CAST(:community AS uuid) IS NULL OR e.community_id = :community)
      AND (CAST(:plan AS uuid) IS NULL OR EXISTS (
            SELECT FROM plan p WHERE p.id = :plan
              AND (p.community_id = c.id OR (p.community_id IS NULL AND p.subdistrict_id = c.subdistrict_id))))
      AND NOT isempty(e.effective)
      ORDER BY c.name, compound, e.created_at LIMIT :most"""
    asked = {"day": on, "community": community_id, "plan": plan_id, "most": LISTED}
    rows = (await session.execute(text(query), asked)).mappings().all()
    return [ExemptionRead.model_validate(dict(row)) for row in rows]


async def grant(session: AsyncSession, said: ExemptionCreate, *, by: str) -> ExemptionRead:
    """Grant an exemption in the name of ``by``.

    Raises:
        NotFoundError: there is no such community or compound, or it is not ours to exempt.
        InvalidError: it would end before it begins.
    """
    since = said.since or await today(session)
    if said.until < since:
        raise InvalidError("截止日早于起始日。", "The exemption would end before it begins.")
    values = said.model_dump(include={"kind", "least", "most", "reason"})
    places = {"community": said.community_id, "compound": said.compound_id}
    days = {"since": since, "after": said.until + timedelta(days=1)}
    try:
        async with session.begin_nested():
            made = (await session.execute(text(GRANT), {**places, **values, **days, "granted_by": by})).scalar()
    except DBAPIError as error:
        raise _not_here() from error  # row-level security refused it
    if made is None:
        raise _not_here()
    await record(
        session,
        Action.RULE_CHANGED,
        kind="exemption",
        object_id=str(made),
        place_id=said.community_id,
        reason=said.reason,
    )
    row = (await session.execute(text(f"{EXEMPTIONS} WHERE e.id = :id"), {"id": made})).mappings().one()
    return ExemptionRead.model_validate(dict(row))


def _not_here() -> NotFoundError:
    return NotFoundError(
        "没有这个社区或小区，或您无权在此豁免。",
        "There is no such community or compound, or it is not yours to exempt.",
    )


async def end_exemption(session: AsyncSession, exemption_id: UUID) -> None:
    """End an exemption: yesterday was its last day.

    Raises:
        NotFoundError: there is none that still holds, or it is not ours to end.
    """
    community = (await session.execute(text(END), {"id": exemption_id})).scalar()
    if community is None:
        raise NotFoundError("没有这条有效的豁免。", "There is no such exemption in force.")
    await record(session, Action.RULE_CHANGED, kind="exemption", object_id=str(exemption_id), place_id=community)


async def breaches(session: AsyncSession, plan_id: UUID, on: date) -> list[BreachRead]:
    """Every grid of a plan that misses the plan's rule, every community above its own; each with its exemption.

    Raises:
        NotFoundError: there is no such plan.
    """
    places = (await session.execute(text(COMMUNITIES), {"plan": plan_id})).mappings().all()
    if not places:
        raise NotFoundError("没有这个方案，或您无权查看。", "There is no such plan, or it is not yours to see.")
    granted = await exemptions_of(session, on, plan_id=plan_id)
    found = []
    for place in places:
        most = (await rule_for(session, place["id"], on)).community_most
        if place["households"] > most:
            said = {**place, "kind": "community", "community_id": place["id"], "compound_id": None}
            found.append(_breach({**said, "least": 0, "most": most}, granted))
    grids = (await session.execute(text(GRIDS), {"plan": plan_id})).mappings()
    return found + [_breach({**row, "kind": "grid"}, granted) for row in grids]


def _breach(said: dict[str, Any], granted: list[ExemptionRead]) -> BreachRead:
    at = (said["kind"], said["community_id"], said["compound_id"], said["households"])
    exemption_id = next((e.id for e in granted if e.covers(*at)), None)
    return BreachRead.model_validate({**said, "exemption_id": exemption_id})


def _rule(row: RowMapping) -> RuleRead:
    return RuleRead.model_validate(dict(row))
