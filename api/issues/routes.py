"""Issues over HTTP: report, list, map, one case, what is done to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.database import Session
from api.issues import places, report, service
from api.issues.door import AnySession, TheSender
from api.issues.filters import FiltersSaid, ListSaid
from api.issues.schemas import (
    BodyRead,
    CategoryRead,
    CountsRead,
    IssuePage,
    NamedRead,
    PlaceSaid,
    ReceiptRead,
    ReportCreate,
    WhereRead,
)
from api.issues.workdays import BEIJING

router = APIRouter(prefix="/api", tags=["issues"])
IssueId = Annotated[UUID, Path(description="An issue's key, chosen by whoever reported it.")]


def now() -> datetime:
    """The moment of the request, to the second: clocks are reckoned in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


@router.get("/issue-categories")
async def read_categories(session: AnySession) -> list[CategoryRead]:
    """Categories in two levels, in Chinese and English, with the names of their icons."""
    return await service.read_categories(session)


@router.get("/bodies")
async def read_bodies(session: Session) -> list[BodyRead]:
    """Departments, property firms and social organisations that handle cases."""
    return await service.read_bodies(session)


@router.get("/issues")
async def list_issues(session: Session, wanted: ListSaid) -> IssuePage:
    """Issues by any filter, page by page."""
    return await service.list_issues(session, wanted, now=now())


@router.get("/issues/map")
async def map_issues(session: Session, wanted: FiltersSaid) -> dict[str, Any]:
    """The same issues as points for the map (GeoJSON), the newest 5,000."""
    return await service.map_issues(session, wanted)


@router.get("/issues/counts")
async def count_issues(session: Session, wanted: FiltersSaid) -> CountsRead:
    """How many issues fit, by state and by what presses."""
    return await service.count_issues(session, wanted)


@router.get("/issues/where")
async def where_is(
    session: AnySession,
    _: TheSender,
    place: Annotated[PlaceSaid, Query()],
    category: Annotated[str, Query(max_length=81)] = "",
) -> WhereRead:
    """Where a point lies, who would handle it and what is reported close by: asked before reporting."""
    spot = await places.locate(session, place, now().astimezone(BEIJING).date())
    body = await places.body_for(session, spot, category, "")
    return WhereRead(
        lon=spot.lon,
        lat=spot.lat,
        subdistrict_id=spot.subdistrict_id,
        community=NamedRead(id=spot.community_id, name=spot.community),
        compound_id=spot.compound_id,
        building_id=spot.building_id,
        micro_grid=spot.grid,
        body=NamedRead(id=body["body_id"], name=body["name"], name_en=body["name_en"]) if body else None,
        question=spot.question,
        near=await report.nearby(session, spot.lon, spot.lat, category),
    )


@router.put("/issues/{issue_id}", status_code=201, responses={200: {"model": ReceiptRead}})
async def put_issue(
    response: Response, session: AnySession, sender: TheSender, issue_id: IssueId, said: ReportCreate
) -> ReceiptRead:
    """Report something, with or without an account; the same report sent again gets its first answer (200)."""
    receipt, is_new = await report.take_in(session, sender, issue_id, said, now=now())
    response.status_code = 201 if is_new else 200
    return receipt
