"""The door to the store: one engine a process, one transaction a request.

Services take the session first and never commit; ``transaction`` commits once the request has succeeded and before
its answer leaves, so whoever reads an answer reads a store that has it.
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

CONVENTION = {
    "ix": "%(table_name)s_%(column_0_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}


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
    return create_async_engine(
        asynchronous(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=10,
        hide_parameters=True,  # an error's text is logged, and parameters hold what people wrote
    )


async def open_transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """One request, one transaction: committed when the route has returned, rolled back when it raised.

    It belongs to nobody, so row-level security shows it nothing: for health and for logging in.
    """
    engine: AsyncEngine = request.app.state.engine
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        yield session


async def transaction(
    request: Request, session: Annotated[AsyncSession, Depends(open_transaction, scope="function")]
) -> AsyncIterator[AsyncSession]:
    """The same, with the asker's jurisdiction written into it (``api.access.admission``)."""
    admission: Admission = request.app.state.admission
    async with admission(request, session):
        yield session


@asynccontextmanager
async def fresh_look(request: Request) -> AsyncIterator[AsyncSession]:
    """A transaction of its own for a live stream; admitted anew, so that a session ended meanwhile ends the stream."""
    opened = asynccontextmanager(open_transaction)(request)
    async with opened as session, request.app.state.admission(request, session):
        yield session


Admission = Callable[[Request, AsyncSession], AbstractAsyncContextManager[None]]
Session = Annotated[AsyncSession, Depends(transaction, scope="function")]
"""What every route takes: a transaction that sees the asker's rows and no others."""
OpenSession = Annotated[AsyncSession, Depends(open_transaction, scope="function")]
"""A transaction of nobody: sees no protected row."""
