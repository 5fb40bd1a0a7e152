"""What a person has left behind outside their own row: devices, tokens, reports, patrols (migration 0112)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.access.keyring import Keyring

SERVES = text("SELECT serves_somewhere(:person)")
HELD = text("SELECT held_about(:person, CAST(:number AS bytea))")
WIPE = text("SELECT erase_traces(:person, CAST(:number AS bytea))")
SEALED_IN = {"name": "issue_reporter.name", "phone": "issue_reporter.phone", "email": "issue_georeport.email"}
"""What the sealed words of a report are bound to, before its id (``api.access.rotation`` turns the same)."""


async def serves(session: AsyncSession, person_id: UUID) -> bool:
    """Whether somebody holds a post today or from a day on, wherever it is."""
    return bool((await session.execute(SERVES, {"person": person_id})).scalar_one())


async def told(
    session: AsyncSession, ring: Keyring, person_id: UUID, number: bytes | None
) -> dict[str, list[dict[str, Any]]]:
    """Everything of that kind, in the clear; nothing to whoever does not manage the person. ``number``: a digest."""
    held: dict[str, list[dict[str, Any]]] = (
        await session.execute(HELD, {"person": person_id, "number": number})
    ).scalar_one()
    for report in held.get("reports", []):
        for field, place in SEALED_IN.items():
            if report[field] is not None:
                sealed = bytes.fromhex(report[field])
                report[field] = ring.unseal(sealed, about=f"{place} {report['issue_id']}")
    return held


async def wipe(session: AsyncSession, person_id: UUID, number: bytes | None) -> None:
    """Take it away, of a person who has been forgotten in this transaction; deeds stay under ids that say nothing."""
    await session.execute(WIPE, {"person": person_id, "number": number})
