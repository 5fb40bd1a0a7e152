"""The service refuses to serve a store with an open door, and says which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from api.access import guard
from api.database import create_engine
from api.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

HOLES = {
    "a table without a policy": ("CREATE TABLE forgotten (id int)", "forgotten"),
    "a policy lost": (
        "".join(f"DROP POLICY app_{verb} ON household;" for verb in ("sees", "adds", "changes", "removes")),
        "household",
    ),
    "row security switched off": ("ALTER TABLE person DISABLE ROW LEVEL SECURITY", "person"),
    "the owner unbound": ("ALTER TABLE building NO FORCE ROW LEVEL SECURITY", "building"),
    "a policy for everybody": ("CREATE POLICY open ON unit USING (true)", "unit.open"),
    "a view that looks past": ("CREATE VIEW peek AS SELECT * FROM household", "peek"),
    "a stored copy": ("CREATE MATERIALIZED VIEW copied AS SELECT * FROM household", "copied"),
    "a table that can be emptied": ("GRANT TRUNCATE ON unit TO minqing_app", "unit"),
    "a function without a path": (
        "CREATE FUNCTION loose() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "loose()",
    ),
    "a mark lost in a restore": (
        "ALTER FUNCTION geometry_overlaps(geometry, geometry) NOT LEAKPROOF",
        "geometry_overlaps",
    ),
    "a role with powers": (
        "GRANT CREATE ON SCHEMA public TO minqing_app; SET ROLE minqing_app; CREATE TABLE mine (); RESET ROLE",
        "minqing_app",
    ),
}


async def faults(url: str) -> str:
    engine = create_engine(url.replace("//minqing@", "//minqing_app@"))
    try:
        return str(await guard.faults(engine))
    finally:
        await engine.dispose()


async def test_every_table_of_the_newest_shape_is_closed(app_database_url: str) -> None:
    """The lint over the catalogue: a new table without ``CALL protect(…)`` fails here."""
    engine = create_engine(app_database_url)
    assert await guard.faults(engine) == []
    await engine.dispose()


async def test_each_kind_of_open_door_is_found(fresh_database: Callable[[], str]) -> None:
    url = fresh_database()
    assert await faults(url) == "[]"
    for hole, (made, named) in HOLES.items():
        with psycopg.connect(url) as connection:
            connection.execute(made)
            sounds = connection.execute("SELECT 1").fetchone()
            assert sounds
            connection.commit()
        assert named in await faults(url), hole


async def test_the_service_does_not_start_on_an_open_store(fresh_database: Callable[[], str]) -> None:
    url = fresh_database()
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE person DISABLE ROW LEVEL SECURITY")
    engine = create_engine(url.replace("//minqing@", "//minqing_app@"))
    with pytest.raises(Trouble, match=r"no row-level security: person\."):
        await guard.refuse_unguarded(engine)
    await engine.dispose()


async def test_the_service_does_not_start_as_the_owner(database_url: str) -> None:
    engine = create_engine(database_url)
    with pytest.raises(Trouble, match="too powerful"):
        await guard.refuse_unguarded(engine)
    await engine.dispose()
