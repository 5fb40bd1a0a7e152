"""A store with the napkin city in it (tests/api/places/small_city.py), and a client of the service over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from api.access.demo import welcome_visitors
from api.main import create_app
from api.places.load import load_city
from api.settings import Settings
from tests.api.places.small_city import CITY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator


@pytest.fixture(scope="module")
def city_url(database_url: str) -> str:
    load_city(database_url, [CITY], doors=True, afterwards=[welcome_visitors])
    return database_url


@pytest.fixture
def fresh_city(fresh_database: Callable[[], str]) -> Callable[[], str]:
    """A store of one's own, for tests that have to commit."""

    def make() -> str:
        url = fresh_database()
        load_city(url, [CITY], doors=True)
        return url

    return make


@pytest.fixture
def store(city_url: str) -> Iterator[psycopg.Connection]:
    """The owner's connection; whatever a test writes is rolled back behind it."""
    with psycopg.connect(city_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
async def client(city_url: str, app_database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    assert city_url
    app = create_app(Settings(app_database_url=app_database_url))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport, base_url="http://localhost", headers={"Accept-Language": "zh-CN"}
        ) as client,
    ):
        yield client
