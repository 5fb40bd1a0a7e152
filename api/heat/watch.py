"""Keeps the facts in memory true: before each answer it asks the store what its last look could not yet see.

A row carries the transaction that wrote it. Rows of transactions from the oldest that was still running at the last
look onward are read again; all older ones were seen then. Nothing is missed when commits overtake each other, and
nothing but an index is read when nothing has changed.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.heat.facts import Facts, unpack
from api.heat.sieve import Sight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

LOOK = text("SELECT * FROM heat_look(CAST(CAST(:since AS text) AS xid8))")
NAMES = text("SELECT no, what, key FROM heat_name WHERE no > :last ORDER BY no")


@dataclass(slots=True)
class Watch:
    """The facts of one store in this process.

    ``version`` rises with every change that was seen; ``mark`` tells this process's versions from another's.
    """

    facts: Facts = field(default_factory=Facts)
    number: dict[tuple[str, str], int] = field(default_factory=dict)
    name: dict[int, str] = field(default_factory=dict)
    horizon: int = 0
    version: int = 0
    mark: str = field(default_factory=lambda: secrets.token_hex(6))
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self, session: AsyncSession) -> tuple[Facts, Sight]:
        """The facts as of now, and which of them the asker of this transaction may see."""
        seen = (await session.execute(LOOK, {"since": str(self.horizon)})).one()
        if seen.fresh or not self.version:
            async with self._lock:
                await self._catch_up(session, int(seen.horizon))
        return self.facts, self.sight(everywhere=seen.everywhere, places=seen.places, bodies=seen.bodies)

    async def _catch_up(self, session: AsyncSession, horizon: int) -> None:
        raw: Any = (await (await session.connection()).get_raw_connection()).driver_connection
        copied = bytearray()

        async def take(chunk: bytes) -> None:
            copied.extend(chunk)

        # The horizon is a number that the store itself wrote: nothing of a request is in this text.
        which = "heat_changes" if self.version else "heat_facts"
        query = f"SELECT * FROM {which}('{self.horizon:d}')"  # noqa: S608 - see above
        await raw.copy_from_query(query, output=take, format="binary")
        rows = unpack(copied)
        self.facts = await asyncio.to_thread(self.facts.changed, rows)
        for row in await session.execute(NAMES, {"last": max(self.name, default=0)}):
            self.number[row.what, row.key] = row.no
            self.name[row.no] = row.key
        self.horizon = max(self.horizon, horizon)
        self.version += 1

    def sight(self, *, everywhere: bool, places: Sequence[str], bodies: Sequence[str]) -> Sight:
        """What somebody with these posts may see."""
        community, compound, grid = (frozenset(self.numbers(k, places)) for k in ("community", "compound", "grid"))
        return Sight(everywhere, community, compound, grid, frozenset(self.numbers("body", bodies)))

    def numbers(self, what: str, keys: Iterable[str]) -> list[int]:
        """The numbers of those keys that any issue ever named."""
        return [no for key in keys if (no := self.number.get((what, key))) is not None]
