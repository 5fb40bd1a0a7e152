"""The frontier of a plan over HTTP: a chart to choose a target size from."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.access.admission import Asker, member
from api.database import Session
from api.frontier.schemas import FrontierRead

router = APIRouter(prefix="/api/plans", tags=["plans"])


@router.get("/{plan_id}/frontier")
async def read_frontier(
    session: Session,
    _: Annotated[Asker, Depends(member)],
    plan_id: UUID,
    target: Annotated[
        list[int] | None, Query(max_length=12, description="Target sizes to try; six by default.")
    ] = None,
) -> FrontierRead:
    """What other target sizes would mean for a plan: grids, split buildings, walks, balance."""
    from api.frontier import service  # noqa: PLC0415  # compiled loops: a start should not wait for them

    return await service.frontier_of(session, plan_id, target or [])
