"""The napkin city with a published plan of two micro-grids, bodies, rules, and people who report and handle."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import httpx
import psycopg
import pytest

from api.access.demo import welcome_visitors
from api.access.roles import Role
from api.main import create_app
from api.places.load import load_city
from api.settings import Settings
from tests.api.places.small_city import CITY, COMMUNITY, COMPOUND, SUBDISTRICT, UNITS
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

SPACE = UUID(int=7)
WEST, EAST = uuid5(SPACE, "west"), uuid5(SPACE, "east")
CLEANERS, FIRM, POLICE = uuid5(SPACE, "cleaners"), uuid5(SPACE, "firm"), uuid5(SPACE, "police")

SET_UP = f"""
INSERT INTO plan (id, subdistrict_id, community_id, name, state, effective)
  VALUES ('{uuid5(SPACE, "plan")}', '{SUBDISTRICT.id}', '{COMMUNITY.id}', '方案', 'published', '[2020-01-01,)');
INSERT INTO micro_grid (id, plan_id, community_id, compound_id, code, name, geometry) VALUES
  ('{WEST}', '{uuid5(SPACE, "plan")}', '{COMMUNITY.id}', '{COMPOUND.id}', 'W', '西网格',
   ST_Multi(ST_MakeEnvelope(104.030, 30.630, 104.040, 30.650, 4326))),
  ('{EAST}', '{uuid5(SPACE, "plan")}', '{COMMUNITY.id}', '{COMPOUND.id}', 'E', '东网格',
   ST_Multi(ST_MakeEnvelope(104.040, 30.630, 104.050, 30.650, 4326)));
INSERT INTO plan_member (plan_id, unit_id, community_id, micro_grid_id, floors) VALUES
  ('{uuid5(SPACE, "plan")}', '{UNITS[0].id}', '{COMMUNITY.id}', '{WEST}', '[1,6]'),
  ('{uuid5(SPACE, "plan")}', '{UNITS[1].id}', '{COMMUNITY.id}', '{WEST}', '[1,6]'),
  ('{uuid5(SPACE, "plan")}', '{UNITS[2].id}', '{COMMUNITY.id}', '{EAST}', '[1,2]');
INSERT INTO body (id, kind, name, name_en, subdistrict_id) VALUES
  ('{CLEANERS}', 'department', '环卫所', 'Street cleaning', '{SUBDISTRICT.id}'),
  ('{FIRM}', 'property_firm', '锦绣物业', 'Jinxiu Property', '{SUBDISTRICT.id}'),
  ('{POLICE}', 'department', '派出所', 'Police', '{SUBDISTRICT.id}');
INSERT INTO routing_rule (rank, category, compound_id, body_id) VALUES
  (10, 'property', '{COMPOUND.id}', '{FIRM}'), (20, 'environment', NULL, '{CLEANERS}');
INSERT INTO area (kind, name, geometry)
  VALUES ('water', '汀江', ST_Multi(ST_MakeEnvelope(104.055, 30.655, 104.059, 30.659, 4326)));
"""


class People:
    """Clients of the service, each as somebody."""

    def __init__(self, url: str, connect: Callable[[dict[str, str]], httpx.AsyncClient]) -> None:
        self.url = url
        self.connect = connect

    def by(self, role: Role, level: str, place: UUID | None, body: UUID | None = None) -> httpx.AsyncClient:
        """A client of somebody who holds a role, and belongs to a body if one is named."""
        headers = sign_in(self.url, role, level, place)
        if body is not None:
            login = f"{role.value}-{place or 'store'}".replace("_", "-")[:64]
            with psycopg.connect(self.url) as store:
                store.execute(
                    "INSERT INTO body_member SELECT %s, person_id FROM account WHERE login = %s ON CONFLICT DO NOTHING",
                    [body, login],
                )
        return self.connect(headers)

    @property
    def worker(self) -> httpx.AsyncClient:
        """The grid worker of the western grid."""
        return self.by(Role.GRID_WORKER, "micro_grid", WEST)

    @property
    def office(self) -> httpx.AsyncClient:
        """The street office."""
        return self.by(Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id)

    @property
    def community(self) -> httpx.AsyncClient:
        """The community."""
        return self.by(Role.COMMUNITY, "community", COMMUNITY.id)

    @property
    def cleaners(self) -> httpx.AsyncClient:
        """The department that cleans."""
        return self.by(Role.DEPARTMENT, "subdistrict", SUBDISTRICT.id, CLEANERS)

    @property
    def firm(self) -> httpx.AsyncClient:
        """The compound's property firm."""
        return self.by(Role.PROPERTY_FIRM, "compound", COMPOUND.id, FIRM)

    @property
    def stranger(self) -> httpx.AsyncClient:
        """A resident without an account."""
        return self.connect({})


@pytest.fixture(scope="module")
def issues_url(database_url: str) -> str:
    load_city(database_url, [CITY], doors=True, afterwards=[welcome_visitors])
    with psycopg.connect(database_url) as store:
        store.execute(SET_UP)
    return database_url


@pytest.fixture
async def people(issues_url: str, app_database_url: str, tmp_path: Path) -> AsyncIterator[People]:
    app = create_app(Settings(app_database_url=app_database_url, data_dir=tmp_path, pool_size=8))
    transport = httpx.ASGITransport(app=app)
    opened: list[httpx.AsyncClient] = []

    def connect(headers: dict[str, str]) -> httpx.AsyncClient:
        headers = {"Accept-Language": "zh-CN", **headers}
        opened.append(httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers))
        return opened[-1]

    async with app.router.lifespan_context(app):
        yield People(issues_url, connect)
        for client in opened:
            await client.aclose()


def report(lon: float = 104.035, lat: float = 30.64, **more: object) -> dict[str, object]:
    """A report of rubbish, precise to five metres."""
    place: dict[str, object] = {"lon": lon, "lat": lat, "accuracy_m": 5}
    place |= more.pop("place", {})  # type: ignore[call-overload]  # a mapping of more about the place
    return {"category": "environment.garbage", "place": place, **more}
