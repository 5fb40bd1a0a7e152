"""What a draft says of buildings and units goes into the places with its publication, and the past stays answerable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from api.access.roles import Role
from api.places.load import load_city
from tests.api.places.small_city import LONE, SUBDISTRICT, UNITS
from tests.api.plans.redraw import Drafting, span
from tests.api.plans.test_publishing import published, step
from tests.api.plans.town import EAST, HERE, NEXT_DOOR, TOWN
from tests.api.sign_in import sign_in
from tests.days import today, tomorrow

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

RULE = {"least": 0, "most": 500, "target": 100}
UNIT = "SELECT households, floor_lo, floor_hi, building_id::text, gone_on FROM unit WHERE id = %s"


@pytest.fixture
def city_url(fresh_database: Callable[[], str]) -> str:
    """A town of one's own: publication changes its places."""
    url = fresh_database()
    load_city(url, [TOWN], doors=False)
    return url


@pytest.fixture
def app_database_url(city_url: str) -> str:
    return city_url.replace("minqing@", "minqing_app@")


@pytest.fixture
def office(city_url: str) -> dict[str, str]:
    """The headers of the street office."""
    return sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id)


async def whole(planner: httpx.AsyncClient, source: str = "empty") -> Drafting:
    """A draft in which each compound is one grid."""
    said = {"name": "方案", "community_id": HERE, "source": source, "rule": RULE}
    made = await planner.post("/api/plans", json=said)
    assert made.status_code == 201, made.text
    desk = Drafting(planner, made.json(), HERE)
    await desk.load()
    if source != "empty":
        return desk
    bench = desk.bench
    for at, compound in enumerate(bench["compounds"]):
        units = [u for u in bench["units"] if bench["buildings"][u["building"]]["compound"] == at]
        spans = [span(bench, unit["id"]) for unit in units]
        founded = await desk.edit(("found", {"spans": spans, "key": str(uuid4()), "name": compound["name"]}))
        assert founded.status_code == 200, founded.text
    await desk.load()
    return desk


def ask(url: str, query: str, *values: Any) -> Any:
    with psycopg.connect(url) as store:
        return store.execute(query, list(values)).fetchone()


def a_house(desk: Drafting, to: str) -> tuple[str, dict[str, Any]]:
    """A new house of ten metres beside the east garden's first building, with one stairwell of 8 households."""
    bench = desk.bench
    at = next(i for i, b in enumerate(bench["buildings"]) if b["id"] == str(EAST.id))
    shape = bench["buildings"][at]["footprint"]
    x, y = (shape["coordinates"][0] if shape["type"] == "MultiPolygon" else shape["coordinates"])[0][0]
    west, south = x + 20_000, y - 150_000
    ring = [[west, south], [west + 10_000, south], [west + 10_000, south + 10_000], [west, south + 10_000]]
    key = str(uuid4())
    site = {
        "key": key,
        "compound": str(NEXT_DOOR.id),
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }
    unit = {"key": str(uuid4()), "building": key, "households": 8, "floor_lo": 1, "floor_hi": 4}
    return "add_building", {"site": site, "units": [unit], "to": to}


async def test_a_new_building_a_new_count_and_a_lost_unit_go_into_the_places(
    planner: httpx.AsyncClient, office: dict[str, str], city_url: str
) -> None:
    desk = await whole(planner)
    before = ask(city_url, "SELECT households FROM community WHERE id = %s", HERE)[0]
    east = next(grid["id"] for grid in desk.bench["grids"] if grid["name"] == NEXT_DOOR.name)
    recounted = {"key": "00000000-0000-0000-0000-00000000002e", "building": str(TOWN.buildings[-1].id)}
    house = a_house(desk, east)
    for operation in (
        house,
        ("correct_unit", {"site": {**recounted, "households": 21, "floor_lo": 1, "floor_hi": 7}}),
        ("remove_building", {"building": str(LONE.id)}),
    ):
        answer = await desk.edit(operation)
        assert answer.status_code == 200, answer.text
    fresh = house[1]["units"][0]["key"]
    assert ask(city_url, UNIT, fresh) is None
    await published(desk, today(), office)
    assert ask(city_url, UNIT, fresh)[:3] == (8, 1, 4)
    assert ask(city_url, UNIT, recounted["key"])[:3] == (21, 1, 7)
    assert ask(city_url, UNIT, str(UNITS[2].id)) is None, "nobody's history names it: it is gone for good"
    after = ask(city_url, "SELECT households FROM community WHERE id = %s", HERE)[0]
    assert after == before + 8 + 3 - 4
    held = ask(city_url, "SELECT count(*), min(lower(floors)) FROM plan_member WHERE unit_id = %s", fresh)
    assert held == (1, 1)
    served = await planner.get("/api/history/at", params={"unit": fresh, "date": today().isoformat()}, headers=office)
    assert [grid["id"] for grid in served.json()["grids"]] == [east]


async def test_a_building_that_the_past_names_stays_and_says_since_when_it_is_empty(
    planner: httpx.AsyncClient, office: dict[str, str], city_url: str
) -> None:
    await published(await whole(planner), today(), office)
    desk = await whole(planner, "in_force")
    gone = await desk.edit(("remove_building", {"building": str(LONE.id)}))
    assert gone.status_code == 200, gone.text
    await published(desk, tomorrow(), office)
    households, *_, since = ask(city_url, UNIT, str(UNITS[2].id))
    assert (households, since) == (0, tomorrow())
    asked = {"unit": str(UNITS[2].id), "date": today().isoformat()}
    then = (await planner.get("/api/history/at", params=asked, headers=office)).json()
    assert [grid["name"] for grid in then["grids"]] == ["锦绣花园"]
    anew = await whole(planner)
    assert str(LONE.id) not in {building["id"] for building in anew.bench["buildings"]}


async def test_a_building_that_went_next_door_stands_there_in_the_places(
    planner: httpx.AsyncClient, office: dict[str, str], city_url: str
) -> None:
    desk = await whole(planner)
    west = next(grid["id"] for grid in desk.bench["grids"] if grid["name"] == "锦绣花园")
    moved = {"building": str(EAST.id), "compound": str(TOWN.compounds[0].id), "to": west}
    answer = await desk.edit(("transfer", moved))
    assert answer.status_code == 200, answer.text
    await published(desk, today(), office)
    assert ask(city_url, "SELECT compound_id FROM building WHERE id = %s", EAST.id)[0] == TOWN.compounds[0].id
    inside = "SELECT ST_Covers(c.geometry, b.geometry) FROM building b JOIN compound c ON c.id = b.compound_id"
    assert ask(city_url, f"{inside} WHERE b.id = %s", EAST.id)[0]


async def test_a_register_that_changed_since_the_draft_began_keeps_it_from_being_published(
    planner: httpx.AsyncClient, city_url: str
) -> None:
    """The control: what no planner touched is not overwritten."""
    desk = await whole(planner)
    with psycopg.connect(city_url) as store:
        store.execute("UPDATE unit SET households_declared = 99 WHERE id = %s", [UNITS[2].id])
    assert (await step(desk, "in_review")).status_code == 200
    found = (await planner.get(f"{desk.path}/check")).json()
    assert not found["publishable"]
    assert [fault["id"] for fault in found["ground"]] == [str(UNITS[2].id)]
    assert "底册" in found["ground"][0]["zh"]
