"""A bulk load is all or nothing, and as strict as row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from api.places.load import load_city
from api.places.reckon import NestingError
from geo.hierarchy.places import City
from tests.api.places.small_city import BUILDING, CITY, COMPOUND, key, square

if TYPE_CHECKING:
    from collections.abc import Callable


def compounds(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM compound").fetchone()
    assert row is not None
    return int(row[0])


def test_a_load_with_one_stray_building_loads_nothing(fresh_database: Callable[[], str]) -> None:
    url = fresh_database()
    stray = replace(BUILDING, geometry=square(1, 1, 2, 2))
    with pytest.raises(NestingError, match='The building "3栋" does not lie in the compound "锦绣花园"'):
        load_city(url, [replace(CITY, buildings=(stray,), units=())])
    assert compounds(url) == 0


def test_a_load_with_two_compounds_on_one_spot_loads_nothing(fresh_database: Callable[[], str]) -> None:
    url = fresh_database()
    twin = replace(COMPOUND, id=key(44), code="990101001001002", name="锦绣二期")
    with pytest.raises(NestingError, match="overlaps"):
        load_city(url, [replace(CITY, compounds=(COMPOUND, twin))])
    assert compounds(url) == 0


def test_after_a_load_the_triggers_watch_again(fresh_database: Callable[[], str]) -> None:
    url = fresh_database()
    load_city(url, [CITY])
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("UPDATE compound SET geometry = ST_Multi(ST_MakeEnvelope(0, 0, 1, 1, 4326))")


def test_progress_tells_the_buildings_of_each_part(fresh_database: Callable[[], str]) -> None:
    told: list[int] = []
    load_city(
        fresh_database(),
        [replace(CITY, buildings=(), units=()), City(buildings=CITY.buildings)],
        progress=told.append,
    )
    assert told == [0, 2]
