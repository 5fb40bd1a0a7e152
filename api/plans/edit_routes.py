"""Redrawing a plan over HTTP: the workbench, edits, the log."""

from __future__ import annotations

import gzip
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Response

from api.access.admission import Asking, Member
from api.database import Session
from api.plans import edits
from api.plans import workbench as benches
from api.plans.asking import Followers, Sheets
from api.plans.edit_schemas import EditRead, EditSaid, LogRead, WorkbenchRead
from api.plans.journal import read_back, read_log
from api.plans.pens import Writing
from api.plans.shelf import once_committed

router = APIRouter(prefix="/api/plans", tags=["plans"])
PlanId = Annotated[UUID, Path(description="A plan's key.")]
MOST_VERSIONS = 2_000_000_000
Community = Annotated[UUID | None, Query(description="May be left out for a plan of one community.")]


@router.get("/{plan_id}/workbench", response_model=WorkbenchRead)
async def read_workbench(
    session: Session,
    shelf: Sheets,
    plan_id: PlanId,
    community_id: Community = None,
    compound_id: UUID | None = None,
    if_none_match: Annotated[str, Header()] = "",
    accept_encoding: Annotated[str, Header()] = "",
) -> Response:
    """Everything that the editor needs of one community, in one answer; see docs/plans-api.md."""
    known = if_none_match.removeprefix("W/").strip('"')
    bench = await benches.workbench(session, shelf, plan_id, benches.Wanted(community_id, compound_id, known))
    headers = {"ETag": f'W/"{bench.etag}"', "Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Encoding"}
    if bench.body is None:
        return Response(status_code=304, headers=headers)
    if "gzip" in accept_encoding:
        return Response(bench.body, headers=headers | {"Content-Encoding": "gzip"}, media_type="application/json")
    return Response(gzip.decompress(bench.body), headers=headers, media_type="application/json")


@router.post("/{plan_id}/edits")
async def edit_plan(
    hand: Writing, session: Session, shelf: Sheets, hub: Followers, asker: Member, plan_id: PlanId, said: EditSaid
) -> EditRead:
    """Do operations on one community of a draft, all or none; undo, redo and take-back among them."""
    await hand.take(plan_id)
    read = await edits.edit(session, shelf, asker, plan_id, said)
    once_committed(session, lambda: hub.wake(plan_id))
    return read


@router.get("/{plan_id}/operations")
async def read_operations(
    session: Session,
    shelf: Sheets,
    asker: Asking,
    plan_id: PlanId,
    community_id: UUID,
    since: Annotated[int, Query(ge=0, le=MOST_VERSIONS)] = 0,
    before: Annotated[int | None, Query(ge=1, le=MOST_VERSIONS, description="Read from here back instead.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> LogRead:
    """The log of one community of a plan, oldest first, and the patch since then; or what came before a version."""
    if before is not None:
        return await read_back(session, shelf, asker, (plan_id, community_id), before=before, limit=limit)
    return await read_log(session, shelf, asker, (plan_id, community_id), since=since, limit=limit)
