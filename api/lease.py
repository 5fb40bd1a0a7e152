"""Begins and ends a request's transaction in one trip to the store each, and never hands a connection on inside one.

``begin`` sends ``BEGIN`` and what is to be true in the transaction together: left to the driver they are two trips, and
the driver's own test of a pooled connection is three more. Here a pooled connection is tested without a trip: the
store's last word told whether it is inside a transaction, and the socket whether anybody is at its other end.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncEngine

RAW = "connection"
GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    OSError,
)


def watch(engine: AsyncEngine) -> None:
    """Let the pool of ``engine`` hand out whole connections only, and take none back inside a transaction."""

    def tested(dbapi_connection: Any, *_: object) -> None:
        raw: asyncpg.Connection = dbapi_connection.driver_connection
        if raw.is_closed() or raw.is_in_transaction():
            raise DisconnectionError

    def undone(dbapi_connection: Any, _: object, state: Any) -> None:
        raw: asyncpg.Connection = dbapi_connection.driver_connection
        if state.asyncio_safe and not raw.is_closed() and raw.is_in_transaction():
            dbapi_connection.run_async(lambda connection: connection.execute("ROLLBACK"))

    event.listen(engine.sync_engine.pool, "checkout", tested)
    event.listen(engine.sync_engine.pool, "reset", undone)


def lending(engine: AsyncEngine) -> AsyncEngine:
    """The same connections for ``lent``: nothing begins on them by itself."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


@asynccontextmanager
async def lent(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A session whose transaction ``begin`` begins: kept when the borrower is done, undone when the borrower raises."""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session
        if session.new or session.dirty or session.deleted:
            await session.flush()
        if (raw := session.info.get(RAW)) is not None:
            await _sent(raw, "COMMIT")
        await session.commit()  # nothing is left to send; whoever waits for "it is kept" hears it now


async def begin(session: AsyncSession, statement: str = "", *, anew: bool = False) -> None:
    """Begin the transaction of a ``lent`` session and run ``statement`` in it: one trip.

    Args:
        session: of ``lent``.
        statement: what is to be true in the transaction; a text of our own, since it takes no values.
        anew: what has begun already is undone first, in the same trip.

    Raises:
        asyncpg.PostgresError: the statement was refused; begin anew, or let the session go.
        UnavailableError: the store is away.
    """
    if (RAW in session.info) is not anew:
        raise RuntimeError("A request's transaction begins once.")
    script = f"{'ROLLBACK; ' if anew else ''}BEGIN; {statement}"
    try:
        await _begun(session, script)
    except GONE:  # the store may have been restarted a moment ago: once more, on a new connection
        await (await session.connection()).invalidate()
        await session.rollback()
        try:
            await _begun(session, script)
        except GONE as error:
            raise UnavailableError("数据库暂时无法连接,请稍后再试。", "The store is away for the moment.") from error


async def _begun(session: AsyncSession, script: str) -> None:
    connection = (await session.connection()).sync_connection
    assert connection is not None
    session.info[RAW] = raw = connection.connection.driver_connection
    await _sent(raw, script)


async def _sent(raw: Any, script: str) -> None:
    try:
        await raw.execute(script)
    except asyncpg.PostgresError:
        raise
    except BaseException:  # broken off in the middle: nobody knows what the connection is at
        raw.terminate()
        raise
