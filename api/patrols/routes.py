"""Patrols over HTTP: rounds, tracks, visits, checklists, coverage. For staff; a track's reader is written down."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.access.admission import Asker, only
from api.access.roles import Role
from api.database import Session
from api.errors import TooLargeError
from api.issues.workdays import BEIJING
from api.patrols import checks, service
from api.patrols.schemas import (
    ChecklistCreate,
    ChecklistRead,
    CheckPut,
    CoverageRead,
    FixesPut,
    PatrolRead,
    PatrolStart,
    PatrolStop,
    PlanCreate,
    PlanRead,
    VisitPut,
    VisitRead,
)
from geo.tracks import gpx

router = APIRouter(prefix="/api", tags=["patrols"])
STAFF = (
    Role.GRID_WORKER,
    Role.GRID_LEAD,
    Role.COMMUNITY,
    Role.STREET_OFFICE,
    Role.DISTRICT,
    Role.ADMINISTRATOR,
)
Staff = Annotated[Asker, Depends(only(*STAFF))]
Office = Annotated[Asker, Depends(only(Role.COMMUNITY, Role.STREET_OFFICE, Role.DISTRICT, Role.ADMINISTRATOR))]
PatrolId = Annotated[UUID, Path(description="A round's key, chosen by the phone.")]
MOST_GPX = 20 * 1024 * 1024
GPX_TOO_LARGE = TooLargeError("GPX 超过 20 MB。", "The GPX file is larger than 20 MB.")


def now() -> datetime:
    """The moment of the request."""
    return datetime.now(UTC).replace(microsecond=0)


def days(since: date | None, until: date | None) -> tuple[date, date]:
    """A period of days, the last thirty where nothing is said."""
    last = until or now().astimezone(BEIJING).date()
    return since or last - timedelta(days=30), last


@router.get("/patrols")
async def list_patrols(
    session: Session,
    _: Staff,
    since: date | None = None,
    until: date | None = None,
    community_id: UUID | None = None,
    *,
    flagged: bool = False,
) -> list[PatrolRead]:
    """Rounds: one's own, and those where one leads."""
    return await service.list_patrols(session, *days(since, until), community_id, flagged=flagged)


@router.post("/patrols/import", status_code=201)
async def import_gpx(request: Request, session: Session, who: Staff) -> PatrolRead:
    """A round from a GPX file (the body); kept, and flagged as imported."""
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        if len(held) > MOST_GPX:
            raise GPX_TOO_LARGE
    return await service.bring_in(session, who, bytes(held), now=now())


@router.put("/patrols/{patrol_id}")
async def begin(session: Session, who: Staff, patrol_id: PatrolId, said: PatrolStart) -> PatrolRead:
    """Go on duty: begin a round."""
    return await service.begin(session, who, patrol_id, said, now=now())


@router.get("/patrols/{patrol_id}")
async def read_patrol(session: Session, _: Staff, patrol_id: PatrolId) -> PatrolRead:
    """One round with its figures and flags."""
    return await service.read(session, patrol_id)


@router.put("/patrols/{patrol_id}/fixes/{number}", status_code=204)
async def put_fixes(
    session: Session, _: Staff, patrol_id: PatrolId, number: Annotated[int, Path(ge=0, le=100_000)], said: FixesPut
) -> None:
    """Record a batch of positions; sent again it changes nothing."""
    await service.add_fixes(session, patrol_id, number, said)


@router.post("/patrols/{patrol_id}/stop")
async def end(session: Session, _: Staff, patrol_id: PatrolId, said: PatrolStop) -> PatrolRead:
    """Go off duty: end the round; its track is cleaned and held against the homes it passed."""
    return await service.end(session, patrol_id, said.ended_at, now=now())


@router.get("/patrols/{patrol_id}/track")
async def read_track(session: Session, _: Staff, patrol_id: PatrolId) -> dict[str, Any]:
    """The track for the map (GeoJSON); a look at somebody else's is written down."""
    return service.as_geojson(*await service.track_of(session, patrol_id))


@router.get("/patrols/{patrol_id}/track.gpx", response_class=Response)
async def export_gpx(session: Session, _: Staff, patrol_id: PatrolId) -> Response:
    """The track as GPX; a look at somebody else's is written down."""
    found, track = await service.track_of(session, patrol_id)
    return Response(gpx.write(track, name=f"{found.started_at:%Y-%m-%d}"), media_type="application/gpx+xml")


@router.put("/visits/{visit_id}", status_code=204)
async def put_visit(session: Session, who: Staff, visit_id: UUID, said: VisitPut) -> None:
    """Write down a visit to a household, or that nobody was at home; sent again it changes nothing."""
    await service.put_visit(session, who, visit_id, said, now=now())


@router.get("/visits")
async def list_visits(
    session: Session, _: Staff, since: date | None = None, until: date | None = None, unit_id: UUID | None = None
) -> list[VisitRead]:
    """Visits of a period."""
    return await service.list_visits(session, *days(since, until), unit_id)


@router.get("/coverage")
async def read_coverage(
    session: Session,
    _: Staff,
    community_id: Annotated[UUID | None, Query()] = None,
    micro_grid_id: Annotated[UUID | None, Query()] = None,
    since: date | None = None,
    until: date | None = None,
) -> CoverageRead:
    """Which units of a community or a micro-grid were passed within thirty metres, and visited, in a period."""
    return await service.coverage(session, *days(since, until), community_id, micro_grid_id)


@router.get("/checklists")
async def read_checklists(session: Session, _: Staff) -> list[ChecklistRead]:
    """Lists of things to look at."""
    return await checks.read_lists(session)


@router.post("/checklists", status_code=201)
async def add_checklist(session: Session, _: Office, said: ChecklistCreate) -> ChecklistRead:
    """A new checklist."""
    return await checks.add_list(session, said)


@router.get("/patrol-plans")
async def read_plans(session: Session, _: Staff) -> list[PlanRead]:
    """What is to be walked through, the most pressing first."""
    return await checks.read_plans(session, now=now())


@router.post("/patrol-plans", status_code=201)
async def add_plan(session: Session, _: Office, said: PlanCreate) -> PlanRead:
    """A new plan for a community or a micro-grid."""
    return await checks.add_plan(session, said, now=now())


@router.put("/checks/{check_id}", status_code=204)
async def put_check(session: Session, who: Staff, check_id: UUID, said: CheckPut) -> None:
    """Write down what was found of one item; sent again it changes nothing."""
    await checks.put_check(session, who, check_id, said, now=now())
