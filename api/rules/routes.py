"""Rules and exemptions over HTTP. Everybody reads those within sight; street offices and those above them decide."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from api.access.admission import Asker, only
from api.access.roles import Role
from api.database import Session
from api.rules import service
from api.rules.schemas import BreachRead, ExemptionCreate, ExemptionRead, RuleCreate, RuleRead

router = APIRouter(prefix="/api", tags=["rules"])
Decider = Annotated[Asker, Depends(only(Role.STREET_OFFICE, Role.DISTRICT, Role.ADMINISTRATOR))]
Day = Annotated[date | None, Query(alias="on", description="Only what holds on that day.")]


@router.get("/rules")
async def read_rules(session: Session, on: Day = None) -> list[RuleRead]:
    """The household rules within sight."""
    return await service.rules(session, on=on)


@router.get("/rules/{community_id}")
async def read_rule(session: Session, community_id: UUID, on: Day = None) -> RuleRead:
    """The rule that holds for one community: today, or on a day."""
    return await service.rule_for(session, community_id, on or await service.today(session))


@router.post("/rules", status_code=status.HTTP_201_CREATED)
async def add_rule(session: Session, _: Decider, said: RuleCreate) -> RuleRead:
    """Set a rule for a place from a day on."""
    return await service.add_rule(session, said)


@router.get("/exemptions")
async def read_exemptions(
    session: Session, on: Day = None, community_id: UUID | None = None, plan_id: UUID | None = None
) -> list[ExemptionRead]:
    """The exemptions within sight, of one community or of a plan's communities."""
    return await service.exemptions_of(session, on, community_id=community_id, plan_id=plan_id)


@router.post("/exemptions", status_code=status.HTTP_201_CREATED)
async def grant(session: Session, who: Decider, said: ExemptionCreate) -> ExemptionRead:
    """Grant an exemption in one's own name, with a reason and an end."""
    return await service.grant(session, said, by=who.login)


@router.delete("/exemptions/{exemption_id}", status_code=status.HTTP_204_NO_CONTENT)
async def end_exemption(session: Session, _: Decider, exemption_id: UUID) -> None:
    """End an exemption today."""
    await service.end_exemption(session, exemption_id)


@router.get("/plans/{plan_id}/breaches", tags=["plans"])
async def read_breaches(session: Session, plan_id: UUID, on: Day = None) -> list[BreachRead]:
    """What in a plan misses the rule, and which exemption lets it pass."""
    return await service.breaches(session, plan_id, on or await service.today(session))
