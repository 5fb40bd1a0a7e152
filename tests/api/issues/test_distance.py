"""The list by distance equals a reckoning by hand: metres, ties, pages and filters; nothing twice, nothing left out."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from tests.api.places.small_city import COMMUNITY, SUBDISTRICT

if TYPE_CHECKING:
    from tests.api.issues.conftest import People

HERE = (104.035, 30.64)
NEAR = {"sort": "distance", "near": f"{HERE[0]},{HERE[1]}"}
EARTH_M = 6_371_008.77
SPREAD = """
INSERT INTO issue (id, code, kind, top, category, severity, geometry, raw_x, raw_y, subdistrict_id, community_id,
  source, reported_at, occurred_at, stage_since, changed_at, status, is_open, due_at)
VALUES (%(id)s, %(code)s, 'event', 'environment', %(category)s, %(severity)s,
  ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), 0, 0, %(subdistrict)s, %(community)s, 'hotline',
  now(), now(), now(), now(), %(status)s, %(status)s <> 'closed', now() + interval '1 day')
"""


@pytest.fixture(scope="module")
def spread(issues_url: str) -> list[dict[str, Any]]:
    """Three hundred cases on a hundred spots around here, many on the same spot."""
    rng = random.Random(7)
    spots = [(HERE[0] + rng.uniform(-0.02, 0.02), HERE[1] + rng.uniform(-0.02, 0.02)) for _ in range(100)]
    rows = []
    for n in range(300):
        lon, lat = rng.choice(spots[: 100 if n % 3 else 4])
        kind = {"category": rng.choice(["environment.bin", "environment.dog"]), "severity": rng.randint(1, 4)}
        status = rng.choice(["handling", "reported", "closed"])
        rows.append({"id": str(uuid4()), "code": f"D{n:09}", "lon": lon, "lat": lat, "status": status, **kind})
    with psycopg.connect(issues_url) as store, store.cursor() as cursor:
        where = {"subdistrict": SUBDISTRICT.id, "community": COMMUNITY.id}
        cursor.executemany(SPREAD, [row | where for row in rows])
    return rows


def metres(row: dict[str, Any]) -> float:
    """How far from here, by the haversine on a sphere of the earth's mean radius."""
    (lon0, lat0), lon, lat = (map(math.radians, HERE)), math.radians(row["lon"]), math.radians(row["lat"])
    chord = math.sin((lat - lat0) / 2) ** 2 + math.cos(lat) * math.cos(lat0) * math.sin((lon - lon0) / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(chord))


async def every_page(people: People, **asked: Any) -> list[dict[str, Any]]:
    client, cursor, seen = people.office, "", []
    while True:
        answer = await client.get("/api/issues", params={**NEAR, **asked, "cursor": cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen += page["items"]
        if page["next"] is None:
            return seen
        cursor = page["next"]


RAREST: dict[str, Any] = {"category": "environment.bin", "severity": 4}
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"open": True},
    {"status": ["closed", "handling"]},
    RAREST,
    {"bbox": "104.03,30.635,104.05,30.66"},
    {"category": "green"},
)


@pytest.mark.parametrize(
    ("asked", "limit"), [*((asked, limit) for asked in FILTERS for limit in (7, 50, 200)), (RAREST, 1)]
)
async def test_the_nearest_come_first_in_any_page_and_filter(
    people: People, spread: list[dict[str, Any]], asked: dict[str, Any], limit: int
) -> None:
    seen = await every_page(people, limit=limit, **asked)
    wanted = sorted((row for row in spread if fits(row, asked)), key=metres)
    assert sorted(row["id"] for row in seen) == sorted(row["id"] for row in wanted)
    assert [row["metres"] for row in seen] == pytest.approx([metres(row) for row in wanted], rel=1e-6, abs=1e-3)
    alike = [(row["metres"], row["id"]) for row in seen]
    assert alike == sorted(alike), "on one spot they go by their keys"


@pytest.mark.parametrize("sort", ["new", "old", "changed", "due"])
async def test_words_are_found_in_any_order_whether_many_cases_hold_them_or_one(
    people: People, spread: list[dict[str, Any]], sort: str
) -> None:
    asked = {"sort": sort, "limit": 50} | ({"open": True} if sort == "due" else {})
    wanted = sorted(row["id"] for row in spread if fits(row, asked))
    assert sorted(row["id"] for row in await every_page(people, q="D0000", **asked)) == wanted
    one = next(row for row in spread if fits(row, asked))
    assert [row["id"] for row in await every_page(people, q=one["code"], **asked)] == [one["id"]]


def fits(row: dict[str, Any], asked: dict[str, Any]) -> bool:
    west, south, east, north = (float(side) for side in asked.get("bbox", "-180,-90,180,90").split(","))
    return (
        (not asked.get("open") or row["status"] != "closed")
        and row["status"] in asked.get("status", row["status"])
        and row["category"].startswith(asked.get("category", ""))
        and row["severity"] == asked.get("severity", row["severity"])
        and west <= row["lon"] <= east
        and south <= row["lat"] <= north
    )


async def test_the_nearest_is_found_along_an_index(people: People, spread: list[dict[str, Any]]) -> None:
    assert people
    assert spread
    asked = "geometry::geography <-> ST_SetSRID(ST_MakePoint(104, 30), 4326)::geography"
    with psycopg.connect(people.url) as store:
        store.execute("SET LOCAL enable_sort = off")
        plan = store.execute(f"EXPLAIN SELECT id FROM issue ORDER BY {asked} LIMIT 5").fetchall()
    assert any("issue_spot" in line for (line,) in plan)
