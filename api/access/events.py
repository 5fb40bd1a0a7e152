"""Searches the audit: what an auditor reads of the events of the places they audit. Reading is an event too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from api.access.audit import Action, record
from api.access.people_schemas import EventRead

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.people_schemas import EventQuery

SEARCH = text("""
SELECT chain, seq, at, account_id, action, kind, object_id, place_id, address, reason, details FROM audit_event
 WHERE (CAST(:account AS uuid) IS NULL OR account_id = :account)
   AND (:action = '' OR action = :action) AND (:object_id = '' OR object_id = :object_id)
   AND (CAST(:since AS timestamptz) IS NULL OR at >= :since) AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
 ORDER BY at DESC, chain, seq LIMIT :most
""")


async def search(session: AsyncSession, wanted: EventQuery) -> list[EventRead]:
    """The newest events that fit, of the places one audits; that they were read is written down."""
    found = [EventRead(**row) for row in (await session.execute(SEARCH, wanted.model_dump())).mappings()]
    await record(session, Action.AUDIT_READ, kind="audit", details={"found": len(found), "action": wanted.action})
    return found
