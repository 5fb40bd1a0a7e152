"""Heat maps over one and five million issues (``--quick``: a hundred thousand), beside SQL on the fly.

The issues are written straight into ``heat_fact``: two years, clustered round three thousand places of a city 40 km
wide, 40 categories. The floor is the narrowest SQL over the same rows, with an index that holds all it reads; "on the
fly" is the same without any aggregate, as a map over plain points would ask it.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from typing import TYPE_CHECKING

import httpx
import mapbox_vector_tile
import numpy as np
import psycopg
from scipy.stats import gaussian_kde

from geo.heat.kernel import Frame, surface
from geo.heat.lattice import cells_at, tile_range
from tests.bench import city, heatpage
from tests.bench.asking import ask
from tests.bench.knocking import knock
from tests.bench.report import Figure
from tests.bench.serving import ours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.bench.report import Report

FIRST, DAYS = 20_000, 730
LON, LAT = 104.06, 30.66
CATEGORIES = 40
CHUNK = 200_000
SIZES = (100_000, 1_000_000, 5_000_000)
SLOW = 12
"""Tiles that are asked for the slow way too."""
COOKIE = "cookie of the bench"
FILTERS = (
    "severity=3",
    "status=closed",
    "source=resident&severity=2",
    "hour=8&hour=9",
    "weekday=6&weekday=7",
    "open=true",
)
SPAN = "since=2024-12-10&until=2026-03-20&category=c.k3&category=c.k7&category=c.k11"


def bench(report: Report, *, quick: bool) -> None:
    """A heat map's answers at each size, each beside its floor."""
    kernels(report)
    with city.opened(quick=True) as store:
        for many in SIZES[:1] if quick else SIZES[1:]:
            tiles = fill(store.owner_url, many)
            with ours(store.app_url) as service:
                measure(report, store, service.address, tiles, many)
                if many <= SIZES[1]:
                    heatpage.look(report, service.address, store.owner_url, COOKIE)
        clear(store.owner_url)


def kernels(report: Report) -> None:
    """Our kernel beside scipy's, over points whose covariance is the same in all directions."""
    rng = np.random.default_rng(3)
    xy = rng.normal(0, 900, (4_000, 2))
    xy = (xy - xy.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(xy.T))).T * 900
    frame = Frame(-2_000, -2_000, 100, 41, 41)
    x, y = np.meshgrid(frame.x, frame.y)
    theirs = gaussian_kde(xy.T, bw_method=200 / 900)(np.stack([x.ravel(), y.ravel()])).reshape(41, 41) * len(xy) * 1e6
    apart = float(np.abs(surface(xy, 200, frame) - theirs).max() / theirs.max()) * 100
    report.add(Figure("kernel density, apart from scipy's", apart, "% of peak", "scipy", "<= 1", met=apart <= 1))


