"""Tells open pages what has changed, as it changes: one reader of the outbox a process, one stream an open page.

Every event of a case leaves a line in the outbox, in its own transaction. One look at it each ``EVERY_S`` wakes all
streams together (a notification a write would cost more than the writes); each stream then asks, as its own asker,
which of the changed cases it may see. Lines are read in the order of their transactions and only when no older one can
still appear, so ``Last-Event-ID`` misses nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.database import fresh_look

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import Request
    from sqlalchemy.ext.asyncio import AsyncSession

EVERY_S = 1.0
MOST = 2_000

NEWEST = text(
    "SELECT coalesce(max(tx)::text, '0') FROM issue_outbox WHERE tx < pg_snapshot_xmin(pg_current_snapshot())"
)
START = text("""
SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS here,
       (SELECT tx::text FROM issue_outbox ORDER BY tx LIMIT 1) AS oldest
""")
CHANGED = text("""
SELECT o.tx::text AS tx, i.id, i.code, i.status, i.version, i.is_open, i.supervised, i.due_at, i.changed_at, i.category,
       i.severity, i.community_id, ST_X(i.geometry) AS lon, ST_Y(i.geometry) AS lat
  FROM (SELECT DISTINCT ON (issue_id) tx, issue_id FROM issue_outbox
         WHERE tx >= CAST(CAST(:since AS text) AS xid8) AND tx < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY issue_id, tx DESC) AS o JOIN issue i ON i.id = o.issue_id
 ORDER BY o.tx, i.id LIMIT :most
""")
HERE = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")


class Pulse:
    """The process's one look at the outbox: streams wait here instead of asking each by itself."""

    def __init__(self) -> None:
        self.newest = ""
        self.looked = float("-inf")
        self.lock = asyncio.Lock()

    async def look(self, session: AsyncSession) -> str:
        """The newest settled transaction, asked of the store at most once each ``EVERY_S``."""
        async with self.lock:
            if time.monotonic() - self.looked >= EVERY_S:
                self.newest = str((await session.execute(NEWEST)).scalar_one())
                self.looked = time.monotonic()
        return self.newest


async def start(session: AsyncSession, last_event_id: str) -> tuple[str, bool]:
    """From which transaction on a stream tells, and whether it begins anew, the outbox no longer reaching back."""
    row = (await session.execute(START)).mappings().one()
    here = int(row["here"])
    if not last_event_id.isdigit():
        return str(here), False
    last = int(last_event_id)
    known = last <= here and (row["oldest"] is None or last >= int(row["oldest"]) - 1 or last + 1 >= here)
    return (str(last + 1), False) if known else (str(here), True)


async def stream(
    request: Request, pulse: Pulse, since: str, *, anew: bool, once: bool
) -> AsyncIterator[dict[str, Any]]:
    """The changes of the cases that the asker sees, coalesced; ``reset`` asks the page to load its list again.

    With ``once`` it ends after the first look, for whoever can only ask.
    """
    if anew:
        yield {"event": "reset", "data": "{}", "id": str(int(since) - 1)}
    seen = ""
    while not await request.is_disconnected():
        async with fresh_look(request) as session:
            newest = await pulse.look(session)
            changed = []
            if newest != seen:
                here = str((await session.execute(HERE)).scalar_one())
                rows = await session.execute(CHANGED, {"since": since, "most": MOST})
                changed = [dict(row) for row in rows.mappings()]
                full = len(changed) == MOST
                since = str(int(changed[-1]["tx"])) if full else here
                seen = "" if full else newest
        if changed:
            data = json.dumps([{k: v for k, v in row.items() if k != "tx"} for row in changed], default=str)
            yield {"event": "issues", "data": data, "id": str(int(since) - 1)}
        if once:
            return
        await asyncio.sleep(EVERY_S)
