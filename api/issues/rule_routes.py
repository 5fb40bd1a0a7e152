"""The rules of casework over HTTP: everybody at work reads them, offices try and change them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from api.access.admission import Asker, only
from api.access.roles import Role
from api.database import Session
from api.issues import rulebook
from api.issues.matter import Stage
from api.issues.routes import now
from api.issues.rule_schemas import (
    DueRead,
    LimitsCreate,
    LimitsRead,
    RoutingRuleRead,
    RoutingRuleSaid,
    TrialRead,
    TrialSaid,
)
from api.issues.schemas import CategoryCode

router = APIRouter(prefix="/api", tags=["issues"])
Decider = Annotated[Asker, Depends(only(Role.STREET_OFFICE, Role.DISTRICT, Role.ADMINISTRATOR))]


@router.get("/routing-rules")
async def read_rules(session: Session, _: Decider) -> list[RoutingRuleRead]:
    """Which body answers for what, in the order in which the rules are asked."""
    return await rulebook.read_rules(session)


@router.post("/routing-rules", status_code=201)
async def add_rule(session: Session, _: Decider, said: RoutingRuleSaid) -> RoutingRuleRead:
    """Keep a new rule."""
    return await rulebook.add_rule(session, said)


@router.put("/routing-rules/{rule_id}")
async def change_rule(session: Session, _: Decider, rule_id: UUID, said: RoutingRuleSaid) -> RoutingRuleRead:
    """Change a rule, or its place in the order."""
    return await rulebook.change_rule(session, rule_id, said)


@router.delete("/routing-rules/{rule_id}", status_code=204)
async def drop_rule(session: Session, _: Decider, rule_id: UUID) -> None:
    """Strike a rule out."""
    await rulebook.drop_rule(session, rule_id)


@router.post("/routing-rules/try")
async def try_rules(session: Session, _: Decider, said: TrialSaid) -> TrialRead:
    """Who would answer for an issue at a point, rule by rule; a rule may be tried that is not kept."""
    return await rulebook.try_rules(session, said, now=now())


@router.get("/issue-limits")
async def read_limits(session: Session, _: Decider, version: Annotated[int | None, Query(ge=1)] = None) -> LimitsRead:
    """How long each stage may take: the version in force, or another."""
    return await rulebook.read_limits(session, version, now=now())


@router.post("/issue-limits", status_code=201)
async def add_limits(session: Session, _: Decider, said: LimitsCreate) -> LimitsRead:
    """Keep a new version of the limits, in force from a moment on; stages that run keep theirs."""
    return await rulebook.add_limits(session, said, now=now())


@router.get("/issue-limits/due")
async def due_if_begun(
    session: Session,
    _: Decider,
    stage: Stage,
    category: CategoryCode,
    severity: Annotated[int, Query(ge=1, le=4)] = 1,
    at: AwareDatetime | None = None,
) -> DueRead:
    """When a stage would be due that begins now, or at a moment."""
    return await rulebook.due_if_begun(session, stage, category, severity, at or now())
