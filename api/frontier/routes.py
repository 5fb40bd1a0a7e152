"""The frontier of a plan over HTTP: a chart to choose a target size from."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from api.access.admission import member
from api.database import fresh_look
from api.frontier.schemas import FrontierRead
from api.plans.schemas import Weighing

router = APIRouter(prefix="/api/plans", tags=["plans"])


class FrontierAsked(Weighing):
    """Which targets are tried, and what counts how much meanwhile."""

    target: list[int] = Field(default_factory=list, max_length=12)


@router.get("/{plan_id}/frontier")
async def read_frontier(
    request: Request,
    plan_id: UUID,
    asked: Annotated[FrontierAsked, Query(description="Target sizes to try, six by default, and the weights.")],
) -> FrontierRead:
    """What other target sizes would mean for a plan: grids, split buildings, walks, balance."""
    from api.frontier import service  # noqa: PLC0415  # compiled loops: a start should not wait for them

    async with fresh_look(request) as session:  # and no longer: the store ends a transaction in which nothing is asked
        await member(session.info["asker"])
        question = await service.question_of(session, plan_id, asked.target, asked.model_dump(exclude={"target"}))
    return await service.frontier_of(question)
