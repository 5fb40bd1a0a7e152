"""A few connections to the store, handed from one tile to the next.

asyncpg's own pool wraps every hand-over in tasks, which costs a tile as much as the rest of its answer; a tile needs
none of that, since its one statement leaves nothing behind.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from collections.abc import Sequence


class Connections:
    """At most ``most`` connections to ``url``, made when first needed."""

    def __init__(self, url: str, most: int) -> None:
        self.url = url
        self.free = asyncio.Semaphore(most)
        self.idle: list[asyncpg.Connection] = []

    async def fetch_one(self, query: str, values: Sequence[object]) -> asyncpg.Record:
        """The one row that a query answers, on whichever connection is free.

        A connection on which anything went wrong is not used again.
        """
        async with self.free:
            connection = await self._take()
            try:
                row = await connection.fetchrow(query, *values)
            except BaseException:
                connection.terminate()
                raise
            self.idle.append(connection)
            assert row is not None
            return row

    async def _take(self) -> asyncpg.Connection:
        while self.idle:
            connection = self.idle.pop()
            if not connection.is_closed():
                return connection
        return await asyncpg.connect(self.url)

    def forget(self) -> None:
        """Let go of every connection that is not in use: the store may have been restarted."""
        while self.idle:
            self.idle.pop().terminate()

    async def close(self) -> None:
        """Close all connections that are not in use."""
        while self.idle:
            await self.idle.pop().close()