def measure(report: Report, store: city.Store, address: str, tiles: list[tuple[int, int, int]], many: int) -> None:
    """Tiles, figures and films over ``many`` issues."""
    cookie = {"Cookie": f'minqing_session="{COOKIE}"', "Accept-Encoding": "gzip"}
    client = httpx.Client(base_url=address, headers=cookie, timeout=300)
    of = f"{many:,} issues"
    began = time.perf_counter()
    total = client.get("/api/heat").json()["total"]
    report.add(Figure(f"{of}: first look after a start", time.perf_counter() - began, "s"))
    report.add(Figure(f"{of}: counted", total, "", f"{many} written", f"{many}", met=total == many))
    floors, flying = [floor(*tile) for tile in tiles], [on_the_fly(*tile) for tile in tiles]
    asked = [(f"/api/heat/tiles/{z}/{x}/{y}.mvt?{SPAN}", cookie) for z, x, y in tiles]
    for at_once, bar in ((1, 15), (8, 40)):
        knock(address, asked, at_once=at_once)
        ask(store.owner_url, floors, at_once=at_once)
        through, raw = knock(address, asked, at_once=at_once), ask(store.owner_url, floors, at_once=at_once)
        p95, below = through.percentile_ms(0.95), raw.percentile_ms(0.95)
        name = f"{of}: tile z12-z14, {at_once} at once, p95"
        report.add(Figure(name, p95, "ms", f"SQL floor {below:.1f} ms", f"<= {bar}", met=p95 <= bar))
        report.add(Figure(f"{name}, of its floor", p95 / below, "x", "SQL floor", "<= 1.5", met=p95 / below <= 1.5))
    slow = ask(store.owner_url, flying[:: len(flying) // SLOW], at_once=1).percentile_ms(0.95)
    own = knock(address, asked, at_once=1)
    assert set(own.statuses) <= {200, 204}, f"A tile was refused: {own.statuses}."
    times = slow / own.percentile_ms(0.95)
    wanted = ">= 10" if many >= SIZES[1] else ""
    report.add(
        Figure(
            f"{of}: on the fly, of a tile",
            times,
            "x",
            f"SQL {slow:.0f} ms",
            wanted,
            met=times >= 10 if wanted else None,
        )
    )
    largest = max(own.sizes)
    report.add(Figure(f"{of}: largest tile", largest / 1000, "kB gz", bar="<= 30", met=largest <= 30_000))
    wrong = unlike(store.owner_url, client, tiles[:: len(tiles) // SLOW])
    report.add(Figure(f"{of}: tiles unlike brute force", wrong, "", "SQL counts", "0", met=wrong == 0))
    others(report, address, client, cookie, of)


def unlike(url: str, client: httpx.Client, tiles: list[tuple[int, int, int]]) -> int:
    """How many of these tiles do not hold exactly the counts of plain SQL."""
    wrong = 0
    with psycopg.connect(url) as store:
        for z, x, y in tiles:
            query, span = on_the_fly(z, x, y)
            told = store.execute(query.replace("$1", "%s").replace("$2", "%s"), span).fetchone()
            counts = sorted(int(pair.partition(" ")[2]) for pair in (told or (0, ""))[1].split(","))
            body = client.get(f"/api/heat/tiles/{z}/{x}/{y}.mvt?{SPAN}").content
            drawn = mapbox_vector_tile.decode(body)["heat"]["features"]
            wrong += sorted(f["properties"]["n"] for f in drawn) != counts
    return wrong


def others(report: Report, address: str, client: httpx.Client, cookie: dict[str, str], of: str) -> None:
    """Every other combination of filters for the whole city, and the film of its weeks."""
    asked = [(f"/api/heat/film?step=7&{filters}&{SPAN[:33]}", cookie) for filters in FILTERS]
    knock(address, asked, at_once=1)
    p95 = knock(address, asked * 4, at_once=1).percentile_ms(0.95)
    report.add(Figure(f"{of}: whole city by other filters, p95", p95, "ms", bar="<= 150", met=p95 <= 150))
    film = client.get("/api/heat/film?step=7", headers={"Accept-Encoding": "identity"}).content
    size = len(gzip.compress(film, 6)) / 1e6
    report.add(Figure(f"{of}: film of them all", size, "MB gz", bar="<= 1", met=size <= 1))


def clear(url: str) -> None:
    """Leave the city as it was: benches share it."""
    with psycopg.connect(url) as store:
        store.execute("TRUNCATE heat_fact, heat_name RESTART IDENTITY")
        store.execute("DROP TABLE IF EXISTS heat_point")
        store.execute("DELETE FROM session WHERE account_id IN (SELECT id FROM account WHERE login = 'bench')")
        store.execute("DELETE FROM account WHERE login = 'bench'")


def fill(url: str, many: int) -> list[tuple[int, int, int]]:
    """Write the facts and somebody who sees them all; the tiles to ask for."""
    rng = np.random.default_rng(8)
    places = rng.normal(0, [0.12, 0.10], (3_000, 2))
    at = places[rng.choice(3_000, many, p=rng.dirichlet(np.full(3_000, 0.5)))] + rng.normal(0, 0.0012, (many, 2))
    cells = cells_at(LON + at[:, 0], LAT + at[:, 1])
    seconds = (FIRST + rng.integers(0, DAYS, many)) * 86_400 + rng.integers(0, 86_400, many)
    kind, severity, status, source = (rng.integers(1, k, many) for k in (5, 5, 15, 7))
    clear(url)
    with psycopg.connect(url) as store:
        store.execute("INSERT INTO heat_name (what, key) VALUES ('community', gen_random_uuid()::text)")
        store.execute(
            "INSERT INTO heat_name (what, key) SELECT 'category', 'c.k' || g FROM generate_series(1, %s) AS g",
            [CATEGORIES],
        )
        columns = {
            "cell": cells, "at": seconds, "category": rng.integers(2, CATEGORIES + 2, many), "kind": kind,
            "severity": severity, "status": status, "source": source,
        }  # fmt: skip
        copy_facts(store, columns)
        store.execute("CREATE TABLE heat_point AS SELECT cell, category, (at + 28800) / 86400 AS day FROM heat_fact")
        store.execute("CALL protect('heat_point', 'false')")
        store.execute("CREATE INDEX ON heat_point (cell, category, day)")
        person = store.execute("INSERT INTO person (name) VALUES ('bench') RETURNING id").fetchone()
        assert person is not None
        store.execute(
            "INSERT INTO assignment (person_id, role, level) VALUES (%s, 'administrator', 'store')", [person[0]]
        )
        account = store.execute(
            "INSERT INTO account (person_id, login) VALUES (%s, 'bench') RETURNING id", [person[0]]
        ).fetchone()
        assert account is not None
        store.execute(
            "INSERT INTO session (account_id, digest, expires_at) VALUES (%s, %s, now() + interval '1 day')",
            [account[0], hashlib.sha256(COOKIE.encode()).digest()],
        )
    with psycopg.connect(url, autocommit=True) as store:
        store.execute("VACUUM ANALYZE heat_fact")
        store.execute("VACUUM ANALYZE heat_point")
    found = []
    for z in (12, 13, 14):
        x = np.floor((LON + at[:, 0] + 180) / 360 * 2**z).astype(int)
        y = np.floor((0.5 - np.arcsinh(np.tan(np.radians(LAT + at[:, 1]))) / (2 * np.pi)) * 2**z).astype(int)
        tiles, counts = np.unique(np.stack([x, y], axis=1), axis=0, return_counts=True)
        busy = tiles[np.argsort(-counts)[:20]]
        found += [(z, int(a), int(b)) for a, b in busy]
    return found


def copy_facts(store: psycopg.Connection, columns: dict[str, NDArray[np.int64]]) -> None:
    """Write facts by binary COPY: keys that count up, one community, no body."""
    ends = {"cell": 8, "at": 8, "category": 4, "top": 4, "kind": 2, "severity": 2, "status": 2, "source": 2, "body": 4,
            "community": 4, "compound": 4, "grid": 4}  # fmt: skip
    wire = [("_fields", ">i2"), ("_issue_id", ">i4"), ("high", ">i8"), ("low", ">i8")]
    for name, size in ends.items():
        wire += [(f"_{name}", ">i4"), (name, f">i{size}")]
    many = len(columns["cell"])
    told = {**columns, "top": columns["category"], "community": np.ones(many, np.int64)}
    with store.cursor().copy(f"COPY heat_fact (issue_id, {', '.join(ends)}) FROM STDIN (FORMAT binary)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for begin in range(0, many, CHUNK):
            rows = np.zeros(min(CHUNK, many - begin), np.dtype(wire))
            rows["_fields"], rows["_issue_id"], rows["low"] = len(ends) + 1, 16, begin + np.arange(len(rows))
            for name, size in ends.items():
                rows[f"_{name}"] = size
                rows[name] = told[name][begin : begin + CHUNK] if name in told else 0
            copy.write(rows.tobytes())
        copy.write(b"\xff\xff")


def floor(z: int, x: int, y: int) -> tuple[str, tuple[int, ...]]:
    """The narrowest SQL for a tile: one range of an index that holds everything it reads."""
    first, end = tile_range(z, x, y)
    query = (
        "SELECT 0, string_agg(cell || ' ' || n, ',') FROM (SELECT cell, count(*) AS n FROM heat_point"
        " WHERE cell >= $1 AND cell < $2 AND category IN (4, 8, 12) AND day BETWEEN 20067 AND 20532 GROUP BY cell) AS c"
    )
    return query, (first, end)


def on_the_fly(z: int, x: int, y: int) -> tuple[str, tuple[int, ...]]:
    """The same from the issues themselves, in no particular order."""
    first, end = tile_range(z, x, y)
    query = (
        "SELECT 0, string_agg(cell || ' ' || n, ',') FROM (SELECT cell, count(*) AS n FROM heat_fact"
        " WHERE cell >= $1 AND cell < $2 AND category IN (4, 8, 12) AND (at + 28800) / 86400 BETWEEN 20067 AND 20532"
        " GROUP BY cell) AS c"
    )
    return query, (first, end)
