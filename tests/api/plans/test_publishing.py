"""From draft to history: handed in, approved, published for a day; and then the past is asked."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from api.access.roles import Role
from tests.api.places.small_city import BUILDING, COMMUNITY, SUBDISTRICT
from tests.api.plans.redraw import Drafting, span
from tests.api.sign_in import sign_in
from tests.days import today, tomorrow

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

HERE = str(COMMUNITY.id)


@pytest.fixture
def city_url(fresh_city: Callable[[], str]) -> str:
    """A city of one's own: publication changes what is in force."""
    return fresh_city()


@pytest.fixture
def app_database_url(city_url: str) -> str:
    return city_url.replace("minqing@", "minqing_app@")


@pytest.fixture
def office(city_url: str) -> dict[str, str]:
    """The headers of the street office."""
    return sign_in(city_url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id)


async def drawn(planner: httpx.AsyncClient, *, split: bool = False, **said: Any) -> Drafting:
    """A draft in which everybody is in one grid, or in two."""
    made = await planner.post("/api/plans", json={"name": "方案", "community_id": HERE, **said})
    assert made.status_code == 201, made.text
    desk = Drafting(planner, made.json(), HERE)
    await desk.load()
    if desk.bench["grids"]:
        return desk
    spans = [span(desk.bench, unit["id"]) for unit in desk.bench["units"]]
    parts = [spans[:1], spans[1:]] if split else [spans]
    for number, part in enumerate(parts):
        founded = await desk.edit(("found", {"spans": part, "key": str(uuid4()), "name": f"第{number + 1}格"}))
        assert founded.status_code == 200, founded.text
    return desk


