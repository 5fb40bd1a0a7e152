"""A store with a city of Chengdu's size in it: 500,000 buildings, made once and kept between benches.

400 communities are drawn one by one, centre and edge alike, then laid out again and again to the east: every copy has
its own keys and lies on its own ground, so tables and indexes have their true size while the drawing takes minutes.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from api.access.demo import welcome_visitors
from api.embedded import cluster as clusters
from api.embedded.cluster import APP, DATABASE, OWNER
from api.embedded.roles import ensure_database, ensure_roles
from api.loading import is_empty
from api.maps.rebuild import rebuild
from api.migrations import upgrade
from api.places.load import TABLES, load_city
from geo.synthesis.city import communities
from geo.synthesis.cityplan import city_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
LEVELS = ("district", "subdistrict", "community", "compound", "building", "unit", "barrier", "area")
FIELDS = """
SELECT column_name, data_type, udt_name FROM information_schema.columns
 WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


# A published grid for each quarter of a compound: what 120,000 micro-grids weigh on a map before they are drawn.
GRIDS = """
INSERT INTO plan (subdistrict_id, name, state, effective)
SELECT id, name, 'published', daterange('2026-01-01', NULL) FROM subdistrict;
INSERT INTO micro_grid (plan_id, community_id, compound_id, name, households, geometry)
SELECT p.id, c.community_id, c.id, c.name || k, c.households / 4, ST_Multi(q.quarter)
  FROM compound c JOIN community m ON m.id = c.community_id JOIN plan p ON p.subdistrict_id = m.subdistrict_id,
       generate_series(0, 3) AS k,
       LATERAL (SELECT (ST_XMax(c.geometry) - ST_XMin(c.geometry)) / 2 AS w,
                       (ST_YMax(c.geometry) - ST_YMin(c.geometry)) / 2 AS h) AS half,
       LATERAL (SELECT ST_Translate(ST_MakeEnvelope(0, 0, w, h, 4326), ST_XMin(c.geometry) + k % 2 * w,
                                    ST_YMin(c.geometry) + k / 2 * h) AS frame) AS cut,
       LATERAL (SELECT ST_CollectionExtract(ST_Intersection(c.geometry, frame), 3) AS quarter) AS q
 WHERE NOT ST_IsEmpty(q.quarter);
"""
WIDTH = "SELECT 1.01 * (ST_XMax(e) - ST_XMin(e)) FROM (SELECT ST_Extent(geometry) AS e FROM district) AS city"


@dataclass(frozen=True, slots=True)
class Store:
    """A running store with a city in it."""

    owner_url: str
    app_url: str


@contextmanager
def opened(*, quick: bool) -> Iterator[Store]:
    """The city's store, started; built first where it does not exist yet (half an hour for the large one)."""
    home = Path(os.environ.get("MINQING_BENCH_DIR", ROOT / ".minqing" / "bench")) / ("small" if quick else "city")
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)
    made = clusters.locate(home)
    if not clusters.exists(made):
        clusters.create(made)
    server = clusters.start(made)
    try:
        ensure_database(made.url(OWNER, "postgres"), DATABASE)
        ensure_roles(made.url())
        upgrade(made.url())
        if is_empty(made.url()):
            drawn, copies = (15, 1) if quick else (400, 10)
            build(made.url(), drawn=drawn, copies=copies)
        yield Store(made.url(), made.url(APP))
    finally:
        clusters.stop(server)


def build(url: str, *, drawn: int, copies: int, progress: Callable[[int], None] = lambda _: None) -> None:
    """Fill the empty store at ``url`` with ``drawn`` communities, each ``copies`` times."""
    load_city(url, communities(city_plan(drawn), progress=progress), afterwards=[welcome_visitors])
    with psycopg.connect(url) as connection:
        connection.execute("SET LOCAL statement_timeout = 0")
        (step,) = connection.execute(WIDTH).fetchone() or (0.0,)
        _switch(connection, "DISABLE")
        for table in LEVELS:
            _repeat(connection, table, copies, step)
        connection.execute(GRIDS)
        rebuild(connection)
        _switch(connection, "ENABLE")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _switch(connection: psycopg.Connection, state: str) -> None:
    for table in (*TABLES, "plan", "micro_grid"):
        connection.execute(sql.SQL(f"ALTER TABLE {{}} {state} TRIGGER USER").format(sql.Identifier(table)))


def _repeat(connection: psycopg.Connection, table: str, copies: int, step: float) -> None:
    fields = connection.execute(FIELDS, [table]).fetchall()
    statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} s, generate_series(1, %(more)s) AS k").format(
        sql.Identifier(table),
        sql.SQL(", ").join(sql.Identifier(name) for name, _, _ in fields),
        sql.SQL(", ").join(_copied(*field) for field in fields),
        sql.Identifier(table),
    )
    connection.execute(statement, {"more": copies - 1, "step": step})


def _copied(name: str, kind: str, udt: str) -> sql.Composable:
    """What a copy has in this field: keys of its own, no official code, and ground further east."""
    field = sql.Identifier("s", name)
    if kind == "uuid":
        return sql.SQL("md5({}::text || k)::uuid").format(field)
    if name == "code":
        return sql.SQL("NULL")
    return sql.SQL("ST_Translate({}, k * %(step)s, 0)").format(field) if udt == "geometry" else field
