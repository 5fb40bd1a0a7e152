"""The sample subdistrict that ships goes into the store whole, and the store finds nothing to object to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from api.loading import SAMPLE, is_empty, load_sample
from geo.synthesis.files import read_sample

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_sample_fills_an_empty_store_to_the_last_door(fresh_database: Callable[[], str]) -> None:
    url = fresh_database()
    assert is_empty(url)
    load_sample(url)
    assert not is_empty(url)
    units = read_sample(SAMPLE).units
    doors = sum(unit.households for unit in units if not unit.estimated or unit.floor_households)
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT (SELECT sum(households) FROM district), (SELECT count(*) FROM household)"
        ).fetchone()
    assert row == (sum(unit.households for unit in units), doors)
