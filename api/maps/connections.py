"""A few connections to the store, handed from one tile to the next.

asyncpg's own pool wraps every hand-over in tasks, which costs a tile as much as the rest of its answer; a tile needs
none of that, since its one statement leaves nothing behind. Nor does it look its statement up by its text each time:
what was prepared is kept beside the connection.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncpg.prepared_stmt import PreparedStatement


@dataclass(slots=True)
class Line:
    """One connection, with the statements prepared on it."""

    connection: asyncpg.Connection
    prepared: dict[str, PreparedStatement] = field(default_factory=dict)

    async def fetch_one(self, query: str, values: Sequence[object]) -> asyncpg.Record:
        """The one row that a query answers."""
        statement = self.prepared.get(query)
        if statement is None:
            statement = self.prepared[query] = await self.connection.prepare(query)
        row = await statement.fetchrow(*values)
        assert row is not None
        return row


class Connections:
    """At most ``most`` connections to ``url``, made when first needed."""

    def __init__(self, url: str, most: int) -> None:
        self.url = url
        self.free = asyncio.Semaphore(most)
        self.idle: list[Line] = []

    async def fetch_one(self, query: str, values: Sequence[object]) -> asyncpg.Record:
        """The one row that a query answers, on whichever connection is free.

        A connection on which anything went wrong is not used again.
        """
        async with self.free:
            line = await self._take()
            try:
                row = await line.fetch_one(query, values)
            except BaseException:
                line.connection.terminate()
                raise
            self.idle.append(line)
            return row

    async def _take(self) -> Line:
        while self.idle:
            line = self.idle.pop()
            if not line.connection.is_closed():
                return line
        return Line(await asyncpg.connect(self.url))

    def forget(self) -> None:
        """Let go of every connection that is not in use: the store may have been restarted."""
        while self.idle:
            self.idle.pop().connection.terminate()

    async def close(self) -> None:
        """Close all connections that are not in use."""
        while self.idle:
            await self.idle.pop().connection.close()
