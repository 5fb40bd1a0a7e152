"""Issues over HTTP: report, list, map, one case, what is done to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import AwareDatetime

from api.access.routes import TheRing
from api.database import Session
from api.issues import acts, case, moves, photos, places, report, service
from api.issues.door import AnySession, TheSender
from api.issues.filters import FiltersSaid, ListSaid
from api.issues.schemas import (
    ActCreate,
    BodyRead,
    BulkCreate,
    BulkRead,
    CaseRead,
    CategoryRead,
    CountsRead,
    IssuePage,
    MessageCreate,
    NamedRead,
    PhotoProgress,
    PlaceUpdate,
    ReceiptRead,
    ReportCreate,
    WhereAsked,
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
async def where_is(session: AnySession, _: TheSender, place: Annotated[WhereAsked, Query()]) -> WhereRead:
    """Where a point lies, who would handle it and what is reported close by: asked before reporting."""
    spot = await places.locate(session, place, now().astimezone(BEIJING).date())
    body = await places.body_for(session, spot, place.category, "")
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
        near=await report.nearby(session, spot.lon, spot.lat, place.category),
    )


@router.put("/issues/{issue_id}", status_code=201, responses={200: {"model": ReceiptRead}})
async def put_issue(  # noqa: PLR0917  # FastAPI fills them in by name
    response: Response,
    session: AnySession,
    sender: TheSender,
    issue_id: IssueId,
    said: ReportCreate,
    x_sent_at: Annotated[AwareDatetime | None, Header(description="As `sent_at`, for what was packed earlier.")] = None,
) -> ReceiptRead:
    """Report something, with or without an account; the same report sent again gets its first answer (200)."""
    said = said if said.sent_at else said.model_copy(update={"sent_at": x_sent_at})
    receipt, is_new = await report.take_in(session, sender, issue_id, said, now=now())
    response.status_code = 201 if is_new else 200
    return receipt


@router.get("/issues/by-code/{code}")
async def read_by_code(session: Session, ring: TheRing, code: Annotated[str, Path(max_length=20)]) -> CaseRead:
    """One case by the ten letters that people name it by."""
    return await case.read_case(session, ring, await service.id_by_code(session, code.upper()), now=now())


@router.get("/issues/{issue_id}")
async def read_issue(session: Session, ring: TheRing, issue_id: IssueId) -> CaseRead:
    """One case whole: timeline, photos, clock, messages, and what the asker may do to it now."""
    return await case.read_case(session, ring, issue_id, now=now())


@router.post("/issues/acts")
async def act_on_many(session: Session, said: BulkCreate) -> list[BulkRead]:
    """Do the same thing to many cases; each by itself, and each answer says what came of it."""
    return await moves.act_on_many(session, said, now=now())


@router.post("/issues/{issue_id}/acts")
async def act_on_one(session: Session, ring: TheRing, issue_id: IssueId, said: ActCreate) -> CaseRead:
    """Do one thing to a case."""
    await acts.act(session, issue_id, said, now=now())
    return await case.read_case(session, ring, issue_id, now=now())


@router.put("/issues/{issue_id}/place")
async def put_place(session: Session, ring: TheRing, issue_id: IssueId, said: PlaceUpdate) -> CaseRead:
    """Say where it really is, or answer which side of the boundary; grid and body follow."""
    await moves.put_place(session, issue_id, said, now=now())
    return await case.read_case(session, ring, issue_id, now=now())


@router.post("/issues/{issue_id}/messages", status_code=204)
async def say(session: Session, issue_id: IssueId, said: MessageCreate) -> None:
    """Leave a message to the other bodies of a case."""
    await case.say(session, issue_id, said)


PhotoId = Annotated[UUID, Path(description="A photo's key, chosen by whoever sends it.")]
Moment = Annotated[str, Query(pattern="^(before|after|other)$")]


@router.put(
    "/photos/{photo_id}",
    status_code=201,
    responses={200: {"model": PhotoProgress}, 202: {"model": PhotoProgress}},
    openapi_extra={"requestBody": {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def put_photo(  # noqa: PLR0917  # FastAPI fills them in by name
    request: Request,
    response: Response,
    session: AnySession,
    sender: TheSender,
    photo_id: PhotoId,
    moment: Moment = "before",
) -> PhotoProgress:
    """Send a photo, whole or piece by piece (``Content-Range: bytes a-b/total``): 202 until it is complete."""
    piece = await photos.read_piece(request.headers.get("content-range"), request.stream())
    progress, is_new = await photos.take(session, sender, photo_id, piece, moment=moment)
    response.status_code = 201 if is_new else 200 if progress.ready else 202
    return progress


@router.get("/photos/{photo_id}")
async def read_photo_progress(session: AnySession, sender: TheSender, photo_id: PhotoId) -> PhotoProgress:
    """How much of one's own photo has come: where to go on."""
    return await photos.progress(session, sender, photo_id)


@router.get("/photos/{photo_id}/{size}.jpg", response_class=Response)
async def show_photo(session: Session, photo_id: PhotoId, size: Literal["full", "thumb"]) -> Response:
    """A photo of a case one may see."""
    return Response(await photos.show(session, photo_id, size), media_type="image/jpeg")
