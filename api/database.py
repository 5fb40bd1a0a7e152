"""The door to the store: one engine a process, one transaction a request.

Services take the session first and never commit; ``lent`` commits once the request has succeeded and before its answer
leaves, so whoever reads an answer reads a store that has it. Beginning and ending are a trip each (``api.lease``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import MetaData
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from api import lease

CONVENTION = {
    "ix": "%(table_name)s_%(column_0_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}

RECYCLED_S = 1800
"""Seconds after which a connection is replaced: what lies between us and a distant store forgets idle ones."""
STATEMENTS_KEPT = 1000
"""Prepared statements a connection remembers; more distinct ones than that, and each costs a second trip."""


class Row(DeclarativeBase):
    """What every table's class descends from; PostgreSQL's own names for constraints."""

    metadata = MetaData(naming_convention=CONVENTION)


def asynchronous(url: str) -> URL:
    """The same store, spoken to by asyncpg.

    >>> asynchronous("postgresql://minqing@/minqing?host=/run/pg").drivername
    'postgresql+asyncpg'
    """
    return make_url(url).set(drivername="postgresql+asyncpg")


def synchronous(url: str) -> URL:
    """The same store, spoken to by psycopg: migrations, bulk loads and the command line."""
    return make_url(url).set(drivername="postgresql+psycopg")


def create_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine whose connections are tested before use, so that a restarted store is met with a new one."""
    engine = create_async_engine(
        asynchronous(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_recycle=RECYCLED_S,
        pool_timeout=10,
        hide_parameters=True,  # an error's text is logged, and parameters hold what people wrote
        connect_args={"prepared_statement_cache_size": STATEMENTS_KEPT},
    )
    lease.watch(engine)
    return engine


async def borrow(request: Request) -> AsyncIterator[AsyncSession]:
    """One request, one transaction: kept when the route has returned, undone when it raised.

    Nothing has begun yet: whoever says in whose name it is begins it (``api.access.admission``).
    """
    async with lease.lent(request.app.state.lending) as session:
        yield session


Borrowed = Annotated[AsyncSession, Depends(borrow, scope="function")]


async def open_transaction(session: Borrowed) -> AsyncSession:
    """A transaction that belongs to nobody, so row-level security shows it nothing: for health and for logging in."""
    await lease.begin(session)
    return session


async def transaction(request: Request, session: Borrowed) -> AsyncIterator[AsyncSession]:
    """A transaction with the asker's jurisdiction written into it (``api.access.admission``)."""
    admission: Admission = request.app.state.admission
    async with admission(request, session):
        yield session


@asynccontextmanager
async def fresh_look(request: Request) -> AsyncIterator[AsyncSession]:
    """A transaction of its own for a live stream; admitted anew, so that a session ended meanwhile ends the stream."""
    async with asynccontextmanager(borrow)(request) as session, request.app.state.admission(request, session):
        yield session


Admission = Callable[[Request, AsyncSession], AbstractAsyncContextManager[None]]
Session = Annotated[AsyncSession, Depends(transaction, scope="function")]
"""What every route takes: a transaction that sees the asker's rows and no others."""
OpenSession = Annotated[AsyncSession, Depends(open_transaction, scope="function")]
"""A transaction of nobody: sees no protected row."""
