"""The office's morning over HTTP: tallies, figures with their formulas, colours and lists, kept views."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.access.admission import Asking, Member
from api.database import Session
from api.office import service
from api.office.schemas import (
    KpiQuestion,
    KpiRead,
    MorningRead,
    Period,
    RatingsRead,
    ReplyCreate,
    ReplyRead,
    StandingRead,
    ViewCreate,
    ViewRead,
)

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
    return await service.read_views(session)


@router.post("/views", status_code=201)
async def keep_view(session: Session, asker: Member, said: ViewCreate) -> ViewRead:
    """Keep a view under a name."""
    return await service.keep_view(session, said, asker)


@router.delete("/views/{view_id}", status_code=204)
async def forget_view(session: Session, view_id: UUID) -> None:
    """Forget a view."""
    await service.forget_view(session, view_id)
