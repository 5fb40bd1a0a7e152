"""Every read after a commit shows it, and what has not changed is not sent again."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from api.maps.tables import LAYERS
from tests.api.maps.reading import address, fetch, told
from tests.api.places.small_city import BUILDING, COMMUNITY, COMPOUND, LONE, ORIGIN, STEP, SUBDISTRICT, UNITS, key

if TYPE_CHECKING:
    import httpx

HERE = (ORIGIN[0] + 36 * STEP, ORIGIN[1] + 34 * STEP)
ABOVE = {"unit": UNITS[1].id, "building": BUILDING.id, "compound": COMPOUND.id, "community": COMMUNITY.id}
ABOVE |= {"subdistrict": SUBDISTRICT.id}


async def etag(client: httpx.AsyncClient, path: str) -> str:
    return str((await client.get(path)).headers["etag"])


async def test_an_unchanged_tile_is_not_sent_again(client: httpx.AsyncClient) -> None:
    path = address("building", 16, *HERE)
    version = await etag(client, path)
    for shown in (version, f'"old", {version}', version.removeprefix("W/")):
        again = await fetch(client, path, if_none_match=shown)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", version)
    assert (await fetch(client, path, if_none_match='W/"something else"')).status_code == 200


async def test_a_browser_always_asks_again(client: httpx.AsyncClient) -> None:
    answer = await client.get(address("building", 16, *HERE))
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("zoom_of", ["minzoom", "maxzoom"])
async def test_a_changed_household_count_shows_on_every_level_at_once(
    client: httpx.AsyncClient, behind: psycopg.Connection, zoom_of: str
) -> None:
    paths = {layer: address(layer, getattr(LAYERS[layer], zoom_of), *HERE) for layer in ABOVE}
    before = {layer: await client.get(path) for layer, path in paths.items()}
    behind.execute("UPDATE unit SET households_declared = households_declared + 5 WHERE id = %s", [UNITS[1].id])
    for layer, path in paths.items():
        after = await fetch(client, path, if_none_match=before[layer].headers["etag"])
        assert after.status_code == 200, layer
        was, now = (told(answer.content, layer)[str(ABOVE[layer])]["households"] for answer in (before[layer], after))
        assert now == was + 5, layer


async def test_a_change_far_away_leaves_the_tile_as_it_was(
    client: httpx.AsyncClient, behind: psycopg.Connection
) -> None:
    path = address("area", 14, *HERE)
    version = await etag(client, path)
    behind.execute(
        "INSERT INTO area (kind, geometry) VALUES ('park', ST_Multi(ST_MakeEnvelope(105.0, 31.0, 105.01, 31.01, 4326)))"
    )
    assert (await fetch(client, path, if_none_match=version)).status_code == 304


async def test_something_drawn_moved_and_removed_is_seen_each_time(
    client: httpx.AsyncClient, behind: psycopg.Connection
) -> None:
    here, there = address("area", 16, *HERE), address("area", 16, 104.2, 30.7)
    empty_here, empty_there = await etag(client, here), await etag(client, there)
    behind.execute(
        "INSERT INTO area (id, kind, geometry)"
        " VALUES (%s, 'park', ST_Multi(ST_Buffer(ST_Point(%s, %s, 4326), 0.0001)))",
        [key(77), *HERE],
    )
    drawn = await fetch(client, here, if_none_match=empty_here)
    assert list(told(drawn.content, "area")) == [str(key(77))]
    assert (await fetch(client, there, if_none_match=empty_there)).status_code == 304
    behind.execute(
        "UPDATE area SET geometry = ST_Translate(geometry, 104.2 - %s, 30.7 - %s) WHERE id = %s", [*HERE, key(77)]
    )
    gone = await fetch(client, here, if_none_match=drawn.headers["etag"])
    assert (gone.status_code, gone.content) == (204, b"")
    assert list(told((await fetch(client, there, if_none_match=empty_there)).content, "area")) == [str(key(77))]
    behind.execute("UPDATE area SET name = '府南河' WHERE id = %s", [key(77)])
    assert told((await client.get(there)).content, "area")[str(key(77))]["name"] == "府南河"
    behind.execute("DELETE FROM area WHERE id = %s", [key(77)])
    assert (await client.get(there)).status_code == 204


async def test_a_building_is_no_longer_estimated_when_its_units_are_counted(
    client: httpx.AsyncClient, behind: psycopg.Connection
) -> None:
    path = address("building", 16, *HERE)
    before = await client.get(path)
    assert told(before.content, "building")[str(BUILDING.id)]["estimated"] is True
    behind.execute("UPDATE unit SET estimated = false WHERE building_id = %s", [BUILDING.id])
    after = await fetch(client, path, if_none_match=before.headers["etag"])
    assert told(after.content, "building")[str(BUILDING.id)]["estimated"] is False


async def test_a_change_that_was_rolled_back_was_never_seen(
    client: httpx.AsyncClient, behind: psycopg.Connection
) -> None:
    path = address("building", 16, *HERE)
    version = await etag(client, path)
    with behind.transaction(force_rollback=True):
        behind.execute("UPDATE building SET name = '幻影' WHERE id = %s", [BUILDING.id])
        assert (await fetch(client, path, if_none_match=version)).status_code == 304
    assert (await fetch(client, path, if_none_match=version)).status_code == 304


async def test_a_version_is_never_used_twice_even_after_a_backup_was_restored(
    client: httpx.AsyncClient, behind: psycopg.Connection
) -> None:
    """Between backup and disaster somebody saw a tile; after the restore another change must not get its name."""
    path = address("building", 16, *HERE)
    backup = behind.execute("SELECT * FROM tile_building_revision").fetchall()
    behind.execute("UPDATE building SET name = '甲' WHERE id = %s", [LONE.id])
    behind.execute("UPDATE building SET name = '甲' WHERE id = %s", [BUILDING.id])
    seen = await etag(client, path)
    for x, y, community, revision in backup:
        behind.execute(
            "UPDATE tile_building_revision SET revision = %s WHERE (x, y, community_id) = (%s, %s, %s)",
            [revision, x, y, community],
        )
    behind.execute("UPDATE building SET name = '乙' WHERE id = %s", [BUILDING.id])
    assert (await fetch(client, path, if_none_match=seen)).status_code == 200


async def test_a_version_tells_nothing(client: httpx.AsyncClient) -> None:
    assert re.fullmatch(r'W/"[0-9a-f]{32}"', await etag(client, address("building", 16, *HERE)))


def test_two_writers_in_the_same_places_wait_for_one_another_but_never_in_a_ring(city_url: str) -> None:
    """Each draws two fields whose cells overlap the other's, in opposite order: with unsorted locks they would meet."""
    field = "(%s, 'field', ST_Multi(ST_MakeEnvelope({0}, 30.5, {1}, 30.7, 4326)))"
    west, east = field.format(106.9, 107.05), field.format(107.0, 107.2)
    insert = "INSERT INTO area (id, kind, geometry) VALUES "

    def write(rounds: range, first: str, second: str) -> None:
        with psycopg.connect(city_url, autocommit=True) as connection:
            for number in rounds:
                connection.execute(insert + f"{first}, {second}", [key(1000 + 2 * number), key(1001 + 2 * number)])

    with ThreadPoolExecutor() as writers:
        both = [writers.submit(write, range(40), west, east), writers.submit(write, range(40, 80), east, west)]
    assert [writer.result() for writer in both] == [None, None]
