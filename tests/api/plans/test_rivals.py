"""Two planners at one plan: both survive, or one sees who was faster; bad input is refused in words, nothing moved."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
import shapely

from api.plans import edits
from api.plans.editing import do_all
from tests.api.places.small_city import COMMUNITY
from tests.api.plans.redraw import Drafting, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

HERE = str(COMMUNITY.id)
FINGERPRINT = """
SELECT md5(coalesce(string_agg(r, '|' ORDER BY r), '')) FROM (
  SELECT m::text AS r FROM micro_grid m WHERE plan_id = %(p)s UNION ALL
  SELECT b::text FROM plan_member b WHERE plan_id = %(p)s UNION ALL
  SELECT o::text FROM plan_operation o WHERE plan_id = %(p)s UNION ALL
  SELECT s::text FROM plan_sheet s WHERE plan_id = %(p)s UNION ALL
  SELECT version::text || state FROM plan WHERE id = %(p)s) AS rows
"""


@pytest.fixture
async def desk(planner: httpx.AsyncClient) -> Drafting:
    """A draft with a grid of two units and one of a single unit."""
    made = await planner.post("/api/plans", json={"name": "方案", "community_id": HERE})
    desk = Drafting(planner, made.json(), HERE)
    await desk.load()
    units = [unit["id"] for unit in desk.bench["units"]]
    for number, own in enumerate((units[:2], units[2:])):
        answer = await desk.edit(founding(desk, own, f"第{number + 1}格"))
        assert answer.status_code == 200, answer.text
    await desk.load()
    return desk


def founding(desk: Drafting, units: Sequence[str], name: str) -> tuple[str, dict[str, Any]]:
    return "found", {"spans": [span(desk.bench, unit) for unit in units], "key": str(uuid4()), "name": name}


def rival(desk: Drafting) -> Drafting:
    """The same plan in another tab."""
    other = Drafting(desk.client, desk.plan, desk.community)
    other.bench = {**desk.bench}
    return other


def fingerprint(url: str, plan: str) -> str:
    with psycopg.connect(url) as store:
        row = store.execute(FINGERPRINT, {"p": plan}).fetchone()
    assert row is not None
    return str(row[0])


async def test_edits_of_different_grids_both_survive(desk: Drafting) -> None:
    other = rival(desk)
    one, two = (grid["id"] for grid in desk.bench["grids"])
    assert (await desk.edit(("rename", {"grid": one, "name": "东"}))).status_code == 200
    late = await other.edit(("rename", {"grid": two, "name": "西"}))
    told = late.json()
    assert (late.status_code, told["rebased"]) == (200, True)
    assert {key: grid["name"] for key, grid in told["patch"]["grids"].items()} == {one: "东", two: "西"}


async def test_of_two_edits_of_one_grid_the_later_learns_who_was_faster_and_may_replay(
    desk: Drafting, city_url: str
) -> None:
    other = rival(desk)
    one = desk.bench["grids"][0]["id"]
    assert (await desk.edit(("rename", {"grid": one, "name": "东"}))).status_code == 200
    before = fingerprint(city_url, desk.plan["id"])
    lost = await other.edit(("rename", {"grid": one, "name": "西"}))
    told = lost.json()
    assert (lost.status_code, told["type"]) == (409, "stale")
    assert told["since"][-1]["who"]
    assert told["operations"][0]["arguments"]["name"] == "西"
    assert told["patch"]["grids"][one]["name"] == "东"
    assert fingerprint(city_url, desk.plan["id"]) == before
    replayed = await other.edit(*((o["verb"], o["arguments"]) for o in told["operations"]), base=told["version"])
    assert replayed.status_code == 200


async def test_edits_of_one_plan_at_the_same_time_are_proved_once_each(
    desk: Drafting, monkeypatch: pytest.MonkeyPatch
) -> None:
    proved = []

    def counted(*asked: Any) -> Any:
        proved.append(asked)
        return do_all(*asked)

    monkeypatch.setattr(edits, "do_all", counted)
    grids = [grid["id"] for grid in desk.bench["grids"]]
    tabs = [rival(desk) for _ in range(8)]
    answers = await asyncio.gather(
        *(tab.edit(("rename", {"grid": grids[n % 2], "name": f"名{n}"}), client=desk.tab) for n, tab in enumerate(tabs))
    )
    versions = sorted(answer.json()["version"] for answer in answers)
    assert versions == list(range(desk.bench["version"] + 1, desk.bench["version"] + 9))
    assert len(proved) == len(tabs)


async def test_an_edit_sent_twice_is_done_once(desk: Drafting, city_url: str) -> None:
    one, edit_id, base = desk.bench["grids"][0]["id"], str(uuid4()), desk.bench["version"]
    said = ("rename", {"grid": one, "name": "东"})
    first = await desk.edit(said, id=edit_id, base=base)
    before = fingerprint(city_url, desk.plan["id"])
    again = await desk.edit(said, id=edit_id, base=base)
    assert again.status_code == 200
    assert again.json()["entries"] == first.json()["entries"]
    assert fingerprint(city_url, desk.plan["id"]) == before
    other = await desk.edit(("rename", {"grid": one, "name": "西"}), id=edit_id, base=base)
    assert other.status_code == 422


async def test_an_old_edit_is_taken_back_unless_later_ones_depend_on_it(desk: Drafting) -> None:
    one, two = first_two(desk)
    first = (await desk.edit(("rename", {"grid": one, "name": "东"}))).json()["version"]
    second = (await desk.edit(("rename", {"grid": two, "name": "西"}))).json()["version"]
    assert (await desk.edit(("take_back", {"version": first}))).status_code == 200
    assert {grid["name"] for grid in (await desk.load())["grids"]} == {"第1格", "西"}
    await desk.edit(("rename", {"grid": two, "name": "南"}))
    refused = await desk.edit(("take_back", {"version": second}))
    assert (refused.status_code, refused.json()["refusal"]["code"]) == (422, "later-edits")


def first_two(desk: Drafting) -> tuple[str, str]:
    """The grids that are named the first and the second, in whatever order the workbench lists them."""
    named = {grid["name"]: grid["id"] for grid in desk.bench["grids"]}
    return named["第1格"], named["第2格"]


LINE = {"type": "LineString", "coordinates": [[90_000_000, 0], [90_000_000, 1000]]}
CROSSED = {"type": "LineString", "coordinates": [[0, 0], [1000, 1000], [1000, 0], [0, 1000]]}


def a_house_on_a_house(desk: Drafting) -> dict[str, Any]:
    """A new building without units where one with walls stands already."""
    there = next(house for house in desk.bench["buildings"] if house["footprint"]["type"] != "Point")
    home = desk.bench["compounds"][there["compound"]]["id"]
    return {
        "site": {"key": str(uuid4()), "compound": home, "geometry": there["footprint"]},
        "units": [],
        "to": None,
    }


def bad_operations(desk: Drafting) -> dict[str, tuple[str, dict[str, Any]]]:
    """The bad input of the issue, each with the code of its refusal; "": nonsense."""
    one, two = first_two(desk)
    units = [unit["id"] for unit in desk.bench["units"]]
    everything = [span(desk.bench, unit) for unit in units]
    fresh = {"key": str(uuid4()), "name": "新"}
    return {
        "nothing-chosen": ("reassign", {"spans": [], "to": two}),
        "last-dwelling": ("reassign", {"spans": everything, "to": two}),
        "line-misses": ("split", {"grid": one, "line": LINE, **fresh}),
        "line-crosses-itself": ("split", {"grid": one, "line": CROSSED, **fresh}),
        "no-such-border": ("reshape", {"a": units[0], "b": units[1], "line": LINE}),
        "unknown-grid": ("rename", {"grid": str(uuid4()), "name": "谁"}),
        "unknown-unit": ("remove_unit", {"unit": str(uuid4())}),
        "name-taken": ("rename", {"grid": one, "name": "第2格"}),
        "not-in-effect": ("take_back", {"version": 2_000}),
        "nothing-to-redo": ("redo", {}),
        "over-a-house": ("add_building", a_house_on_a_house(desk)),
        "": ("correct_building", {"building": one, "geometry": LINE}),
    }


async def test_bad_input_is_refused_in_words_and_changes_nothing(desk: Drafting, city_url: str) -> None:
    for code, operation in bad_operations(desk).items():
        before = fingerprint(city_url, desk.plan["id"])
        answer = await desk.edit(operation)
        told = answer.json()
        assert answer.status_code == 422, (code, told)
        assert told["detail"]
        if code:
            assert told["refusal"]["code"] == code, told
            assert told["refusal"]["zh"]
        assert fingerprint(city_url, desk.plan["id"]) == before


async def test_a_border_is_not_dragged_through_a_house(desk: Drafting, city_url: str) -> None:
    units = desk.bench["units"]
    cells = [shapely.geometry.shape(unit["cell"]) for unit in units]
    houses = [shapely.geometry.shape(house["footprint"]) for house in desk.bench["buildings"]]
    pairs = [
        (a, b, shapely.line_merge(cells[a] & cells[b]))
        for a, b in itertools.combinations(range(len(units)), 2)
        if units[a]["building"] != units[b]["building"]
    ]
    a, b, border = next(pair for pair in pairs if pair[2].geom_type == "LineString" and pair[2].length)
    inside = shapely.point_on_surface(houses[units[a]["building"]])
    corners = [border.coords[0], (round(inside.x), round(inside.y)), border.coords[-1]]
    line = {"type": "LineString", "coordinates": [[int(x), int(y)] for x, y in corners]}
    before = fingerprint(city_url, desk.plan["id"])
    told = (await desk.edit(("reshape", {"a": units[a]["id"], "b": units[b]["id"], "line": line}))).json()
    assert told["refusal"]["code"] in {"through-footprint", "face-flips"}, told
    assert fingerprint(city_url, desk.plan["id"]) == before


async def test_a_log_of_another_plan_finds_nothing_of_its_own_here(desk: Drafting, city_url: str) -> None:
    made = await desk.client.post("/api/plans", json={"name": "别的", "community_id": HERE})
    other = Drafting(desk.client, made.json(), HERE)
    await other.load()
    assert (await other.edit(founding(other, [other.bench["units"][0]["id"]], "别格"))).status_code == 200
    log = (await other.client.get(f"{other.path}/operations", params={"community_id": HERE})).json()["entries"]
    foreign = log[-1]["arguments"]["key"]
    before = fingerprint(city_url, desk.plan["id"])
    for verb, said in (("rename", {"grid": foreign, "name": "谁"}), ("lock", {"grid": foreign, "locked": True})):
        told = (await desk.edit((verb, said))).json()
        assert told["refusal"]["code"] == "unknown-grid", told
    replayed = await desk.edit((log[-1]["verb"], log[-1]["arguments"]))
    assert replayed.status_code == 422, replayed.text
    assert replayed.json()["detail"]
    assert fingerprint(city_url, desk.plan["id"]) == before


async def test_a_batch_is_done_whole_or_not_at_all(desk: Drafting, city_url: str) -> None:
    one = desk.bench["grids"][0]["id"]
    before = fingerprint(city_url, desk.plan["id"])
    answer = await desk.edit(("rename", {"grid": one, "name": "东"}), ("merge", {"absorbed": one, "into": one}))
    assert (answer.status_code, answer.json()["operation"]) == (422, 1)
    assert fingerprint(city_url, desk.plan["id"]) == before


@pytest.mark.parametrize("base", [10_000, -1, "x"])
async def test_a_version_that_never_was_is_refused(desk: Drafting, base: Any) -> None:
    one = desk.bench["grids"][0]["id"]
    answer = await desk.edit(("rename", {"grid": one, "name": "东"}), base=base)
    assert answer.status_code == 422


async def test_a_plan_of_elsewhere_is_not_there(desk: Drafting) -> None:
    one = desk.bench["grids"][0]["id"]
    lost = await desk.edit(("rename", {"grid": one, "name": "东"}), community_id=str(uuid4()))
    assert lost.status_code == 404
    elsewhere = Drafting(desk.client, {"id": str(uuid4())}, HERE)
    elsewhere.bench = desk.bench
    assert (await elsewhere.edit(("rename", {"grid": one, "name": "东"}))).status_code == 404


async def test_a_grid_of_another_plan_is_not_taken_over(desk: Drafting, city_url: str) -> None:
    made = await desk.client.post("/api/plans", json={"name": "别的", "community_id": HERE})
    other = Drafting(desk.client, made.json(), HERE)
    await other.load()
    before = fingerprint(city_url, desk.plan["id"])
    verb, said = founding(other, [other.bench["units"][0]["id"]], "占")
    stolen = await other.edit((verb, said | {"key": desk.bench["grids"][0]["id"]}))
    assert stolen.status_code == 422
    assert fingerprint(city_url, desk.plan["id"]) == before
