"""Is every read after a commit fresh? Eight writers commit, and each looks at once at the tile it has changed.

A reader that may be told "unchanged" sends the version it holds, as a browser does. The same check is run against a
service that keeps tiles for a second, as most tile servers do: there it must find stale ones, or it proves nothing.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import mapbox_vector_tile
import psycopg

from tests.bench import city
from tests.bench.report import Figure
from tests.bench.serving import ours

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.bench.report import Report

WRITERS = 8
# Buildings with units that stand alone in their community's least crowded tile: small tiles, so that reading is cheap.
HOMES = """
SELECT u.id, u.building_id, t.x, t.y FROM tile_building_16 t
  JOIN LATERAL (SELECT id, building_id FROM unit WHERE building_id = t.id AND floors_counted = 0 LIMIT 1) u ON true
 WHERE (t.x, t.y) = (SELECT x, y FROM tile_building_16 WHERE households > 0 GROUP BY 1, 2
                     HAVING count(*) BETWEEN %(n)s AND 3 * %(n)s ORDER BY count(*), 1, 2 LIMIT 1)
 LIMIT %(n)s
"""


@dataclass(slots=True)
class Home:
    """What one writer changes and where it looks."""

    unit: Any
    building: Any
    path: str
    held: str = ""
    seen: int = 0


def bench(report: Report, *, quick: bool) -> None:
    """Stale reads of our service, and of one that keeps tiles for a second."""
    commits = 400 if quick else 10_000
    with city.opened(quick=quick) as store:
        homes = _homes(store.owner_url)
        with ours(store.app_url, memory_mb=64) as service:
            began = time.perf_counter()
            stale, unchanged = asyncio.run(_all(store.owner_url, service.address, homes, commits))
            seconds = time.perf_counter() - began
        with ours(store.app_url, app="tests.bench.forgetful:app") as forgetful:
            caught, _ = asyncio.run(_all(store.owner_url, forgetful.address, homes, max(200, commits // 10)))
    report.add(Figure("commits by 8 writers, each read back", commits, ""))
    report.add(Figure("commits and reads a second", commits / seconds, "1/s"))
    report.add(Figure("stale reads", stale, "", "a tile kept for 1 s, below", "0", met=stale == 0))
    report.add(Figure("304 after a commit that changed the tile", unchanged, "", bar="0", met=unchanged == 0))
    share = caught / max(200, commits // 10)
    report.add(Figure("stale reads of a service that keeps tiles for 1 s", share, "share", bar="> 0", met=share > 0))


def _homes(url: str) -> list[Home]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(HOMES, {"n": WRITERS}).fetchall()
    return [Home(unit, str(building), f"/api/tiles/building/16/{x}/{y}.mvt") for unit, building, x, y in rows]


async def _all(url: str, address: str, homes: list[Home], commits: int) -> tuple[int, int]:
    each = math.ceil(commits / len(homes))
    for home in homes:
        home.held, home.seen = "", 0
    found = await asyncio.gather(*(_write(url, address, home, each) for home in homes))
    return sum(stale for stale, _ in found), sum(unchanged for _, unchanged in found)


async def _write(url: str, address: str, home: Home, commits: int) -> tuple[int, int]:
    """Commit, then read; a read is stale if it does not show this very commit."""
    stale = unchanged = 0
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
    async with connection, httpx.AsyncClient(base_url=address, timeout=60) as client:
        for number in range(commits):
            households = number % 19_999 + 1
            await connection.execute("UPDATE unit SET households_declared = %s WHERE id = %s", [households, home.unit])
            wanted = await _counted(connection, home)
            headers = {"If-None-Match": home.held} if home.held else {}
            answer = await client.get(home.path, headers=headers)
            unchanged += answer.status_code == 304
            if answer.status_code == 200:
                home.held, home.seen = answer.headers["etag"], _households(answer.content, home.building)
            stale += home.seen != wanted
    return stale, unchanged


async def _counted(connection: psycopg.AsyncConnection, home: Home) -> int:
    cursor = await connection.execute("SELECT households FROM building WHERE id = %s", [home.building])
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


def _households(tile: bytes, building: str) -> int:
    features: Iterable[dict[str, Any]] = mapbox_vector_tile.decode(tile)["building"]["features"]
    return next(int(f["properties"]["households"]) for f in features if f["properties"]["id"] == building)
