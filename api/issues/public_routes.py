"""For residents without an account: the private link and the public list; and for desks: live updates, sheets."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from sse_starlette import EventSourceResponse

from api.access.audit import Action, record
from api.access.routes import TheRing
from api.access.streams import while_admitted
from api.database import Session
from api.issues import case, live, photos, residents, service, sheets
from api.issues.door import AnySession, TheSender
from api.issues.filters import FiltersSaid, ListQuery
from api.issues.residents import PublicQuery
from api.issues.routes import IssueId, PhotoId, now
from api.issues.schemas import FollowCreate, FollowRead, IssueRead, MeTooRead, PublicPage
from api.issues.sheets import WorkOrder

router = APIRouter(prefix="/api", tags=["issues"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Token = Annotated[str, Header(alias="X-Follow-Token", min_length=20, max_length=100)]


async def followed(session: AnySession, token: Token) -> IssueId:
    """The case whose private link is shown."""
    return await residents.enter(session, token)


TheFollowed = Annotated[IssueId, Depends(followed)]


@router.get("/follow")
async def read_followed(session: AnySession, issue_id: TheFollowed) -> FollowRead:
    """One's own report by its private link: where it stands, and what one may do."""
    return await case.read_followed(session, issue_id, now=now())


@router.post("/follow")
async def act_on_followed(session: AnySession, issue_id: TheFollowed, said: FollowCreate) -> FollowRead:
    """Confirm that it is done, say that it is not, urge, or answer a question."""
    await residents.act(session, issue_id, said, now=now())
    return await case.read_followed(session, issue_id, now=now())


@router.get("/follow/photos/{photo_id}/{size}.jpg", response_class=Response)
async def show_followed_photo(
    session: AnySession, _: TheFollowed, photo_id: PhotoId, size: Literal["full", "thumb"]
) -> Response:
    """A photo of one's own report."""
    return Response(await photos.show(session, photo_id, size), media_type="image/jpeg")


@router.get("/public/issues")
async def list_public(session: AnySession, wanted: Annotated[PublicQuery, Query()]) -> PublicPage:
    """What is going on, for everybody: no words, no photos, no exact place."""
    return await residents.list_public(session, wanted)


@router.post("/public/issues/{code}/me-too")
async def say_me_too(
    session: AnySession, sender: TheSender, code: Annotated[str, Path(pattern="^[0-9A-Z]{10}$")]
) -> MeTooRead:
    """The same here."""
    return await residents.me_too(session, sender, code)


@router.get("/issues/events", response_class=EventSourceResponse, include_in_schema=False)
async def follow_issues(
    request: Request, session: Session, last_event_id: Annotated[str, Header(max_length=30)] = "", *, once: bool = False
) -> EventSourceResponse:
    """What changes, as it changes (server-sent events ``issues`` and ``reset``), from ``Last-Event-ID`` on."""
    pulse = getattr(request.app.state, "pulse", None) or live.Pulse()
    request.app.state.pulse = pulse
    since, anew = await live.start(session, last_event_id)
    return EventSourceResponse(while_admitted(live.stream(request, pulse, since, anew=anew, once=once)), ping=15)


@router.get("/issues/export.xlsx", response_class=Response)
async def export(request: Request, session: Session, wanted: FiltersSaid) -> Response:
    """The issues that fit, as a workbook (20,000 at most); that it was taken is written down."""
    found: list[IssueRead] = []
    cursor = ""
    while len(found) < sheets.MOST_ROWS:
        page = await service.list_issues(session, ListQuery(**wanted.model_dump(), cursor=cursor, limit=200), now=now())
        found += page.items
        if page.next is None:
            break
        cursor = page.next
    categories = {category.code: category for category in await service.read_categories(session)}
    english = request.headers.get("accept-language", "").lower().startswith("en")
    await record(session, Action.ISSUES_EXPORTED, kind="issue", details={"rows": len(found)})
    content = sheets.workbook(found, categories, english=english)
    return Response(content, media_type=XLSX, headers={"Content-Disposition": 'attachment; filename="issues.xlsx"'})


@router.get("/issues/{issue_id}/work-order")
async def print_work_order(session: Session, ring: TheRing, issue_id: IssueId) -> WorkOrder:
    """What a printed work order shows."""
    read = await case.read_case(session, ring, issue_id, now=now())
    categories = {category.code: category for category in await service.read_categories(session)}
    return sheets.work_order(read, categories.get(read.category), now=now())
