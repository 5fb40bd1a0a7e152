"""Counts of every level follow every change, also when many change at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg

from api.places.reckon import count_up
from tests.api.places.small_city import BUILDING, COMMUNITY, COMPOUND, UNITS, square

if TYPE_CHECKING:
    from collections.abc import Callable

CHAIN = ("building", "compound", "community", "subdistrict", "district")


def households(store: psycopg.Connection) -> dict[str, int]:
    """Households of the one place of each level that holds building 3."""
    found = {}
    for level in CHAIN:
        where = f"WHERE id = '{BUILDING.id}'" if level == "building" else ""
        row = store.execute(f"SELECT households FROM {level} {where}").fetchone()
        assert row is not None
        found[level] = int(row[0])
    return found


def everything(store: psycopg.Connection) -> list[tuple[object, ...]]:
    return [
        row
        for level in CHAIN
        for row in store.execute(f"SELECT to_jsonb(t) - 'geometry' FROM {level} t ORDER BY id").fetchall()
    ]


def test_the_loader_counts_what_it_loaded(store: psycopg.Connection) -> None:
    assert households(store) == {"building": 36, "compound": 40, "community": 40, "subdistrict": 40, "district": 40}


def test_a_households_row_more_counts_all_the_way_up(store: psycopg.Connection) -> None:
    store.execute(
        "INSERT INTO household (floor_id, community_id, door) SELECT id, community_id, '199' FROM floor LIMIT 1"
    )
    assert households(store) == {"building": 37, "compound": 41, "community": 41, "subdistrict": 41, "district": 41}


def test_a_unit_that_goes_takes_its_households_along(store: psycopg.Connection) -> None:
    store.execute("DELETE FROM unit WHERE id = %s", [UNITS[1].id])
    assert households(store)["district"] == 16
    units = store.execute("SELECT units FROM compound").fetchone()
    assert units == (2,)


def test_a_building_that_moves_to_another_compound_moves_its_counts(store: psycopg.Connection) -> None:
    store.execute(
        "INSERT INTO compound (id, community_id, name, geometry) VALUES (uuid7(), %s, '新苑', %s)",
        [COMMUNITY.id, f"SRID=4326;{square(22, 22, 28, 28).wkt}"],
    )
    shape = f"SRID=4326;{square(23, 23, 26, 26).wkt}"
    store.execute("SET CONSTRAINTS ALL DEFERRED")
    store.execute("UPDATE unit SET geometry = %s WHERE building_id = %s", [shape, BUILDING.id])
    store.execute(
        "UPDATE building SET compound_id = (SELECT id FROM compound WHERE name = '新苑'), geometry = %s WHERE id = %s",
        [shape, BUILDING.id],
    )
    store.execute("SET CONSTRAINTS ALL IMMEDIATE")
    rows = store.execute("SELECT name, households, units, buildings FROM compound ORDER BY name").fetchall()
    assert set(rows) == {("锦绣花园", 4, 1, 1), ("新苑", 36, 2, 1)}


def test_declared_households_count_where_no_floor_is_known(store: psycopg.Connection) -> None:
    store.execute("UPDATE unit SET households_declared = 30 WHERE id = %s", [UNITS[1].id])
    assert households(store)["compound"] == 46


def test_triggers_and_recount_agree(store: psycopg.Connection) -> None:
    store.execute("UPDATE unit SET households_declared = 30 WHERE id = %s", [UNITS[1].id])
    store.execute("DELETE FROM household WHERE door LIKE '1%%'")
    store.execute(
        "INSERT INTO building (compound_id, community_id, name, floors, geometry) VALUES (%s, %s, '9栋', 3, %s)",
        [COMPOUND.id, COMMUNITY.id, f"SRID=4326;{square(47, 47, 49, 49).wkt}"],
    )
    by_triggers = everything(store)
    count_up(store)
    assert everything(store) == by_triggers


def test_two_at_once_lose_no_household(fresh_city: Callable[[], str]) -> None:
    url = fresh_city()

    def add(rounds: int) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for _ in range(rounds):
                connection.execute(
                    "UPDATE unit SET households_declared = households_declared + 1 WHERE id = %s", [UNITS[1].id]
                )

    threads = [threading.Thread(target=add, args=(20,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with psycopg.connect(url) as connection:
        assert households(connection)["district"] == 40 + 80
