"""Hexagons and areas: other shapes of the same counts, and what their rates are per."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from api.access.roles import Role
from tests.api.heat.conftest import Told, tell
from tests.api.places.small_city import COMMUNITY, COMPOUND, SUBDISTRICT
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
async def test_a_hexagon_holds_the_cells_that_the_film_puts_in_it(office: httpx.AsyncClient) -> None:
    read = await answer(office, "/hexagons")
    cells = await answer(office, "/cells")
    assert len(read["within"]) == len(cells["cells"])
    sums = [0] * len(read["cells"])
    for hexagon, many in zip(read["within"], cells["counts"], strict=True):
        sums[hexagon] += many
    assert sums == read["counts"]


@pytest.mark.usefixtures("told")
async def test_hours_of_a_compound_are_those_that_its_tracks_spent_there(
    office: httpx.AsyncClient, owner: psycopg.Connection, city_url: str
) -> None:
    """Ten minutes inside, ten outside: ten minutes, and the rest is said to be told nowhere; of hours unknown none."""
    west, south = 104.04, 30.64
    walked = [(minute, west if minute <= 10 else west - 0.015) for minute in range(21)]
    track = {"lines": [[[f"2026-04-03T01:{minute:02d}:00Z", lon, south, 5, False] for minute, lon in walked]]}
    owner.execute(
        "INSERT INTO patrol (id, account_id, person_id, community_id, started_at, ended_at)"
        " SELECT gen_random_uuid(), a.id, a.person_id, %s, '2026-04-03 01:00Z', '2026-04-03 01:20Z'"
        " FROM account a LIMIT 1",
        [COMMUNITY.id],
    )
    owner.execute(
        "INSERT INTO patrol_track SELECT id, %s FROM patrol WHERE started_at = '2026-04-03 01:00Z'",
        [json.dumps(track)],
    )
    april = {"base": "patrol_hours", "since": "2026-04-01", "until": "2026-04-30"}
    read = await answer(office, "/areas/compound", **april)
    own = next(a for a in read["areas"] if a["id"] == str(COMPOUND.id))
    assert own["hours"] == pytest.approx(10.5 / 60, abs=0.01), "the step across the wall is shared"
    assert own["state"] == "calm"
    [untold] = [n for n in read["notes"] if n["doubt"] == "no-track"]
    assert untold["en"].startswith("0.2 more hours")
    owner.execute("UPDATE patrol SET ended_at = '2026-04-03 05:00Z' WHERE started_at = '2026-04-03 01:00Z'")
    vague = await answer(office, "/areas/compound", **april)
    assert {a["rate"] for a in vague["areas"]} == {None}
    assert "less than half" in next(n["en"] for n in vague["notes"] if n["doubt"] == "no-track")
    owner.execute("UPDATE patrol SET ended_at = '2026-04-03 01:20Z' WHERE started_at = '2026-04-03 01:00Z'")
    office.headers.update(sign_in(city_url, Role.GRID_WORKER, "community", COMMUNITY.id))
    hidden = await answer(office, "/areas/compound", **april)
    assert {a["hours"] for a in hidden["areas"]} == {0.0}, "how long a colleague was where is told to those who lead"


@pytest.mark.usefixtures("told")
async def test_where_nobody_walked_there_is_no_data_rather_than_calm(office: httpx.AsyncClient) -> None:
    read = await answer(office, "/areas/community", base="patrol_hours", since="2026-05-01", until="2026-05-31")
    assert {a["state"] for a in read["areas"]} == {"no-data"}
    assert [n["doubt"] for n in read["notes"] if n["doubt"] == "no-base"] == ["no-base"]
