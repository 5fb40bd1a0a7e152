"""A street office of the napkin city, and one of its communities, logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from api.access.roles import Role
from tests.api.places.small_city import SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx


@pytest.fixture
def office(client: httpx.AsyncClient, city_url: str) -> httpx.AsyncClient:
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    return client


@pytest.fixture(autouse=True)
def only_the_law(city_url: str) -> None:
    """Every test begins with the law alone: rules of one test would stand in the way of another's."""
    with psycopg.connect(city_url) as connection:
        connection.execute("DELETE FROM household_rule WHERE source NOT LIKE '微网实格%'")
        connection.execute("DELETE FROM exemption")