async def step(desk: Drafting, to: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return await desk.client.post(f"{desk.path}/state", json={"to": to}, headers=headers)


async def publish(desk: Drafting, day: date, headers: dict[str, str] | None) -> httpx.Response:
    return await desk.client.post(f"{desk.path}/publish", json={"effective_from": day.isoformat()}, headers=headers)


async def published(desk: Drafting, day: date, office: dict[str, str]) -> dict[str, Any]:
    for to, who in (("in_review", None), ("approved", office)):
        answer = await step(desk, to, who)
        assert answer.status_code == 200, answer.text
    answer = await publish(desk, day, office)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


async def test_a_plan_is_published_and_answers_for_its_days(planner: httpx.AsyncClient, office: dict[str, str]) -> None:
    desk = await drawn(planner)
    plan = await published(desk, today(), office)
    assert (plan["state"], plan["in_force"], plan["effective_from"]) == ("published", True, today().isoformat())

    async def served(day: date) -> list[Any]:
        asked = {"building": str(BUILDING.id), "date": day.isoformat()}
        answer = await planner.get("/api/history/at", params=asked, headers=office)
        assert answer.status_code == 200, answer.text
        grids: list[Any] = answer.json()["grids"]
        return grids

    assert await served(today() - timedelta(days=1)) == []
    assert {grid["plan_id"] for grid in await served(today())} == {plan["id"]}
    shape = (await planner.get("/api/history/grids", params={"community_id": HERE, "date": today().isoformat()})).json()
    assert [feature["properties"]["households"] for feature in shape["features"]] == [40]
    reigns = (await planner.get("/api/history/reigns", params={"community_id": HERE})).json()
    assert [(reign["plan_id"], reign["until"]) for reign in reigns] == [(plan["id"], None)]


async def test_the_next_plan_takes_over_on_its_day_and_tells_which_grid_became_which(
    planner: httpx.AsyncClient, office: dict[str, str]
) -> None:
    first = await drawn(planner)
    await published(first, today(), office)
    second = await drawn(planner, split=True, rule={"least": 0, "most": 100, "target": 20})
    plan = await published(second, tomorrow(), office)
    assert (plan["state"], plan["in_force"]) == ("published", False)
    former = (await planner.get(first.path)).json()
    assert (former["state"], former["in_force"], former["effective_to"]) == ("published", True, today().isoformat())
    became = (await planner.get(f"{second.path}/succession", headers=office)).json()
    assert sorted(one["households"] for one in became) == [12, 28]
    life = (await planner.get(f"/api/history/grid/{became[0]['from']}", headers=office)).json()
    assert {one["id"] for one in life["successors"]} == {one["to"] for one in became}
    compared = await planner.get(
        "/api/compare",
        params={"left": today().isoformat(), "right": tomorrow().isoformat(), "community_id": HERE},
        headers=office,
    )
    told = compared.json()
    assert told["households_moved"] == 12
    assert sorted(change["change"] for change in told["grids"]) == ["changed", "new"]
    book = await planner.get(
        "/api/compare", params={"left": first.plan["id"], "right": plan["id"], "format": "xlsx"}, headers=office
    )
    assert book.content[:2] == b"PK"


async def test_a_clock_that_was_set_back_between_two_publications_spoils_no_history(
    planner: httpx.AsyncClient, office: dict[str, str], city_url: str
) -> None:
    first = await drawn(planner)
    await published(first, today(), office)
    with psycopg.connect(city_url) as store:
        store.execute("UPDATE plan_reign SET recorded = tstzrange(now() + interval '1 day', NULL)")
    second = await drawn(planner, split=True, rule={"least": 0, "most": 100, "target": 20})
    plan = await published(second, tomorrow(), office)
    reigns = (await planner.get("/api/history/reigns", params={"community_id": HERE})).json()
    told = [(reign["plan_id"], reign["since"], reign["until"]) for reign in reigns]
    here, next_day = today().isoformat(), tomorrow().isoformat()
    assert sorted(told, key=lambda one: one[1]) == [(first.plan["id"], here, here), (plan["id"], next_day, None)]


async def test_handing_in_during_edits_keeps_those_that_came_first_and_freezes_the_others(
    planner: httpx.AsyncClient, office: dict[str, str]
) -> None:
    desk = await drawn(planner)
    grid = (await desk.load())["grids"][0]["id"]

    async def rename(number: int) -> httpx.Response:
        tab = Drafting(planner, desk.plan, HERE)
        tab.bench = {**desk.bench}
        return await tab.edit(("rename", {"grid": grid, "name": f"名{number}"}))

    answers = await asyncio.gather(*(rename(n) for n in range(3)), step(desk, "in_review"), rename(3))
    edits, handed_in = [*answers[:3], answers[4]], answers[3]
    assert handed_in.status_code == 200, handed_in.text
    assert {one.json()["type"] for one in edits if one.status_code != 200} <= {"frozen", "stale"}
    kept = [f"名{n}" for n, one in enumerate(edits) if one.status_code == 200]
    now = (await desk.load())["grids"][0]["name"]
    assert now in (kept or ["第1格"])
    assert (await step(desk, "approved", office)).status_code == 200
    assert (await rename(9)).json()["type"] == "frozen"


@pytest.mark.parametrize("shift", [timedelta(days=-1), timedelta(days=80_000)])
async def test_a_plan_takes_effect_neither_in_the_past_nor_in_another_century(
    planner: httpx.AsyncClient, office: dict[str, str], shift: timedelta
) -> None:
    desk = await drawn(planner)
    await step(desk, "in_review")
    await step(desk, "approved", office)
    assert (await publish(desk, today() + shift, office)).status_code == 422
    assert (await planner.get(desk.path)).json()["state"] == "approved"


async def test_nobody_may_be_left_out(planner: httpx.AsyncClient, office: dict[str, str]) -> None:
    made = (await planner.post("/api/plans", json={"name": "空", "community_id": HERE})).json()
    desk = Drafting(planner, made, HERE)
    await step(desk, "in_review")
    await step(desk, "approved", office)
    answer = await publish(desk, today(), office)
    told = answer.json()
    assert (answer.status_code, told["type"], told["publishable"]) == (409, "unpublishable", False)
    assert sum(fault["households"] for fault in told["unassigned"]) == 40
    assert (await planner.get(desk.path)).json()["state"] == "approved"


async def test_a_broken_rule_wants_an_exemption(planner: httpx.AsyncClient, office: dict[str, str]) -> None:
    desk = await drawn(planner, split=True)
    await step(desk, "in_review")
    await step(desk, "approved", office)
    told = (await publish(desk, today(), office)).json()
    assert sorted(fault["households"] for fault in told["broken"] if not fault["exempt"]) == [12, 28]


async def test_a_planner_does_not_approve_their_own_plan(planner: httpx.AsyncClient) -> None:
    desk = await drawn(planner)
    assert (await step(desk, "in_review")).status_code == 200
    assert (await step(desk, "approved")).status_code == 403
    assert (await publish(desk, today(), None)).status_code == 403


async def test_what_is_handed_in_is_frozen_until_it_comes_back(planner: httpx.AsyncClient) -> None:
    desk = await drawn(planner)
    grid = (await desk.load())["grids"][0]["id"]
    await step(desk, "in_review")
    answer = await desk.edit(("rename", {"grid": grid, "name": "新名"}))
    assert (answer.status_code, answer.json()["type"]) == (409, "frozen")
    assert (await step(desk, "draft")).status_code == 200
    assert (await desk.edit(("rename", {"grid": grid, "name": "新名"}))).status_code == 200
    steps = (await planner.get(f"{desk.path}/transitions")).json()
    assert [one["state"] for one in steps] == ["in_review", "draft"]


async def test_a_copy_of_what_is_in_force_has_grids_of_its_own(
    planner: httpx.AsyncClient, office: dict[str, str]
) -> None:
    first = await drawn(planner)
    await published(first, today(), office)
    copy = await drawn(planner, source="in_force")
    mine, theirs = copy.bench["grids"], (await first.load())["grids"]
    assert [grid["name"] for grid in mine] == [grid["name"] for grid in theirs]
    assert {grid["id"] for grid in mine}.isdisjoint(grid["id"] for grid in theirs)
    assert [unit["cell"] for unit in copy.bench["units"]] == [unit["cell"] for unit in first.bench["units"]]


async def test_an_imported_list_becomes_grids_or_is_refused_row_by_row(planner: httpx.AsyncClient) -> None:
    desk = await drawn(planner)
    codes = [unit["code"] for unit in desk.bench["units"]]
    rows = [{"unit": code, "grid": "G1", "name": "甲"} for code in codes]
    copy = await drawn(planner, source="import", rows=rows)
    assert [(grid["name"], grid["households"]) for grid in copy.bench["grids"]] == [("甲", 40)]
    by_key = [{"unit": code, "grid": copy.bench["grids"][0]["id"]} for code in codes]
    again = await drawn(planner, source="import", rows=by_key)
    assert [grid["name"] for grid in again.bench["grids"]] == ["微网格1"]
    bad = [*rows, {"unit": "没有", "grid": "G1"}, {"unit": codes[0], "grid": "G2"}]
    said = {"name": "坏", "community_id": HERE, "source": "import", "rows": bad}
    answer = await planner.post("/api/plans", json=said)
    assert answer.status_code == 422
    assert [fault["row"] for fault in answer.json()["rows"]] == [len(rows) + 1, len(rows) + 2]


async def test_a_mend_is_suggested_and_mends_when_sent(planner: httpx.AsyncClient) -> None:
    desk = await drawn(planner, split=True)
    told = (await planner.post(f"{desk.path}/mend", json={"community_id": HERE})).json()
    assert told["after"] == 0 < told["before"]
    assert told["moves"][0]["zh"]
    kept = await desk.edit(*((one["verb"], one["arguments"]) for one in told["operations"]))
    assert kept.status_code == 200, kept.text
    assert [grid["households"] for grid in (await desk.load())["grids"]] == [40]


async def test_remarks_are_pinned_and_settled(planner: httpx.AsyncClient) -> None:
    desk = await drawn(planner)
    grid = (await desk.load())["grids"][0]["id"]
    said = {"community_id": HERE, "grid_id": grid, "text": "门锁着"}
    made = (await planner.post(f"{desk.path}/comments", json=said)).json()
    assert made["mine"]
    settled = await planner.patch(f"{desk.path}/comments/{made['id']}", json={"resolved": True})
    assert settled.json()["resolved_by"]
    assert len((await planner.get(f"{desk.path}/comments")).json()) == 1
