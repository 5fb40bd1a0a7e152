"""A tile shows its reader their own places, as fresh as to everybody; micro-grids are shown by plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from api.access.admission import COOKIE
from api.access.roles import Role
from api.main import create_app
from api.settings import Settings
from tests.api.access import world
from tests.api.maps.reading import address, fetch, told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from uuid import UUID

    from fastapi import FastAPI


@pytest.fixture(scope="module")
def world_url(database_url: str) -> str:
    world.build(database_url)
    return database_url


@pytest.fixture
def behind(world_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(world_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def app(world_url: str, app_database_url: str) -> AsyncIterator[FastAPI]:
    assert world_url
    made = create_app(Settings(app_database_url=app_database_url))
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def reader(app: FastAPI) -> Callable[[Role], httpx.AsyncClient]:
    def connect(role: Role) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=app, client=("10.1.2.3", 4711))
        headers = {"Cookie": f'{COOKIE}="{world.BY_ROLE[role].cookie}"'}
        return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000", headers=headers)

    return connect


def tile_over(behind: psycopg.Connection, layer: str, place: UUID, zoom: int) -> str:
    """The tile that holds a place's middle."""
    query = f"SELECT ST_X(c), ST_Y(c) FROM (SELECT ST_PointOnSurface(geometry) AS c FROM {layer} WHERE id = %s) AS p"
    lon, lat = behind.execute(query, [place]).fetchone() or (0, 0)
    return address(layer, zoom, lon, lat)


async def test_a_grid_worker_sees_the_own_compound_and_every_change_of_it(
    reader: Callable[[Role], httpx.AsyncClient], behind: psycopg.Connection
) -> None:
    own = world.key("compound", "A1ap")
    path = tile_over(behind, "compound", own, 12)
    async with reader(Role.GRID_WORKER) as worker, reader(Role.DISTRICT) as district:
        mine, all_ = (await worker.get(path)), (await district.get(path))
        assert set(told(mine.content, "compound")) == {str(own)}
        assert len(told(all_.content, "compound")) > 1
        behind.execute("UPDATE compound SET name = '新名' WHERE id = %s", [own])
        for client, before in ((worker, mine), (district, all_)):
            after = await fetch(client, path, if_none_match=before.headers["etag"])
            assert told(after.content, "compound")[str(own)]["name"] == "新名"


async def test_two_readers_of_one_tile_never_share_a_version(
    reader: Callable[[Role], httpx.AsyncClient], behind: psycopg.Connection
) -> None:
    """A browser that logs in as somebody else must not be told that its old picture is still right."""
    path = tile_over(behind, "building", world.key("building", "A1ap"), 14)
    async with reader(Role.GRID_WORKER) as worker, reader(Role.DISTRICT) as district:
        seen = (await district.get(path)).headers["etag"]
        assert (await fetch(worker, path, if_none_match=seen)).status_code == 200


async def test_a_transfer_changes_the_tile_at_once(
    reader: Callable[[Role], httpx.AsyncClient], behind: psycopg.Connection
) -> None:
    own = world.key("building", "A1ap")
    path = tile_over(behind, "building", own, 14)
    post = world.BY_ROLE[Role.GRID_WORKER]
    async with reader(Role.GRID_WORKER) as worker:
        before = await worker.get(path)
        behind.execute("UPDATE assignment SET until = now() WHERE person_id = %s", [world.key("person", post.login)])
        after = await fetch(worker, path, if_none_match=before.headers["etag"])
        behind.execute("UPDATE assignment SET until = NULL WHERE person_id = %s", [world.key("person", post.login)])
    assert (after.status_code, after.content) == (204, b"")


async def test_a_stranger_gets_no_tile(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app=app, client=("10.9.9.9", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as stranger:
        answer = await stranger.get("/api/tiles/subdistrict/0/0/0.mvt", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["detail"]) == (401, "Please log in first.")


async def test_the_map_of_today_shows_published_grids_and_a_draft_only_to_who_asks_for_it(
    reader: Callable[[Role], httpx.AsyncClient], behind: psycopg.Connection
) -> None:
    published = world.BY_ROLE[Role.GRID_WORKER].place_id
    assert published is not None
    path = tile_over(behind, "micro_grid", published, 14)
    async with reader(Role.DISTRICT) as client:
        today = await client.get(path)
        assert str(published) in told(today.content, "micro_grid")
        plan, draft = behind.execute(
            "WITH p AS (INSERT INTO plan (subdistrict_id, community_id, name)"
            "  SELECT p.subdistrict_id, p.community_id, '草案' FROM plan p JOIN micro_grid g ON g.plan_id = p.id"
            "   WHERE g.id = %(g)s RETURNING id)"
            " INSERT INTO micro_grid (plan_id, community_id, compound_id, name, geometry)"
            " SELECT p.id, g.community_id, g.compound_id, '新格', g.geometry FROM p, micro_grid g WHERE g.id = %(g)s"
            " RETURNING plan_id, id",
            {"g": published},
        ).fetchone() or ("", "")
        # Somebody's draft is no reason to send everybody the map of today again.
        assert (await fetch(client, path, if_none_match=today.headers["etag"])).status_code == 304
        drafted = await client.get(f"{path}?plan={plan}")
        assert set(told(drafted.content, "micro_grid")) == {str(draft)}
        # One plan a day rules a community: the former one's days end where the new one's begin.
        former = "FROM micro_grid g WHERE g.id = %s AND r.plan_id = g.plan_id"
        behind.execute(f"UPDATE plan_reign r SET effective = '[2026-01-01,2026-02-01)' {former}", [published])
        behind.execute("UPDATE plan SET state = 'published', effective = '[2026-02-01,)' WHERE id = %s", [plan])
        behind.execute("SELECT plan_turn()")
        turned = await fetch(client, path, if_none_match=today.headers["etag"])
        assert str(draft) in told(turned.content, "micro_grid")
        assert str(published) not in told(turned.content, "micro_grid")
        behind.execute("DELETE FROM plan_reign WHERE plan_id = %s", [plan])
        behind.execute(f"UPDATE plan_reign r SET effective = '[2026-01-01,)' {former}", [published])
        back = "UPDATE plan p SET state = 'published' FROM micro_grid g WHERE g.id = %s AND p.id = g.plan_id"
        behind.execute(back, [published])
        behind.execute("SELECT plan_turn()")
        again = await fetch(client, path, if_none_match=turned.headers["etag"])
        assert str(draft) not in told(again.content, "micro_grid")
        assert str(published) in told(again.content, "micro_grid")
        behind.execute("DELETE FROM plan WHERE id = %s", [plan])
        assert (await client.get(f"{path}?plan={plan}")).status_code == 204


def test_a_grid_that_has_no_outline_yet_is_on_no_tile(behind: psycopg.Connection) -> None:
    behind.execute(
        "INSERT INTO micro_grid (plan_id, community_id, name) SELECT id, community_id, '未画' FROM plan LIMIT 1"
    )
    drawn = behind.execute("SELECT FROM tile_micro_grid_12 WHERE name = '未画'").fetchall()
    assert drawn == []
