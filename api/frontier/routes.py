"""The frontier of a plan over HTTP: a chart to choose a target size from."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.access.admission import Asker, member
from api.database import Session
from api.frontier.schemas import FrontierRead

Multiple = Annotated[float, Query(ge=0, le=4, description="How much this counts: 1 as usual.")]

router = APIRouter(prefix="/api/plans", tags=["plans"])


@router.get("/{plan_id}/frontier")
async def read_frontier(
    session: Session,
    _: Annotated[Asker, Depends(member)],
    plan_id: UUID,
    target: Annotated[
        list[int] | None, Query(max_length=12, description="Target sizes to try; six by default.")
    ] = None,
    few_grids: Multiple = 1.0,
    near_target: Multiple = 1.0,
    short_walks: Multiple = 1.0,
    whole_buildings: Multiple = 1.0,
    whole_stairwells: Multiple = 1.0,
) -> FrontierRead:
    """What other target sizes would mean for a plan: grids, split buildings, walks, balance."""
    from api.frontier import service  # noqa: PLC0415  # compiled loops: a start should not wait for them

    weighed = (few_grids, near_target, short_walks, whole_buildings, whole_stairwells)
    return await service.frontier_of(session, plan_id, target or [], weighed)
