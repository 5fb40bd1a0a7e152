"""Imports over HTTP: a file comes in, is looked over, mended, entered, and can be taken back."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile, status
from fastapi.responses import FileResponse
from sse_starlette import EventSourceResponse
from starlette.background import BackgroundTask

from api.access.streams import while_admitted
from api.database import Session, fresh_look
from api.imports import service
from api.imports.schemas import (
    EnterAsked,
    EstimateConfirmed,
    FaultsRead,
    ImportChoice,
    ImportRead,
    LossRead,
    MendsAccepted,
    Outcome,
    RowsRead,
)

router = APIRouter(prefix="/api", tags=["imports"])
LOOK_EVERY_S = 0.4


def language_of(request: Request) -> Literal["zh", "en"]:
    """The language of the sentences that are told."""
    return "en" if request.headers.get("accept-language", "").strip().lower().startswith("en") else "zh"


def home_of(request: Request) -> Path:
    """Where the files of imports are kept."""
    home: Path = request.app.state.settings.data_dir / "imports"
    return home


Language = Annotated[Literal["zh", "en"], Depends(language_of)]
Home = Annotated[Path, Depends(home_of)]
Skip = Annotated[int, Query(ge=0, le=10_000_000)]
Most = Annotated[int, Query(ge=1, le=500)]


@router.post("/imports", status_code=status.HTTP_202_ACCEPTED)
async def bring_file(
    session: Session,
    home: Home,
    file: Annotated[UploadFile, File()],
    source: Annotated[str, Form(max_length=300)] = "",
) -> ImportRead:
    """Bring a file; reading it begins at once."""
    return await service.create(session, home, file, source)


@router.get("/imports")
async def list_imports(session: Session, language: Language) -> list[ImportRead]:
    """The newest imports."""
    return await service.list_all(session, language)


@router.get("/imports/{import_id}")
async def read_import(session: Session, language: Language, import_id: UUID) -> ImportRead:
    """One import: its layers, what was found, how far it is."""
    return await service.read(session, import_id, language)


@router.put("/imports/{import_id}/choice", status_code=status.HTTP_202_ACCEPTED)
async def choose(session: Session, language: Language, import_id: UUID, said: ImportChoice) -> ImportRead:
    """Say what one layer is taken for; it is looked over at once."""
    return await service.choose(session, import_id, said, language)


@router.get("/imports/{import_id}/faults")
async def read_faults(  # noqa: PLR0917 - FastAPI reads the query off the parameters
    session: Session,
    language: Language,
    import_id: UUID,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    mendable: bool | None = None,  # noqa: FBT001 - a query's yes or no
    skip: Skip = 0,
    most: Most = 100,
) -> FaultsRead:
    """Faults row by row."""
    asked = {"kind": kind, "mendable": mendable, "skip": skip, "most": most}
    return await service.read_faults(session, import_id, asked, language)


@router.get("/imports/{import_id}/faults.xlsx", response_class=FileResponse)
async def take_faults(session: Session, import_id: UUID) -> FileResponse:
    """All faults as an Excel file, in both languages."""
    rows = await service.all_faults(session, import_id)
    path = Path(tempfile.mkdtemp(prefix="mq-faults-")) / "faults.xlsx"
    from api.imports.fault_file import faults_of, write_excel  # noqa: PLC0415  # writers take seconds to load

    await asyncio.to_thread(write_excel, faults_of(rows), path)
    return FileResponse(path, filename="faults.xlsx", background=BackgroundTask(path.unlink))


@router.post("/imports/{import_id}/faults/accept")
async def accept_mends(session: Session, language: Language, import_id: UUID, said: MendsAccepted) -> FaultsRead:
    """Accept all, some or none of the mends."""
    return await service.accept(session, import_id, said, language)


@router.get("/imports/{import_id}/rows")
async def read_rows(
    session: Session, import_id: UUID, outcome: Outcome | None = None, skip: Skip = 0, most: Most = 100
) -> RowsRead:
    """What would become, or became, of each row."""
    return await service.read_rows(session, import_id, {"outcome": outcome, "skip": skip, "most": most})


@router.post("/imports/{import_id}/enter", status_code=status.HTTP_202_ACCEPTED)
async def enter(session: Session, language: Language, import_id: UUID, said: EnterAsked) -> ImportRead:
    """Enter what was looked over: one transaction."""
    return await service.enter(session, import_id, said, language)


@router.post("/imports/{import_id}/cancel")
async def cancel(session: Session, language: Language, import_id: UUID) -> ImportRead:
    """Call the work in hand off; nothing of it stays."""
    return await service.cancel(session, import_id, language)


@router.get("/imports/{import_id}/losses")
async def read_losses(session: Session, import_id: UUID) -> list[LossRead]:
    """What an undo would take along."""
    return await service.losses(session, import_id)


@router.post("/imports/{import_id}/undo", status_code=status.HTTP_202_ACCEPTED)
async def undo(session: Session, language: Language, import_id: UUID) -> ImportRead:
    """Take the import back, all of it."""
    return await service.undo(session, import_id, language)


@router.get("/imports/{import_id}/events", response_class=EventSourceResponse)
async def follow(request: Request, session: Session, language: Language, import_id: UUID) -> EventSourceResponse:
    """The import as it goes on (server-sent events): an ``import`` event whenever something has changed."""
    await service.read(session, import_id, language)
    return EventSourceResponse(while_admitted(_progress(request, import_id, language)))


async def _progress(request: Request, import_id: UUID, language: str) -> AsyncIterator[dict[str, Any]]:
    told = ""
    while not await request.is_disconnected():
        async with fresh_look(request) as session:
            found = await service.read(session, import_id, language)
        now = found.model_dump_json()
        if now != told:
            told = now
            yield {"event": "import", "data": now}
        if found.state not in service.BUSY:
            return
        await asyncio.sleep(LOOK_EVERY_S)


@router.post("/buildings/{building_id}/estimate")
async def confirm_estimate(session: Session, building_id: UUID, said: EstimateConfirmed) -> int:
    """Confirm a building's estimated households, or give the right number; how many units that was."""
    return await service.confirm(session, building_id, said)
