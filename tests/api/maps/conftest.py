"""The napkin city with its tiles drawn, and a client of the service over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from api.access.demo import welcome_visitors
from api.main import create_app
from api.maps.rebuild import rebuild
from api.places.load import load_city
from api.settings import Settings
from tests.api.places.small_city import CITY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture(scope="module")
def city_url(database_url: str) -> str:
    load_city(database_url, [CITY], doors=True, afterwards=[rebuild, welcome_visitors])
    return database_url


@pytest.fixture
def behind(city_url: str) -> Iterator[psycopg.Connection]:
    """The owner's connection, each statement committed at once."""
    with psycopg.connect(city_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def client(city_url: str, app_database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    assert city_url
    app = create_app(Settings(app_database_url=app_database_url))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport, base_url="http://localhost", headers={"Accept-Language": "en"}
        ) as asking,
    ):
        yield asking
