"""People, rosters, accounts and the audit over HTTP. Whose roles do not reach here finds nothing at these addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Query, Response, UploadFile, status

from api.access import events, people, roster_file, roster_import, rosters, staffing
from api.access.admission import Asker, member, only
from api.access.people_schemas import (
    AccountCreate,
    AccountMade,
    AccountUpdate,
    AssignmentCreate,
    AuditCheckRead,
    AuditEventPage,
    BecauseCreate,
    CommunityRead,
    Dismissed,
    EventQuery,
    ExportRead,
    GroundRead,
    PersonCreate,
    PersonDetail,
    PersonRead,
    PostKindRead,
    RevealCreate,
    RevealRead,
    RosterImported,
    RosterRead,
    Transfer,
)
from api.access.roles import MANAGERS, Role
from api.access.routes import NOTHING, TheKiln, TheRing
from api.database import Session

router = APIRouter(prefix="/api", tags=["people"])

Manager = Annotated[Asker, Depends(only(*MANAGERS))]
Auditor = Annotated[Asker, Depends(only(Role.AUDITOR))]
Tender = Annotated[Asker, Depends(only(*MANAGERS, Role.GRID_WORKER, Role.GRID_LEAD))]


@router.get("/people")
async def read_people(
    session: Session,
    ring: TheRing,
    _: Tender,
    name: Annotated[str, Query(max_length=100)] = "",
    phone: Annotated[str, Query(max_length=30)] = "",
    community_id: UUID | None = None,
) -> list[PersonRead]:
    """People of one's jurisdiction, masked."""
    return await people.search(session, ring, name=name, phone=phone, community_id=community_id)


@router.post("/people", status_code=status.HTTP_201_CREATED)
async def add_person(session: Session, ring: TheRing, _: Manager, wanted: PersonCreate) -> PersonRead:
    """Add a resident, or somebody with a first post."""
    return await rosters.take_in(session, ring, wanted)


@router.get("/people/{person_id}")
async def read_person(session: Session, _: Tender, person_id: UUID) -> PersonDetail:
    """One person, masked, with their posts."""
    return await staffing.detail(session, person_id)


@router.post("/people/{person_id}/dismiss")
async def dismiss(session: Session, _: Manager, person_id: UUID, because: BecauseCreate) -> Dismissed:
    """End every post of a person, and their account, at once."""
    return await staffing.dismiss(session, person_id, because.reason)


@router.post("/people/{person_id}/reveal")
async def reveal(session: Session, ring: TheRing, _: Tender, person_id: UUID, asked: RevealCreate) -> RevealRead:
    """Look at one number, for a reason; it is written down and counted."""
    return await people.reveal(session, ring, person_id, asked.field, asked.reason)


@router.post("/people/{person_id}/export")
async def export(session: Session, ring: TheRing, _: Manager, person_id: UUID, because: BecauseCreate) -> ExportRead:
    """Everything that is held about one person, for that person."""
    return await people.export(session, ring, person_id, because.reason)


@router.post("/people/{person_id}/erase", status_code=NOTHING)
async def erase(session: Session, _: Manager, person_id: UUID, because: BecauseCreate) -> None:
    """Forget one person."""
    await people.erase(session, person_id, because.reason)


@router.get("/posts")
async def read_posts(session: Session, _: Annotated[Asker, Depends(member)]) -> list[PostKindRead]:
    """The kinds of posts."""
    return await rosters.kinds(session)


@router.get("/rosters")
async def read_communities(session: Session, _: Manager) -> list[CommunityRead]:
    """The communities whose rosters one keeps."""
    return await staffing.communities(session)


@router.get("/rosters/template", response_class=Response)
async def read_template(_: Manager) -> Response:
    """An empty sheet with the columns of a roster."""
    headers = {"Content-Disposition": 'attachment; filename="roster.xlsx"'}
    return Response(roster_file.template(), media_type=roster_file.MEDIA_TYPE, headers=headers)


@router.get("/rosters/{community_id}/ground")
async def read_ground(session: Session, _: Manager, community_id: UUID) -> list[GroundRead]:
    """The places of a community at which somebody may stand."""
    return await staffing.ground(session, community_id)


@router.get("/rosters/{community_id}")
async def read_roster(session: Session, _: Manager, community_id: UUID) -> RosterRead:
    """Who stands where in a community, and where nobody does."""
    return await rosters.roster(session, community_id)


@router.post("/rosters/import")
async def import_roster(
    session: Session, ring: TheRing, _: Manager, file: Annotated[UploadFile, File()], *, write: bool = False
) -> RosterImported:
    """Read a roster from Excel; with ``write`` put it into the store if no row is faulty."""
    content = await file.read(roster_file.MOST_BYTES + 1)
    return await roster_import.take(session, ring, content, write=write, now=datetime.now(UTC))


@router.post("/assignments", status_code=status.HTTP_201_CREATED)
async def assign(session: Session, _: Manager, wanted: AssignmentCreate) -> UUID:
    """Give a person a post at a place, at once."""
    return await rosters.assign(session, wanted)


@router.post("/assignments/{assignment_id}/transfer", status_code=status.HTTP_201_CREATED)
async def transfer(session: Session, _: Manager, assignment_id: UUID, to: Transfer) -> UUID:
    """Hold the same post elsewhere, at once."""
    return await staffing.transfer(session, assignment_id, to)


@router.delete("/assignments/{assignment_id}", status_code=NOTHING)
async def end_assignment(session: Session, _: Manager, assignment_id: UUID) -> None:
    """End a post, at once."""
    await rosters.end(session, assignment_id)


@router.post("/accounts", status_code=status.HTTP_201_CREATED)
async def make_account(session: Session, kiln: TheKiln, _: Manager, wanted: AccountCreate) -> AccountMade:
    """Let somebody in; the first password is shown once."""
    return await rosters.make_account(session, kiln, wanted)


@router.post("/accounts/{account_id}/password")
async def renew_password(session: Session, kiln: TheKiln, asker: Manager, account_id: UUID) -> AccountMade:
    """Let somebody in again who lost the password or the phone; the new first password is shown once."""
    return await rosters.renew_password(session, kiln, account_id, asker=asker.account_id)


@router.patch("/accounts/{account_id}", status_code=NOTHING)
async def change_account(session: Session, _: Manager, account_id: UUID, update: AccountUpdate) -> None:
    """Keep somebody out, or let them in again, at once."""
    await rosters.set_active(session, account_id, active=update.active)


@router.get("/audit")
async def read_events(session: Session, _: Auditor, wanted: Annotated[EventQuery, Query()]) -> AuditEventPage:
    """The events of the places one audits, the newest first."""
    return await events.search(session, wanted)


@router.get("/audit/export", response_class=Response)
async def export_events(session: Session, _: Auditor, wanted: Annotated[EventQuery, Query()]) -> Response:
    """The same as a table for spreadsheets (CSV)."""
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(await events.export(session, wanted), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/audit/check")
async def read_check(session: Session, _: Auditor) -> AuditCheckRead:
    """Whether the audit's chains were whole when they were last walked."""
    return await events.last_check(session)


@router.post("/audit/check", status_code=status.HTTP_202_ACCEPTED)
async def ask_check(session: Session, _: Auditor) -> None:
    """Have the audit's chains walked now."""
    await events.ask_check(session)
