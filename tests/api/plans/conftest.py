"""A planner of the napkin city, logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.access.roles import Role
from tests.api.places.small_city import SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx


@pytest.fixture
def planner(client: httpx.AsyncClient, city_url: str) -> httpx.AsyncClient:
    client.headers.update(sign_in(city_url, Role.PLANNER, "subdistrict", SUBDISTRICT.id))
    return client
