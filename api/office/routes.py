"""The office's morning over HTTP: tallies, figures with their formulas, colours and lists, kept views."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from api.access.admission import Asker, Asking, Member, only
from api.access.roles import Role
from api.database import Session
from api.office import bodies, figures, morning, ratings, report, rules, trial, views, workbook
from api.office.period import today
from api.office.schemas import (
    CasesQuestion,
    Day,
    FigureCasesRead,
    FormulaCreate,
    FormulasRead,
    FormulaTrial,
    FormulaTrialRead,
    KpiQuestion,
    KpiRead,
    MorningRead,
    OrderCreate,
    OrderRead,
    Part,
    Period,
    RatingsRead,
    ReplyCreate,
    ReplyRead,
    ReportQuestion,
    ReportRead,
    StandingRead,
    TableQuestion,
    ViewCreate,
    ViewRead,
)

PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}, "description": "The report."}}
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX: dict[int | str, dict[str, Any]] = {200: {"content": {SHEET: {}}, "description": "The table."}}
router = APIRouter(prefix="/api/office", tags=["office"])
Decider = Annotated[Asker, Depends(only(Role.STREET_OFFICE, Role.DISTRICT, Role.ADMINISTRATOR))]


@router.get("/morning")
async def read_morning(
    session: Session,
    _: Asking,
    place: UUID | None = None,
    day: Annotated[Day | None, Query(description="The day of the page; today without it.")] = None,
    days: Annotated[int, Query(ge=1, le=92, description="Length of the period for categories.")] = 7,
) -> MorningRead:
    """New since yesterday, late, soon late, reopened, whistles unanswered, categories that lead and rise."""
    return await morning.read_morning(session, place, day or today(), days)


@router.get("/kpis")
async def read_kpis(session: Session, asked: Annotated[KpiQuestion, Query()]) -> list[KpiRead]:
    """The eight figures of a period (thirty days without one), each with its formula."""
    return await figures.read_kpis(session, asked, today())


@router.get("/kpis/{code}/cases")
async def read_cases(session: Session, code: str, asked: Annotated[CasesQuestion, Query()]) -> FigureCasesRead:
    """What a figure was counted from, event by event: as many as the figure says."""
    return await figures.read_cases(session, code, asked, today())


@router.get("/ratings")
async def read_ratings(session: Session, month: Day | None = None, place: UUID | None = None) -> RatingsRead:
    """红黄蓝: every compound's colour for a month, with the points that were taken and what for."""
    return await ratings.read_ratings(session, place, month or today())


@router.get("/ratings/{compound_id}/cases")
async def read_rated(
    session: Session, _: Asking, compound_id: UUID, month: Day, part: Part = "reported"
) -> FigureCasesRead:
    """The cases that a compound's colour was made from: all of the month, or those that a part took points for."""
    return await ratings.read_cases(session, compound_id, month, part)


@router.post("/ratings/{compound_id}/replies", status_code=201)
async def reply(session: Session, asker: Member, compound_id: UUID, said: ReplyCreate) -> ReplyRead:
    """The right of reply of whoever is rated."""
    return await ratings.reply(session, compound_id, said, asker)


@router.get("/bodies")
async def read_bodies(session: Session, asked: Annotated[Period, Query()]) -> list[StandingRead]:
    """红黑榜: bodies by how much they handled on time and how little was sent back."""
    return await bodies.read_bodies(session, asked, today())


@router.get("/rules")
async def read_rules(session: Session, _: Asking) -> FormulasRead:
    """The rules of 红黄蓝 and 红黑榜 in their versions, each from its day on: published to whoever is rated."""
    return await rules.read_rules(session, today())


@router.post("/rules", status_code=201)
async def add_rule(session: Session, _: Decider, said: FormulaCreate) -> FormulasRead:
    """Publish a new version, from a month on that has not begun."""
    return await rules.add_rule(session, said, today())


@router.post("/rules/trial")
async def try_rule(session: Session, _: Decider, said: FormulaTrial) -> FormulaTrialRead:
    """What a rule would have made of a month; nothing is kept."""
    return await trial.try_rule(session, said, today())


@router.get("/tables/{table}.xlsx", response_class=Response, responses=XLSX)
async def read_table(
    session: Session, _: Asking, table: workbook.Table, asked: Annotated[TableQuestion, Query()]
) -> Response:
    """A table of the page as Excel."""
    headers = {"Content-Disposition": f'attachment; filename="{table}.xlsx"', "Cache-Control": "private, no-store"}
    return Response(await workbook.make(session, table, asked, today()), media_type=SHEET, headers=headers)


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
