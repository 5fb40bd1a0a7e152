"""A store with both cities in it, and a client of the service for anybody in them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from api.access import forgery
from api.access.admission import COOKIE
from api.main import create_app
from api.settings import Settings
from tests.api.access import world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import AbstractAsyncContextManager

    from fastapi import FastAPI

    from tests.api.access.world import Post


NO_PAGES = Path(__file__).parent / "no pages here"
"""The matrix is about the service: the same answers whether or not the pages have been built."""


UNHURRIED = 1e6
"""Requests a second: thousands are asked of one address here, and a 429 would pass for the refusal that is meant."""


@pytest.fixture(scope="module")
def world_url(database_url: str) -> str:
    world.build(database_url)
    return database_url


@pytest.fixture
def behind(world_url: str) -> Iterator[psycopg.Connection]:
    """The owner's connection, to look behind the service; autocommit."""
    with psycopg.connect(world_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def app(world_url: str, app_database_url: str, tmp_path: Path) -> AsyncIterator[FastAPI]:
    assert world_url
    settings = Settings(app_database_url=app_database_url, web_dist=NO_PAGES, pool_size=2, data_dir=tmp_path)
    made = create_app(settings.model_copy(update={"requests_per_s": UNHURRIED}))
    async with made.router.lifespan_context(made):
        yield made


Client = httpx.AsyncClient


@pytest.fixture
def client_of(app: FastAPI) -> Callable[[Post | None], AbstractAsyncContextManager[Client]]:
    """A client logged in as the holder of a post; None is a stranger."""

    @asynccontextmanager
    async def connect(post: Post | None, address: str = "10.1.2.3") -> AsyncIterator[Client]:
        headers = {"Accept-Language": "en"}
        if post is not None:
            headers |= {"Cookie": f'{COOKIE}="{post.cookie}"', forgery.HEADER: forgery.word(post.cookie)}
        transport = httpx.ASGITransport(app=app, client=(address, 4711))
        async with Client(transport=transport, base_url="http://localhost:8000", headers=headers) as client:
            yield client

    return connect
