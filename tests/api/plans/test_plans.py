"""Drafts are made, looked at, drawn by the machine on request, and thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from tests.api.places.small_city import COMMUNITY, COMPOUND, SUBDISTRICT

if TYPE_CHECKING:
    import httpx


async def draft(planner: httpx.AsyncClient, **said: Any) -> dict[str, Any]:
    answer = await planner.post("/api/plans", json={"name": "春季方案", "community_id": str(COMMUNITY.id), **said})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_new_draft_has_nobody_in_a_grid_yet(planner: httpx.AsyncClient) -> None:
    plan = await draft(planner)
    assert plan["state"] == "draft"
    assert plan["place"] == COMMUNITY.name
    assert plan["rule"] == {"least": 30, "most": 100, "target": 70}
    assert plan["totals"] == {"grids": 0, "households": 0, "households_without_grid": 40, "grids_outside_rule": 0}
    assert (await planner.get(f"/api/plans/{plan['id']}")).json() == plan
    assert plan["id"] in [known["id"] for known in (await planner.get("/api/plans")).json()]
    assert (await planner.get(f"/api/plans/{plan['id']}/grids")).json() == []


async def test_a_draft_may_cover_a_whole_subdistrict(planner: httpx.AsyncClient) -> None:
    plan = await draft(planner, community_id=None, subdistrict_id=str(SUBDISTRICT.id))
    assert plan["place"] == SUBDISTRICT.name


@pytest.mark.parametrize(
    "said",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "长" * 201},
        {"community_id": None},
        {"subdistrict_id": str(SUBDISTRICT.id)},
        {"rule": {"least": 101, "most": 100}},
        {"rule": {"least": -1}},
        {"rule": {"target": 20}},
        {"state": "published"},
    ],
)
async def test_a_draft_that_cannot_be_is_refused(planner: httpx.AsyncClient, said: dict[str, Any]) -> None:
    answer = await planner.post("/api/plans", json={"name": "方案", "community_id": str(COMMUNITY.id), **said})
    assert answer.status_code == 422


async def test_a_draft_of_nowhere_is_not_found(planner: httpx.AsyncClient) -> None:
    for place in ("community_id", "subdistrict_id"):
        answer = await planner.post("/api/plans", json={"name": "方案", place: str(uuid4())})
        assert answer.status_code == 404


async def test_a_run_is_queued_with_every_compound_it_will_draw(planner: httpx.AsyncClient, city_url: str) -> None:
    plan = await draft(planner)
    answer = await planner.post(f"/api/plans/{plan['id']}/run", json={"seed": 7})
    assert answer.status_code == 202
    run = answer.json()
    assert (run["state"], run["done"], run["total"]) == ("waiting", 0, 1)
    assert run["steps"][0]["compound"] == COMPOUND.name
    with psycopg.connect(city_url) as store:
        queued = store.execute(
            "SELECT args FROM procrastinate_jobs WHERE task_name = 'plans.draw' AND lock = %s", [plan["id"]]
        ).fetchall()
    assert queued == [({"run_id": run["id"]},)]


async def test_a_plan_is_drawn_by_one_run_at_a_time(planner: httpx.AsyncClient) -> None:
    plan = await draft(planner)
    await planner.post(f"/api/plans/{plan['id']}/run", json={})
    again = await planner.post(f"/api/plans/{plan['id']}/run", json={})
    assert again.status_code == 409
    assert again.json()["detail"] == "系统正在划分这个方案。"


async def test_a_run_that_has_not_begun_is_cancelled_at_once(planner: httpx.AsyncClient) -> None:
    plan = await draft(planner)
    await planner.post(f"/api/plans/{plan['id']}/run", json={})
    assert (await planner.delete(f"/api/plans/{plan['id']}/run")).json()["state"] == "cancelled"
    assert (await planner.delete(f"/api/plans/{plan['id']}/run")).status_code == 409


async def test_there_is_nothing_to_cancel_without_a_run(planner: httpx.AsyncClient) -> None:
    plan = await draft(planner)
    assert (await planner.delete(f"/api/plans/{plan['id']}/run")).status_code == 404


async def test_a_draft_is_thrown_away_but_not_while_it_is_drawn(planner: httpx.AsyncClient) -> None:
    plan = await draft(planner)
    await planner.post(f"/api/plans/{plan['id']}/run", json={})
    assert (await planner.delete(f"/api/plans/{plan['id']}")).status_code == 409
    idle = await draft(planner)
    assert (await planner.delete(f"/api/plans/{idle['id']}")).status_code == 204
    assert (await planner.get(f"/api/plans/{idle['id']}")).status_code == 404
