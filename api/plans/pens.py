"""One pen a plan: within this process its edits are done one after the other, each on what the one before has kept.

Edits are proved before the plan's row is taken (decision 0035). Of two at once one would be proved for nothing, and
once more while it holds the row: twenty a second came to prove more often than to edit. Between processes the row
judges, as before.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID


@dataclass(slots=True)
class Pen:
    """The pen of one plan: who holds it, and how many want it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0


@dataclass(slots=True)
class Hand:
    """One request's hand: takes one plan's pen, and puts it down once its transaction has ended."""

    pens: dict[UUID, Pen]
    plan: UUID | None = None
    held: bool = False

    async def take(self, plan_id: UUID) -> None:
        """Wait until nobody else in this process edits the plan."""
        pen = self.pens.setdefault(plan_id, Pen())
        pen.wanted += 1
        self.plan = plan_id
        await pen.lock.acquire()
        self.held = True

    def put_down(self) -> None:
        """Let the next one edit; a pen that nobody wants is forgotten."""
        if self.plan is None:
            return
        pen = self.pens[self.plan]
        if self.held:
            pen.lock.release()
        pen.wanted -= 1
        if not pen.wanted:
            del self.pens[self.plan]


async def writing(request: Request) -> AsyncIterator[Hand]:
    """A hand; asked for before the session, so that it lets go after what was written is kept or undone."""
    hand = Hand(request.app.state.pens)
    try:
        yield hand
    finally:
        hand.put_down()


Writing = Annotated[Hand, Depends(writing, scope="function")]
