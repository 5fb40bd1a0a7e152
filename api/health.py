"""Is the service alive, and can it answer from its store?"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import text

from api.database import OpenSession

router = APIRouter(prefix="/api", tags=["health"])


class HealthRead(BaseModel):
    """One word for a load balancer."""

    status: Literal["ok"]


@router.get("/health")
async def health() -> HealthRead:
    """The process answers."""
    return HealthRead(status="ok")


@router.get("/ready")
async def ready(session: OpenSession, response: Response) -> HealthRead:
    """The store answers too; 503 in a sentence where it does not."""
    response.headers["Cache-Control"] = "no-store"
    await session.execute(text("SELECT 1 FROM alembic_version"))
    return HealthRead(status="ok")
