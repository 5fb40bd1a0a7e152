"""The live stream of a plan: others' edits, remarks and steps, and who is here; nothing missed, nothing foreign.

Each look at the store is a transaction of its own that is admitted anew, so a session that ended ends the stream and
row-level security decides what it shows. Whoever has changed something wakes the streams of this process once their
transaction is kept; streams of other processes look every two seconds. Wakes within a moment become one look.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.database import fresh_look
from api.errors import NotFoundError, ServiceError
from api.plans.commenting import people_here
from api.plans.journal import since_version

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from uuid import UUID

    from fastapi import Request
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.plans.shelf import Shelf

LOOK_EVERY_S = 2.0
MOMENT_S = 0.2
MOST_EVENTS = 500

NOW = text("SELECT events FROM plan WHERE id = :plan")
LATER = text("""
SELECT number, kind, community_id, data FROM plan_event WHERE plan_id = :plan AND number > :last
 ORDER BY number LIMIT :most
""")


class Hub:
    """Who in this process follows which plan."""

    def __init__(self) -> None:
        self._followers: dict[UUID, set[asyncio.Event]] = {}

    def wake(self, plan_id: UUID) -> None:
        """Let everybody who follows a plan look now."""
        for follower in self._followers.get(plan_id, ()):
            follower.set()

    @contextmanager
    def following(self, plan_id: UUID) -> Iterator[asyncio.Event]:
        """An event that is set whenever something has happened to a plan."""
        woken = asyncio.Event()
        self._followers.setdefault(plan_id, set()).add(woken)
        try:
            yield woken
        finally:
            self._followers[plan_id].discard(woken)
            if not self._followers[plan_id]:
                del self._followers[plan_id]


@dataclass(slots=True)
class Stream:
    """One reader of a plan's stream, and how far they have been told."""

    plan_id: UUID
    last: int | None
    people: str = ""
    versions: dict[UUID, int] = field(default_factory=dict)


async def events(request: Request, shelf: Shelf, hub: Hub, stream: Stream) -> AsyncIterator[dict[str, Any]]:
    """The events of a plan from ``stream.last`` on, until the reader leaves or is no longer admitted."""
    with hub.following(stream.plan_id) as woken:
        while not await request.is_disconnected():
            woken.clear()
            try:
                async with fresh_look(request) as session:
                    told = await _look(session, shelf, stream)
            except ServiceError:
                return
            for event in told:
                yield event
            try:
                await asyncio.wait_for(woken.wait(), LOOK_EVERY_S)
                await asyncio.sleep(MOMENT_S)
            except TimeoutError:
                continue


async def _look(session: AsyncSession, shelf: Shelf, stream: Stream) -> list[dict[str, Any]]:
    now = (await session.execute(NOW, {"plan": stream.plan_id})).scalar()
    if now is None:
        raise NotFoundError("没有这个方案,或您无权查看。", "There is no such plan, or it is not yours to see.")
    told: list[dict[str, Any]] = []
    if stream.last is None:
        stream.last = now
    elif now - stream.last > MOST_EVENTS or stream.last > now:
        stream.last = now
        told.append({"event": "reset", "id": str(now), "data": "{}"})
    elif now > stream.last:
        told += await _later(session, shelf, stream)
        stream.last = now
    people = json.dumps([one.model_dump(mode="json") for one in await people_here(session, stream.plan_id)])
    if people != stream.people:
        stream.people = people
        told.append({"event": "presence", "data": f'{{"people": {people}}}'})
    return told


async def _later(session: AsyncSession, shelf: Shelf, stream: Stream) -> list[dict[str, Any]]:
    asked = {"plan": stream.plan_id, "last": stream.last, "most": MOST_EVENTS}
    rows = (await session.execute(LATER, asked)).mappings().all()
    told: list[dict[str, Any]] = []
    edited: dict[UUID, tuple[int, int]] = {}
    for row in rows:
        data = json.loads(row["data"]) if isinstance(row["data"], str) else row["data"]
        if row["kind"] == "edit":
            base, _ = edited.get(row["community_id"], (data["base"], 0))
            edited[row["community_id"]] = (min(base, data["base"]), row["number"])
        else:
            told.append({"event": row["kind"], "id": str(row["number"]), "data": json.dumps(data, ensure_ascii=False)})
    for community, (base, number) in edited.items():
        log = await since_version(session, shelf, (stream.plan_id, community), base)
        body = log.model_dump(mode="json", include={"version", "entries", "patch"}) | {"community_id": str(community)}
        told.append({"event": "edit", "id": str(number), "data": json.dumps(body, ensure_ascii=False)})
    return sorted(told, key=lambda event: int(event["id"]))
