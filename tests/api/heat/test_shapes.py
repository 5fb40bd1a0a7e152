"""Hexagons and areas: other shapes of the same counts, and what their rates are per."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.access.roles import Role
from tests.api.heat.conftest import Told, tell
from tests.api.places.small_city import COMMUNITY, SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx
    import psycopg


@pytest.fixture
def office(client: httpx.AsyncClient, city_url: str) -> httpx.AsyncClient:
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    return client


@pytest.fixture
def told(owner: psycopg.Connection, office: httpx.AsyncClient) -> None:
    assert office
    if owner.execute("SELECT count(*) FROM issue").fetchone() == (0,):
        tell(owner, [Told(east=40 * k, day=k, category="noise.dance") for k in range(12)])
        owner.execute(
            "INSERT INTO patrol (id, account_id, person_id, community_id, started_at, ended_at)"
            " SELECT gen_random_uuid(), a.id, a.person_id, %s, '2026-03-03 01:00Z', '2026-03-03 05:00Z'"
            " FROM account a LIMIT 1",
            [COMMUNITY.id],
        )


async def answer(client: httpx.AsyncClient, path: str, **asked: Any) -> Any:
    got = await client.get(f"/api/heat{path}", params=asked)
    assert got.status_code == 200, got.text
    return got.json()


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("resolution", [7, 9, 11])
async def test_hexagons_hold_every_issue_once(office: httpx.AsyncClient, resolution: int) -> None:
    total = (await answer(office, ""))["on_map"]
    read = await answer(office, "/hexagons", resolution=resolution)
    assert sum(read["counts"]) == total
    assert len(set(read["cells"])) == len(read["cells"])
    assert {len(ring) for ring in read["rings"]} == {6}


@pytest.mark.usefixtures("told")
async def test_a_rate_may_be_per_hour_of_patrol(office: httpx.AsyncClient) -> None:
    read = await answer(office, "/areas/community", base="patrol_hours", since="2026-03-01", until="2026-03-31")
    own = next(a for a in read["areas"] if a["id"] == str(COMMUNITY.id))
    assert own["hours"] == pytest.approx(4.0)
    assert own["rate"] == pytest.approx(own["count"] / 4.0)


@pytest.mark.usefixtures("told")
async def test_where_nobody_walked_there_is_no_data_rather_than_calm(office: httpx.AsyncClient) -> None:
    read = await answer(office, "/areas/community", base="patrol_hours", since="2026-05-01", until="2026-05-31")
    assert {a["state"] for a in read["areas"]} == {"no-data"}
    assert [n["doubt"] for n in read["notes"] if n["doubt"] == "no-base"] == ["no-base"]
