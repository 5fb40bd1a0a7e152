"""Every figure of the heat map is the count that SQL would give, at once, and after every kind of change."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import mapbox_vector_tile
import numpy as np
import pytest

from api.access.roles import Role
from api.heat import count
from api.heat.facts import RECORD, Facts
from api.heat.sieve import Sieve, Sight
from geo.heat.lattice import cells_at, corners
from tests.api.heat.conftest import NOON, Told, tell
from tests.api.places.small_city import COMMUNITY, SUBDISTRICT
from tests.api.sign_in import sign_in

if TYPE_CHECKING:
    import httpx
    import psycopg


@pytest.fixture
def office(client: httpx.AsyncClient, city_url: str) -> httpx.AsyncClient:
    client.headers.update(sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id))
    return client


@pytest.fixture(scope="module")
def crowd() -> list[Told]:
    rng = random.Random(7)
    return [
        Told(
            east=rng.gauss(0, 300),
            north=rng.gauss(0, 300),
            day=rng.randrange(0, 90) + rng.random() * 0.4,
            category=rng.choice(["fire.exit", "fire.wire", "noise.dance", "dirt.bin"]),
            status=rng.choice(["reported", "handling", "closed", "void"]),
            severity=rng.randint(1, 4),
            source=rng.choice(["resident", "patrol"]),
            reporter=rng.randrange(40),
        )
        for _ in range(400)
    ]


@pytest.fixture
def told(owner: psycopg.Connection, crowd: list[Told]) -> list[Told]:
    if owner.execute("SELECT count(*) FROM issue").fetchone() == (0,):
        tell(owner, crowd)
    return crowd


def southward(lat: float, z: int) -> int:
    return int((0.5 - np.arcsinh(np.tan(np.radians(lat))) / 2 / np.pi) * 2**z)


async def answer(client: httpx.AsyncClient, path: str, **asked: Any) -> Any:
    got = await client.get(f"/api/heat{path}", params=asked)
    assert got.status_code == 200, got.text
    return got.json()


def sql(owner: psycopg.Connection, where: str) -> int:
    row = owner.execute(f"SELECT count(*) FROM issue WHERE {where}").fetchone()
    assert row is not None
    return int(row[0])


MIDNIGHT = "(reported_at AT TIME ZONE 'UTC')::time IN ('16:00', '00:00')"
COUNTED = "status NOT IN ('merged', 'split', 'void')"
DAY = "(reported_at AT TIME ZONE 'Asia/Shanghai')::date"


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({}, COUNTED),
        ({"category": "fire"}, f"{COUNTED} AND top = 'fire'"),
        ({"category": ["fire.exit", "noise"]}, f"{COUNTED} AND (category = 'fire.exit' OR top = 'noise')"),
        ({"status": "void"}, "status = 'void'"),
        ({"open": "true"}, f"{COUNTED} AND is_open AND status <> 'closed'"),
        ({"severity": [3, 4], "source": "patrol"}, f"{COUNTED} AND severity >= 3 AND source = 'patrol'"),
        ({"since": "2026-03-10", "until": "2026-04-09"}, f"{COUNTED} AND {DAY} BETWEEN '2026-03-10' AND '2026-04-09'"),
        (
            {"weekday": [6, 7]},
            f"{COUNTED} AND extract(isodow FROM reported_at AT TIME ZONE 'Asia/Shanghai') >= 6 AND NOT {MIDNIGHT}",
        ),
        ({"place": str(COMMUNITY.id)}, COUNTED),
        ({"since": "1950-01-01", "until": "2090-01-01"}, COUNTED),
    ],
)
async def test_totals_are_those_of_sql(
    office: httpx.AsyncClient, owner: psycopg.Connection, told: list[Told], asked: dict[str, Any], where: str
) -> None:
    assert told
    summary = await answer(office, "", **asked)
    assert summary["total"] == sql(owner, where)
    cells = await answer(office, "/cells", **asked)
    assert sum(cells["counts"]) == summary["on_map"]
    assert sum(summary["weekdays"]) == sum(summary["hours"]) == summary["total"]
    assert sum(c["count"] for c in summary["categories"]) == summary["total"]


async def test_cells_are_those_of_the_lattice(
    office: httpx.AsyncClient, owner: psycopg.Connection, told: list[Told]
) -> None:
    assert told
    rows = owner.execute(f"SELECT ST_X(geometry), ST_Y(geometry) FROM issue WHERE {COUNTED}").fetchall()
    expected = Counter(cells_at([r[0] for r in rows], [r[1] for r in rows]).tolist())
    cells = await answer(office, "/cells")
    assert dict(zip(cells["cells"], cells["counts"], strict=True)) == expected
    there = owner.execute("SELECT heat_cell(ST_X(geometry), ST_Y(geometry)) FROM issue").fetchall()
    assert {c for (c,) in there} >= set(expected)


@pytest.mark.parametrize("z", [9, 12, 14, 16])
async def test_tiles_hold_every_issue_once_and_squares_lie_where_their_cells_are(
    office: httpx.AsyncClient, owner: psycopg.Connection, told: list[Told], z: int
) -> None:
    """Against brute force over the points themselves, in every tile that has any."""
    assert told
    rows = owner.execute(f"SELECT ST_X(geometry), ST_Y(geometry) FROM issue WHERE {COUNTED}").fetchall()
    tiles = Counter((int((x + 180) / 360 * 2**z), southward(y, z)) for x, y in rows)
    for (x, y), expected in tiles.items():
        got = await office.get(f"/api/heat/tiles/{z}/{x}/{y}.mvt")
        layer = mapbox_vector_tile.decode(got.content, default_options={"y_coord_down": True})["heat"]
        assert sum(f["properties"]["n"] for f in layer["features"]) == expected
        if z == 16:
            cells = await answer(office, "/cells")
            west, south, east, north = corners(cells["cells"][0])
            assert east > west
            assert north > south
            sides = {
                f["geometry"]["coordinates"][0][2][0] - f["geometry"]["coordinates"][0][0][0] for f in layer["features"]
            }
            assert sides == {layer["extent"] // 5}


async def test_a_tile_where_nothing_lies_is_empty_and_one_that_is_none_is_refused(office: httpx.AsyncClient) -> None:
    assert (await office.get("/api/heat/tiles/14/1/1.mvt")).status_code == 204
    assert (await office.get("/api/heat/tiles/17/1/1.mvt")).status_code == 422
    assert (await office.get("/api/heat/cells?since=2026-05-01&until=2026-04-01")).status_code == 422
    assert (await office.get("/api/heat/cells?colour=red")).status_code == 422


async def test_a_film_shows_every_issue_in_its_week(office: httpx.AsyncClient, told: list[Told]) -> None:
    assert told
    body = (
        await office.get("/api/heat/film", params={"step": 7, "since": "2026-03-02", "until": "2026-05-31"})
    ).content
    assert body[:4] == b"MQH2"
    _, first, step, steps, cells, entries, long, large = np.frombuffer(body, "<i4", 8, offset=4).tolist()
    wide = 8 + 2 * cells + steps + 1 + long + large
    start = np.frombuffer(body, "<i4", steps + 1, offset=4 * (9 + 2 * cells))
    counts = np.frombuffer(body, np.uint8, entries, offset=4 + 4 * wide + entries)
    assert step == 7
    assert large == 0
    assert len(body) == 4 + 4 * wide + 2 * entries
    per_week = [int(counts[a:b].sum()) for a, b in pairwise(start)]
    by_hand = Counter(int(t.day // 7) for t in told if t.status != "void")
    assert first == 20_514
    assert per_week == [by_hand[w] for w in range(steps)]


def test_a_film_that_would_be_too_long_joins_its_steps_and_loses_no_issue() -> None:
    rng = np.random.default_rng(5)
    rows = np.zeros(900, RECORD)
    rows["no"], rows["cell"] = np.arange(900), rng.integers(1, 60, 900)
    rows["at"] = 20_000 * 86_400 + rng.integers(0, 200 * 86_400, 900)
    facts = Facts().changed(rows)
    every = Sieve((20_000, 20_300), sight=Sight(everything=True))
    plain = count.film(facts, every, 7)
    joined = count.film(facts, every, 7, most=300)
    assert joined.step > plain.step == 7
    assert len(joined.at) <= 300 < len(plain.at)
    assert joined.count.sum() == plain.count.sum() == 900


async def test_a_new_a_changed_and_a_deleted_issue_are_in_the_very_next_answer(
    office: httpx.AsyncClient, owner: psycopg.Connection, told: list[Told]
) -> None:
    assert told
    before = (await answer(office, "", category="odd"))["total"]
    (key,) = tell(owner, [Told(category="odd.thing", day=3)])
    assert (await answer(office, "", category="odd"))["total"] == before + 1
    owner.execute("UPDATE issue_category SET zh = '改了名' WHERE code = 'odd.thing'")
    renamed = (await answer(office, "", category="odd"))["categories"]
    assert [(c["name"], c["count"]) for c in renamed] == [("改了名", before + 1)]
    owner.execute("UPDATE issue SET category = 'fire.exit', top = 'fire' WHERE id = %s", [key])
    assert (await answer(office, "", category="odd"))["total"] == before
    owner.execute("UPDATE issue SET category = 'odd.thing', top = 'odd' WHERE id = %s", [key])
    owner.execute("DELETE FROM issue WHERE id = %s", [key])
    assert (await answer(office, "", category="odd"))["total"] == before


async def test_a_slow_transaction_that_commits_after_a_quick_one_is_not_missed(
    office: httpx.AsyncClient, owner: psycopg.Connection, city_url: str, told: list[Told]
) -> None:
    import psycopg as pg  # noqa: PLC0415

    assert told
    tell(owner, [Told(category="slow.thing")])
    with pg.connect(city_url) as slow:
        tell(slow, [Told(category="slow.thing")])
        tell(owner, [Told(category="slow.thing")])
        assert (await answer(office, "", category="slow"))["total"] == 2
        slow.commit()
    assert (await answer(office, "", category="slow"))["total"] == 3
    owner.execute("DELETE FROM issue WHERE top = 'slow'")
    assert (await answer(office, "", category="slow"))["total"] == 0


async def test_areas_add_up_at_every_level(office: httpx.AsyncClient, told: list[Told]) -> None:
    assert told
    total = (await answer(office, ""))["total"]
    for level in ("district", "subdistrict", "community", "compound", "micro_grid"):
        areas = await answer(office, f"/areas/{level}")
        assert sum(a["count"] for a in areas["areas"]) + areas["elsewhere"] == total
    (community,) = (await answer(office, "/areas/community"))["areas"]
    assert community["rate"] == pytest.approx(100 * total / community["households"], abs=1e-3)


async def test_what_is_on_no_map_is_said(office: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    tell(owner, [Told(category="lost.thing", at=(0.0, 0.0)), Told(category="lost.thing", at=(106.5, 29.5))])
    summary = await answer(office, "", category="lost")
    assert (summary["total"], summary["on_map"]) == (2, 0)
    assert {n["doubt"] for n in summary["notes"]} == {"nowhere", "outside"}
    owner.execute("DELETE FROM issue WHERE top = 'lost'")


async def test_an_empty_period_is_not_called_calm(office: httpx.AsyncClient, told: list[Told]) -> None:
    assert told
    summary = await answer(office, "", since="1990-01-01", until="1990-12-31")
    assert summary["total"] == 0
    assert "empty" in {n["doubt"] for n in summary["notes"]}


async def test_times_of_an_import_have_no_hour(office: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    midnight = 12 / 24  # noon in Shanghai and twelve hours
    tell(owner, [Told(category="night.thing", day=midnight), Told(category="night.thing", day=0.3)])
    assert (NOON + timedelta(days=midnight)).hour == 16
    summary = await answer(office, "", category="night", hour=list(range(24)))
    assert summary["total"] == 1
    assert "no-hour" in {n["doubt"] for n in summary["notes"]}
    owner.execute("DELETE FROM issue WHERE top = 'night'")


async def test_one_resident_fifty_times_makes_no_hot_spot(office: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    same = [Told(category="rage.thing", day=k / 20, reporter=77) for k in range(50)]
    tell(owner, same)
    found = await answer(office, "/spots", category="rage")
    assert found["judged"] == 1
    assert found["spots"] == []
    assert {n["doubt"]: n["count"] for n in found["notes"]} == {"again": 49}
    owner.execute("DELETE FROM issue_reporter")
    owner.execute("DELETE FROM issue WHERE top = 'rage'")
