"""Whatever is wrong with the reports, the map says what it left out and why, in two languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.access.roles import Role
from tests.api.heat.conftest import NOON, Told, tell
from tests.api.places.small_city import COMMUNITY, SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx
    import psycopg

MIDNIGHT = 12 / 24
"""Days after noon in Shanghai at which a day begins there."""


@pytest.fixture
def office(client: httpx.AsyncClient, city_url: str) -> httpx.AsyncClient:
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    return client


@pytest.fixture
def told(owner: psycopg.Connection) -> None:
    """Each kind of fault under a category of its own."""
    if owner.execute("SELECT count(*) FROM issue").fetchone() != (0,):
        return
    tell(owner, [Told(category="again.one", day=k / 24, reporter=7) for k in range(50)])
    tell(owner, [Told(category="storm.two", day=k / 86_400, reporter=100 + k) for k in range(30)])
    tell(owner, [Told(category="nowhere.three", at=(0.0, 0.0), day=k) for k in range(4)])
    tell(owner, [Told(category="outside.four", at=(121.4, 31.2), day=k) for k in range(3)])
    tell(owner, [Told(category="import.five", day=k + MIDNIGHT, source="import") for k in range(25)])
    tell(owner, [Told(category="named.six", day=k) for k in range(6)])
    tell(owner, [Told(category="batch.seven", day=3.21, source="import") for _ in range(40)])
    tell(owner, [Told(category="whole.eight", day=k + k % 9 / 24, source="import") for k in range(60)])


async def notes(client: httpx.AsyncClient, path: str = "", **asked: Any) -> dict[str, dict[str, Any]]:
    got = await client.get(f"/api/heat{path}", params=asked)
    assert got.status_code == 200, got.text
    return {note["doubt"]: note for note in got.json()["notes"]}


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("asked", "doubt", "many"),
    [
        ({"category": "again"}, "again", 49),
        ({"category": "storm"}, "storm", 29),
        ({"category": "nowhere"}, "nowhere", 4),
        ({"category": "outside"}, "outside", 3),
        ({"category": "import", "hour": [8, 9]}, "no-hour", 25),
        ({"category": "batch", "weekday": [1, 2, 3, 4, 5, 6, 7]}, "no-hour", 40),
        ({"category": "batch"}, "no-hour", 40),
        ({"since": "2031-01-01", "until": "2031-12-31"}, "empty", 0),
    ],
)
async def test_a_map_says_what_it_left_out_and_why(
    office: httpx.AsyncClient, asked: dict[str, Any], doubt: str, many: int
) -> None:
    said = (await notes(office, **asked))[doubt]
    assert said["count"] == many
    assert said["zh"] != said["en"] != ""


@pytest.mark.usefixtures("told")
async def test_a_list_that_tells_whole_hours_keeps_them(office: httpx.AsyncClient) -> None:
    assert "no-hour" not in await notes(office, category="whole")
    read = (await office.get("/api/heat", params={"category": "whole", "hour": [12]})).json()
    assert read["total"] == 7


@pytest.mark.usefixtures("told")
async def test_hot_spots_count_a_resident_and_a_storm_once(office: httpx.AsyncClient) -> None:
    said = await notes(office, "/spots")
    assert (said["again"]["count"], said["storm"]["count"]) == (49, 29 + 39)


@pytest.mark.usefixtures("told")
async def test_nothing_is_said_where_nothing_is_wrong(office: httpx.AsyncClient) -> None:
    assert await notes(office, category="named") == {}


@pytest.mark.usefixtures("told")
async def test_a_category_renamed_in_the_middle_of_the_year_stays_one(
    office: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    owner.execute("UPDATE issue_category SET zh = '新名' WHERE code = 'named.six'")
    tell(owner, [Told(category="named.six", day=40)])
    read = (await office.get("/api/heat", params={"category": "named"})).json()
    assert [(c["name"], c["count"]) for c in read["categories"]] == [("新名", 7)]
    owner.execute("DELETE FROM issue WHERE category = 'named.six' AND reported_at > %s + interval '39 days'", [NOON])


@pytest.mark.usefixtures("told")
async def test_a_hundred_years_are_as_many_issues_as_ever(office: httpx.AsyncClient) -> None:
    every = (await office.get("/api/heat")).json()["total"]
    century = {"since": "2000-01-01", "until": "2099-12-31"}
    assert (await office.get("/api/heat", params=century)).json()["total"] == every
    film = await office.get("/api/heat/film", params={**century, "step": 7})
    assert film.status_code == 200
    assert len(film.content) < 10_000


@pytest.mark.usefixtures("told")
async def test_where_nobody_lives_there_is_no_rate_and_that_is_said(
    office: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    row = owner.execute("SELECT households FROM community WHERE id = %s", [COMMUNITY.id]).fetchone()
    assert row is not None
    owner.execute("ALTER TABLE community DISABLE TRIGGER USER")
    owner.execute("UPDATE community SET households = 0 WHERE id = %s", [COMMUNITY.id])
    try:
        read = (await office.get("/api/heat/areas/community")).json()
    finally:
        owner.execute("UPDATE community SET households = %s WHERE id = %s", [row[0], COMMUNITY.id])
        owner.execute("ALTER TABLE community ENABLE TRIGGER USER")
    own = next(area for area in read["areas"] if area["id"] == str(COMMUNITY.id))
    assert (own["rate"], own["state"]) == (None, "no-data")
    assert "no-base" in {note["doubt"] for note in read["notes"]}


@pytest.mark.usefixtures("told")
async def test_rows_of_a_list_that_never_became_issues_are_told_to_who_governs_it_all(
    office: httpx.AsyncClient, owner: psycopg.Connection, city_url: str
) -> None:
    owner.execute(
        "INSERT INTO import (file_name, source, bytes, state, choice, summary) VALUES ('12345.csv', '12345', 1,"
        """ 'entered', '{"purpose": "issue"}', '{"held": {"at-zero": 4264, "no-shape": 7}}')"""
    )
    said = (await notes(office, category="named"))["held"]
    assert said["count"] == 4271
    assert "4,264 at (0, 0)" in said["en"]
    office.headers.update(sign_in(city_url, Role.GRID_WORKER, "community", COMMUNITY.id))
    assert "held" not in await notes(office)
    owner.execute("DELETE FROM import")
