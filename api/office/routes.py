"""The office's morning over HTTP: tallies, figures with their formulas, colours and lists, kept views."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.access.admission import Asking, Member
from api.database import Session
from api.office import report, service, views
from api.office.schemas import (
    KpiQuestion,
    KpiRead,
    MorningRead,
    OrderCreate,
    OrderRead,
    Period,
    RatingsRead,
    ReplyCreate,
    ReplyRead,
    ReportQuestion,
    ReportRead,
    StandingRead,
    ViewCreate,
    ViewRead,
)

PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}, "description": "The report."}}
router = APIRouter(prefix="/api/office", tags=["office"])


def today() -> date:
    """The day it is in Shanghai."""
    return datetime.now(service.SHANGHAI).date()


@router.get("/morning")
async def read_morning(
    session: Session,
    _: Asking,
    place: UUID | None = None,
    day: Annotated[date | None, Query(description="The day of the page; today without it.")] = None,
    days: Annotated[int, Query(ge=1, le=92, description="Length of the period for categories.")] = 7,
) -> MorningRead:
    """New since yesterday, late, soon late, reopened, whistles unanswered, categories that lead and rise."""
    return await service.read_morning(session, place, day or today(), days)


@router.get("/kpis")
async def read_kpis(session: Session, asked: Annotated[KpiQuestion, Query()]) -> list[KpiRead]:
    """The eight figures of a period (thirty days without one), each with its formula."""
    return await service.read_kpis(session, asked, today())


@router.get("/ratings")
async def read_ratings(session: Session, month: date | None = None, place: UUID | None = None) -> RatingsRead:
    """红黄蓝: every compound's colour for a month, with the points that were taken and what for."""
    return await service.read_ratings(session, place, month or today())


@router.post("/ratings/{compound_id}/replies", status_code=201)
async def reply(session: Session, asker: Member, compound_id: UUID, said: ReplyCreate) -> ReplyRead:
    """The right of reply of whoever is rated."""
    return await service.reply(session, compound_id, said, asker)


@router.get("/bodies")
async def read_bodies(session: Session, asked: Annotated[Period, Query()]) -> list[StandingRead]:
    """红黑榜: bodies by how much they handled on time and how little was sent back."""
    return await service.read_bodies(session, asked, today())


@router.get("/views")
async def read_views(session: Session) -> list[ViewRead]:
    """The views that the asker has kept."""
    return await views.read_views(session)


@router.post("/views", status_code=201)
async def keep_view(session: Session, asker: Member, said: ViewCreate) -> ViewRead:
    """Keep a view under a name."""
    return await views.keep_view(session, said, asker)


@router.delete("/views/{view_id}", status_code=204)
async def forget_view(session: Session, view_id: UUID) -> None:
    """Forget a view."""
    await views.forget_view(session, view_id)


@router.get("/report.pdf", response_class=Response, responses=PDF)
async def make_report(session: Session, _: Member, asked: Annotated[ReportQuestion, Query()]) -> Response:
    """The morning page as PDF, for a period (the last seven days without one)."""
    until = asked.until or today()
    since = asked.since or until - timedelta(days=report.WEEK - 1)
    return _pdf(await report.make(session, since, until, asked.language, asked.place))


@router.get("/report-order")
async def read_order(session: Session, _: Member) -> OrderRead:
    """Whether a report is made for the asker every Monday."""
    return await report.read_order(session)


@router.put("/report-order")
async def order_reports(session: Session, asker: Member, said: OrderCreate) -> OrderRead:
    """Have a report made every Monday, with what the asker may see."""
    return await report.order(session, said.language, asker)


@router.delete("/report-order", status_code=204)
async def cancel_reports(session: Session, _: Member) -> None:
    """No more reports."""
    await report.cancel(session)


@router.get("/reports")
async def read_reports(session: Session) -> list[ReportRead]:
    """The reports made for the asker."""
    return await report.read_reports(session)


@router.get("/reports/{report_id}.pdf", response_class=Response, responses=PDF)
async def read_report(session: Session, report_id: UUID) -> Response:
    """One of them."""
    return _pdf(await report.read_report(session, report_id))


def _pdf(body: bytes) -> Response:
    headers = {"Content-Disposition": 'inline; filename="report.pdf"', "Cache-Control": "private, no-store"}
    return Response(body, media_type="application/pdf", headers=headers)
