"""Exports over HTTP: one address a layer; what it holds is what the asker may see."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.database import Session
from api.exports.schemas import ExportAsked, Exported

router = APIRouter(prefix="/api/exports", tags=["exports"])


@router.get("/{what}", response_class=FileResponse)
async def export(session: Session, what: Exported, asked: Annotated[ExportAsked, Query()]) -> FileResponse:
    """A layer, or a whole plan, as a file."""
    from api.exports import service  # noqa: PLC0415  # writers, booklets, maps: seconds that no start should wait for

    path = await service.make_file(session, what, asked)
    name = f"minqing-{what.value}-{datetime.now(UTC):%Y%m%d}.{asked.format}"
    return FileResponse(path, filename=name, background=BackgroundTask(shutil.rmtree, path.parent, ignore_errors=True))
