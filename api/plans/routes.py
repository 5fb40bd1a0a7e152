"""Plans over HTTP: drafts, their micro-grids, and the machine that draws them, with progress as it goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from sse_starlette import EventSourceResponse

from api.access.streams import while_admitted
from api.database import Session, fresh_look
from api.plans import service
from api.plans.asking import Sheets
from api.plans.schemas import GridRead, PlanCreate, PlanRead, PlanState, PlanUpdate, RunCreate, RunRead

router = APIRouter(prefix="/api/plans", tags=["plans"])
PlanId = Annotated[UUID, Path(description="A plan's key.")]
LOOK_EVERY_S = 0.4


@router.get("")
async def list_plans(
    session: Session, community_id: UUID | None = None, state: PlanState | None = None
) -> list[PlanRead]:
    """The newest plans."""
    return await service.list_plans(session, community_id=community_id, state=state)


@router.post("", status_code=201)
async def create_plan(session: Session, shelf: Sheets, said: PlanCreate) -> PlanRead:
    """A new draft: empty, for the machine to draw, copied, or imported."""
    return await service.create_plan(session, shelf, said)


@router.patch("/{plan_id}")
async def change_plan(session: Session, plan_id: PlanId, said: PlanUpdate) -> PlanRead:
    """Give a draft another name or rule."""
    return await service.change_plan(session, plan_id, said)


@router.get("/{plan_id}")
async def read_plan(session: Session, plan_id: PlanId) -> PlanRead:
    """One plan with its figures and its latest run."""
    return await service.read_plan(session, plan_id)


@router.delete("/{plan_id}", status_code=204)
async def delete_plan(session: Session, plan_id: PlanId) -> None:
    """Throw a draft away."""
    await service.delete_plan(session, plan_id)


@router.get("/{plan_id}/grids")
async def read_grids(session: Session, plan_id: PlanId) -> list[GridRead]:
    """The micro-grids of a plan."""
    return await service.read_grids(session, plan_id)


@router.post("/{plan_id}/run", status_code=202)
async def ask_run(session: Session, plan_id: PlanId, said: RunCreate) -> RunRead:
    """Ask the machine to draw the plan."""
    return await service.ask_run(session, plan_id, said)


@router.get("/{plan_id}/run")
async def read_run(session: Session, plan_id: PlanId) -> RunRead:
    """The latest run, compound by compound."""
    return await service.read_run(session, plan_id)


@router.delete("/{plan_id}/run")
async def cancel_run(session: Session, plan_id: PlanId) -> RunRead:
    """Call the run off; what is drawn stays."""
    return await service.cancel_run(session, plan_id)


@router.get("/{plan_id}/run/events", response_class=EventSourceResponse)
async def follow_run(request: Request, session: Session, plan_id: PlanId) -> EventSourceResponse:
    """The latest run as it goes on (server-sent events): a ``run`` event whenever something has changed."""
    await service.read_run(session, plan_id, steps=False)
    return EventSourceResponse(while_admitted(_progress(request, plan_id)))


async def _progress(request: Request, plan_id: UUID) -> AsyncIterator[dict[str, Any]]:
    told = ""
    while not await request.is_disconnected():
        async with fresh_look(request) as session:
            run = await service.read_run(session, plan_id)
        now = run.model_dump_json()
        if now != told:
            told = now
            yield {"event": "run", "data": now}
        if run.state not in {"waiting", "running"}:
            return
        await asyncio.sleep(LOOK_EVERY_S)
